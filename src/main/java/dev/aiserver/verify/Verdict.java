package dev.aiserver.verify;

import java.time.Duration;
import java.util.List;

/** Pairs a check with its outcome. */
public record Verdict(String id, String claim, Outcome outcome, Duration took) {

    /** Returns whether a server with this verdict may be called verified. */
    public boolean isGood() {
        return switch (outcome.status()) {
            case PASSED, WARNING, SKIPPED -> true;
            case FAILED, INCONCLUSIVE -> false;
        };
    }

    /** Returns whether a server with these verdicts may be called verified, or nothing speaks against it. */
    public static boolean allGood(List<Verdict> verdicts) {
        return verdicts.stream().allMatch(Verdict::isGood);
    }

    /** Returns whether the outcome has this status. */
    public boolean is(Outcome.Status status) {
        return outcome.status() == status;
    }

    /** Returns the part of the id before the first dot. */
    public String group() {
        return id.substring(0, id.indexOf('.'));
    }
}
