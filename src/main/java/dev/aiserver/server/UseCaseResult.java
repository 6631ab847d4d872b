package dev.aiserver.server;

/** The result of a command on one host. A command that could not be carried out throws an error instead. */
public interface UseCaseResult {

    /** Returns the word for the result in JSON documents. */
    CommandOutcome outcome();

    /** Returns the exit code of a process that ends with this result. */
    default ExitCode exitCode() {
        return outcome().exitCode();
    }
}
