package dev.aiserver.server;

/** A progress event while models are warmed. Several threads send events, one at a time. */
public sealed interface WarmEvent {

    /**
     * A download's progress.
     *
     * @param status Ollama's description of the current step
     * @param completed in bytes; can decrease
     * @param total in bytes; 0 while unknown
     */
    record Pulling(String model, String status, long completed, long total) implements WarmEvent {}

    record Pulled(String model) implements WarmEvent {}

    record Loading(String model) implements WarmEvent {}

    record Loaded(String model, long millis) implements WarmEvent {}

    /** A download or load is retried. */
    record Retrying(String model, String reason) implements WarmEvent {}

    /** Ollama does not answer, and aiserver waits for it. */
    record Waiting(String reason) implements WarmEvent {}

    record Failed(String model, String reason) implements WarmEvent {}
}
