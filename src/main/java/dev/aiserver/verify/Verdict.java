package dev.aiserver.verify;

/** A check and how it ended. */
public record Verdict(String id, String claim, Outcome outcome) {

    /** Whether a server with this verdict may be called verified. */
    public boolean isGood() {
        return outcome instanceof Outcome.Passed || outcome instanceof Outcome.Skipped;
    }
}
