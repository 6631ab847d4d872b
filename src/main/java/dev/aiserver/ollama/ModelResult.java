package dev.aiserver.ollama;

/** The result of a download or a load. */
public sealed interface ModelResult {

    record Done() implements ModelResult {}

    /** Ollama rejected the request, and would reject a retry too. */
    record Refused(String message) implements ModelResult {}

    /** Ollama is too busy at the moment. */
    record Busy(String message) implements ModelResult {}

    /** The request stalled or ended without a result, while Ollama is still running. */
    record Incomplete(String message) implements ModelResult {}

    /** The connection to Ollama failed or was lost. */
    record Lost(String message) implements ModelResult {}
}
