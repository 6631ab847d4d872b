package dev.aiserver.spec;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The named sets of endpoints that a configuration may open. Which clients call what was read from their sources:
 * Claude Code probes with HEAD, Open WebUI and the ollama command need the native set, browsers need OPTIONS.
 */
public enum EndpointSet {
    STRICT(
            "POST /v1/chat/completions",
            "GET /v1/models",
            "GET /v1/models/{model}",
            "POST /v1/responses",
            "POST /v1/messages",
            "GET /api/version",
            "GET /api/tags",
            "POST /api/show"),
    HEALTH("HEAD /", "GET /", "HEAD /api/version", "HEAD /api/tags", "HEAD /api/hello"),
    ANTHROPIC_COUNT_TOKENS("POST /v1/messages/count_tokens"),
    OPENAI_EXTRA("POST /v1/embeddings", "POST /v1/completions"),
    /** Lets clients load, unload and resize models, and send raw prompts. */
    OLLAMA_NATIVE("POST /api/chat", "POST /api/generate", "POST /api/embed", "POST /api/embeddings", "GET /api/ps"),
    /** Not every Ollama has these. */
    AUDIO("POST /v1/audio/transcriptions", "POST /v1/audio/speech"),
    /** OPTIONS on every path that another set opens, and the configured web pages may ask. */
    BROWSER,
    /**
     * Every method and path, as the second specification has it: also pull, delete and create. Only the paths that act
     * on the account of Ollama's owner stay closed.
     */
    ALL;

    private final List<Endpoint> endpoints;

    EndpointSet(String... endpoints) {
        this.endpoints = Stream.of(endpoints).map(Endpoint::of).toList();
    }

    /** Its own endpoints; those that {@link #BROWSER} adds depend on the other sets. */
    public List<Endpoint> endpoints() {
        return endpoints;
    }

    /** As it is written in a configuration. */
    public String key() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    static Optional<EndpointSet> byKey(String key) {
        return Stream.of(values()).filter(set -> set.key().equals(key)).findFirst();
    }
}
