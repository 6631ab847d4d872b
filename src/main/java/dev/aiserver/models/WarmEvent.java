package dev.aiserver.models;

import java.util.Optional;

/** A progress event while models are warmed. Several threads send events, one at a time. */
public sealed interface WarmEvent {

    /** Returns the word for the event in its JSON line. */
    String word();

    /** Returns the event in words, on one line if the words of Ollama are. */
    String sentence();

    /** Returns the progress of a download; empty for any other event. */
    default Optional<Pulling> download() {
        return Optional.empty();
    }

    /** Returns the model whose download ends with this event, if it was downloaded. */
    default Optional<String> endOfDownload() {
        return Optional.empty();
    }

    /**
     * A download's progress.
     *
     * @param status Ollama's description of the current step
     * @param completed in bytes; can decrease
     * @param total in bytes; 0 while unknown
     */
    record Pulling(String model, String status, long completed, long total) implements WarmEvent {
        @Override
        public String word() {
            return "pulling";
        }

        @Override
        public String sentence() {
            return model + ": " + status;
        }

        @Override
        public Optional<Pulling> download() {
            return Optional.of(this);
        }
    }

    record Pulled(String model) implements WarmEvent {
        @Override
        public String word() {
            return "pulled";
        }

        @Override
        public String sentence() {
            return model + ": downloaded";
        }

        @Override
        public Optional<String> endOfDownload() {
            return Optional.of(model);
        }
    }

    record Loading(String model) implements WarmEvent {
        @Override
        public String word() {
            return "loading";
        }

        @Override
        public String sentence() {
            return model + ": loading into memory";
        }
    }

    record Loaded(String model, long millis) implements WarmEvent {
        @Override
        public String word() {
            return "loaded";
        }

        @Override
        public String sentence() {
            return "%s: loaded in %.1f s".formatted(model, millis / 1e3);
        }
    }

    /** A download or load is retried. */
    record Retrying(String model, String reason) implements WarmEvent {
        @Override
        public String word() {
            return "retrying";
        }

        @Override
        public String sentence() {
            return model + ": retrying: " + reason;
        }
    }

    /** Ollama does not answer, and aiserver waits for it. */
    record Waiting(String reason) implements WarmEvent {
        @Override
        public String word() {
            return "waiting";
        }

        @Override
        public String sentence() {
            return "waiting for Ollama: " + reason;
        }
    }

    record Failed(String model, String reason) implements WarmEvent {
        @Override
        public String word() {
            return "failed";
        }

        @Override
        public String sentence() {
            return model + ": " + reason;
        }

        @Override
        public Optional<String> endOfDownload() {
            return Optional.of(model);
        }
    }
}
