package dev.aiserver.server;

/** What goes on while models are warmed; told from several threads, one event at a time. */
public sealed interface WarmEvent {

    /**
     * A download has come so far.
     *
     * @param status Ollama's words
     * @param completed bytes; may fall
     * @param total bytes, 0 when not known yet
     */
    record Pulling(String model, String status, long completed, long total) implements WarmEvent {}

    record Pulled(String model) implements WarmEvent {}

    record Loading(String model) implements WarmEvent {}

    record Loaded(String model, long millis) implements WarmEvent {}

    /** Something is tried again, and why. */
    record Retrying(String model, String reason) implements WarmEvent {}

    /** Ollama does not answer, and is waited for. */
    record Waiting(String reason) implements WarmEvent {}

    record Failed(String model, String reason) implements WarmEvent {}
}
