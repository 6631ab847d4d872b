package dev.aiserver.verify;

/** How a check ended. */
public sealed interface Outcome {

    /** @param evidence what was seen that proves the claim */
    record Passed(String evidence) implements Outcome {}

    /**
     * No harm, but the person should know.
     *
     * @param evidence what was seen
     * @param advice what the person may do about it
     */
    record Warned(String evidence, String advice) implements Outcome {}

    /**
     * The claim is not true.
     *
     * @param evidence what was seen instead
     * @param fix what the person does about it
     */
    record Failed(String evidence, String fix) implements Outcome {}

    /** Not asked, and why; never a pass. */
    record Skipped(String reason) implements Outcome {}

    /** It could not be found out; never a pass. */
    record Inconclusive(String reason) implements Outcome {}
}
