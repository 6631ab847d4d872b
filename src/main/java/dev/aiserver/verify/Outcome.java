package dev.aiserver.verify;

import java.util.function.UnaryOperator;

/** States the result of a check. */
public sealed interface Outcome {

    /** Lists how a check can end. */
    enum Status {
        PASSED,
        WARNING,
        FAILED,
        SKIPPED,
        INCONCLUSIVE
    }

    Status status();

    /** Returns what was observed, or why nothing was. */
    String evidence();

    /** Returns the step that the operator can or must take; empty if there is none. */
    default String advice() {
        return "";
    }

    /** Returns this outcome with other texts. */
    Outcome with(UnaryOperator<String> change);

    /**
     * The claim is true.
     *
     * @param evidence observation that proves the claim
     */
    record Passed(String evidence) implements Outcome {
        @Override
        public Status status() {
            return Status.PASSED;
        }

        @Override
        public Outcome with(UnaryOperator<String> change) {
            return new Passed(change.apply(evidence));
        }
    }

    /**
     * The server is safe, but the operator should know about the observation.
     *
     * @param evidence observation
     * @param advice step that the operator can take
     */
    record Warned(String evidence, String advice) implements Outcome {
        @Override
        public Status status() {
            return Status.WARNING;
        }

        @Override
        public Outcome with(UnaryOperator<String> change) {
            return new Warned(change.apply(evidence), change.apply(advice));
        }
    }

    /**
     * The claim is false.
     *
     * @param evidence observation that contradicts the claim
     * @param fix step that the operator must take
     */
    record Failed(String evidence, String fix) implements Outcome {
        @Override
        public Status status() {
            return Status.FAILED;
        }

        @Override
        public String advice() {
            return fix;
        }

        @Override
        public Outcome with(UnaryOperator<String> change) {
            return new Failed(change.apply(evidence), change.apply(fix));
        }
    }

    /** The check did not run, for this reason; it does not count as passed. */
    record Skipped(String reason) implements Outcome {
        @Override
        public Status status() {
            return Status.SKIPPED;
        }

        @Override
        public String evidence() {
            return reason;
        }

        @Override
        public Outcome with(UnaryOperator<String> change) {
            return new Skipped(change.apply(reason));
        }
    }

    /** The check could not decide whether the claim is true; it does not count as passed. */
    record Inconclusive(String reason) implements Outcome {
        @Override
        public Status status() {
            return Status.INCONCLUSIVE;
        }

        @Override
        public String evidence() {
            return reason;
        }

        @Override
        public Outcome with(UnaryOperator<String> change) {
            return new Inconclusive(change.apply(reason));
        }
    }
}
