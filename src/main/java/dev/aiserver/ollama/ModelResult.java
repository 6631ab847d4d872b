package dev.aiserver.ollama;

/** How a download or a load ended. */
public sealed interface ModelResult {

    record Done() implements ModelResult {}

    /** Ollama says no, and would say so again. */
    record Refused(String words) implements ModelResult {}

    /** Ollama has too much to do just now. */
    record Busy(String words) implements ModelResult {}

    /** It came to no end although Ollama is there: it stood still, or stopped without a word. */
    record BrokenOff(String words) implements ModelResult {}

    /** The connection to Ollama was lost, or never made. */
    record Lost(String words) implements ModelResult {}
}
