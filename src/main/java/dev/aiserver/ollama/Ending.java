package dev.aiserver.ollama;

/** How a download or a load ended. */
public sealed interface Ending {

    record Done() implements Ending {}

    /** Ollama says no, and would say so again. */
    record Refused(String words) implements Ending {}

    /** Ollama has too much to do just now. */
    record Busy(String words) implements Ending {}

    /** It came to no end although Ollama is there: it stood still, or stopped without a word. */
    record BrokenOff(String words) implements Ending {}

    /** The connection to Ollama was lost, or never made. */
    record Lost(String words) implements Ending {}
}
