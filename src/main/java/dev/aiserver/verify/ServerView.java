package dev.aiserver.verify;

import dev.aiserver.spec.Endpoint;
import dev.aiserver.spec.ServerSpec;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What a client knows of a server.
 *
 * @param name by which it calls it
 * @param address that the name means, as text
 * @param proxy its port, and what it lets through
 * @param hostNames every name by which the server is to answer, the first one included
 */
public record ServerView(String name, String address, ServerSpec.Proxy proxy, List<String> hostNames) {

    /** None of them names a model or has no body in its answer. */
    private static final List<Endpoint> EASY = Stream.of("/api/version", "/v1/models", "/api/tags", "/", "/api/ps")
            .map(path -> new Endpoint("GET", path))
            .toList();

    public ServerView {
        hostNames = List.copyOf(hostNames);
    }

    /** For the Host header, with the port as clients send it. */
    public String host() {
        return name + ":" + proxy.port();
    }

    /** What it can ask at any time; with everything open, that is what Ollama answers most easily. */
    LivenessRequest knock() {
        return EASY.stream()
                .filter(easy -> opens(easy.method(), easy.path()))
                .findFirst()
                .or(() -> proxy.endpoints().stream().findFirst())
                .map(LivenessRequest::new)
                .orElseThrow();
    }

    /** The same with an endpoint that takes a body, where one is open. */
    LivenessRequest knockWithBody() {
        return proxy.endpoints().stream()
                .filter(endpoint -> endpoint.method().equals("POST"))
                .findFirst()
                .map(LivenessRequest::new)
                .orElseGet(this::knock);
    }

    /** The first of these paths to which it may send a body. */
    Optional<String> firstOpen(List<String> paths) {
        return paths.stream().filter(path -> opens("POST", path)).findFirst();
    }

    boolean opens(String method, String path) {
        return proxy.opens(method, path);
    }
}
