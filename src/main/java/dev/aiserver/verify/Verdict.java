package dev.aiserver.verify;

import java.time.Duration;

/** Pairs a check with its outcome. */
public record Verdict(String id, String claim, Outcome outcome, Duration took) {

    /** Returns whether a server with this verdict may be called verified. */
    public boolean isGood() {
        return outcome instanceof Outcome.Passed
                || outcome instanceof Outcome.Skipped
                || outcome instanceof Outcome.Warned;
    }

    /** Returns the part of the id before the first dot. */
    public String group() {
        return id.substring(0, id.indexOf('.'));
    }
}
