package dev.aiserver.template;

import java.util.List;
import java.util.Locale;

/**
 * Holds the content of a verification report, in reading order.
 *
 * @param server the host name that clients use
 * @param url the URL that clients use
 * @param time of the verification, for people
 * @param instant of the verification, in ISO 8601
 * @param version of aiserver
 * @param good whether the server is verified
 * @param actions the fixes, most important first
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

    /** Counts the checks by status. */
    public record Counts(long passed, long warning, long failed, long skipped, long inconclusive) {
        public long all() {
            return passed + warning + failed + skipped + inconclusive;
        }
    }

    /** Holds one fix, and the checks that it fixes. */
    public record Action(String what, List<Check> checks) {
        public Action {
            checks = List.copyOf(checks);
        }
    }

    /** Holds the checks of one group. */
    public record Group(String name, Counts counts, List<Check> checks) {
        public Group {
            checks = List.copyOf(checks);
        }
    }

    /** Lists how a check can end. Shown by a word and a sign, never by a color alone. */
    public enum Status {
        PASSED,
        WARNING,
        FAILED,
        SKIPPED,
        INCONCLUSIVE;

        /** Returns the word in reports and documents. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * Holds one check with its result.
     *
     * @param number that the page links to, from 1
     * @param evidence for the result, or why there is none
     * @param fix how to fix it; empty if there is nothing to fix
     */
    public record Check(int number, String id, String claim, Status status, String evidence, String fix) {}
}
