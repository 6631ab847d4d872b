package dev.aiserver.template;

import java.util.List;

/**
 * What stands on the page of a verification report, in the order in which it is read.
 *
 * @param server as clients call it
 * @param url where they reach it
 * @param time when it was verified, as a person writes it
 * @param instant the same for programs, ISO 8601
 * @param version of this program
 * @param good whether the server may be called verified
 * @param actions what to do, the first first
 */
public record ReportPage(
        String server,
        String url,
        String time,
        String instant,
        String version,
        boolean good,
        Counts counts,
        List<Action> actions,
        List<Group> groups) {

    public ReportPage {
        actions = List.copyOf(actions);
        groups = List.copyOf(groups);
    }

    /** How many checks ended how. */
    public record Counts(long passed, long warning, long failed, long skipped, long inconclusive) {
        public long all() {
            return passed + warning + failed + skipped + inconclusive;
        }
    }

    /** One thing to do, and the checks that it is to put right. */
    public record Action(String what, List<Check> checks) {
        public Action {
            checks = List.copyOf(checks);
        }
    }

    /** The checks of one subject. */
    public record Group(String name, Counts counts, List<Check> checks) {
        public Group {
            checks = List.copyOf(checks);
        }
    }

    /** How a check ended, which is told by a word and a sign, never by a colour alone. */
    public enum Status {
        PASSED("proved"),
        WARNING("to know about"),
        FAILED("failed"),
        SKIPPED("skipped"),
        INCONCLUSIVE("not found out");

        private final String word;

        Status(String word) {
            this.word = word;
        }

        public String word() {
            return word;
        }
    }

    /**
     * @param number by which the page links to it, from 1
     * @param evidence what was seen, or why nothing was
     * @param fix what to do about it, or empty
     */
    public record Check(int number, String id, String claim, Status status, String evidence, String fix) {}
}
