package dev.aiserver.spec;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The named sets of endpoints that a configuration can open. The sets follow the clients' source code: Claude Code
 * probes with HEAD, Open WebUI and the ollama command need the native set, and browsers need OPTIONS.
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
    /** Only some versions of Ollama have these endpoints. */
    AUDIO("POST /v1/audio/transcriptions", "POST /v1/audio/speech"),
    /** Opens OPTIONS on every path of the other sets, for requests from the configured web pages. */
    BROWSER,
    /**
     * Opens every method and path, including pull, delete and create. Only the paths that act on the ollama.com account
     * of Ollama's owner stay blocked.
     */
    ALL;

    private final List<Endpoint> endpoints;

    EndpointSet(String... endpoints) {
        this.endpoints = Stream.of(endpoints).map(Endpoint::of).toList();
    }

    /** Returns the set's fixed endpoints. The endpoints of {@link #BROWSER} depend on the other sets and are not here. */
    public List<Endpoint> endpoints() {
        return endpoints;
    }

    /** Returns the set's name as a configuration file spells it. */
    public String key() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    static Optional<EndpointSet> byKey(String key) {
        return Stream.of(values()).filter(set -> set.key().equals(key)).findFirst();
    }
}
