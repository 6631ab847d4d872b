package dev.aiserver.verify;

/** States the result of a check. */
public sealed interface Outcome {

    /**
     * The claim is true.
     *
     * @param evidence observation that proves the claim
     */
    record Passed(String evidence) implements Outcome {}

    /**
     * The server is safe, but the operator should know about the observation.
     *
     * @param evidence observation
     * @param advice step that the operator can take
     */
    record Warned(String evidence, String advice) implements Outcome {}

    /**
     * The claim is false.
     *
     * @param evidence observation that contradicts the claim
     * @param fix step that the operator must take
     */
    record Failed(String evidence, String fix) implements Outcome {}

    /** The check did not run, for this reason; it does not count as passed. */
    record Skipped(String reason) implements Outcome {}

    /** The check could not decide whether the claim is true; it does not count as passed. */
    record Inconclusive(String reason) implements Outcome {}
}
