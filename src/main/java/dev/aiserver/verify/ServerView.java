package dev.aiserver.verify;

import dev.aiserver.spec.Endpoint;
import dev.aiserver.spec.ServerSpec;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Describes a server as a client sees it.
 *
 * @param name host name that the client uses
 * @param address address or name to connect to
 * @param proxy port and open endpoints of the proxy
 * @param hostNames all host names that the server must accept, including {@code name}
 */
public record ServerView(String name, String address, ServerSpec.Proxy proxy, List<String> hostNames) {

    /** Endpoints that need no model and return a body. */
    private static final List<Endpoint> SIMPLE = Stream.of("/api/version", "/v1/models", "/api/tags", "/", "/api/ps")
            .map(path -> new Endpoint("GET", path))
            .toList();

    public ServerView {
        hostNames = List.copyOf(hostNames);
    }

    /** Returns the value of the Host header, with the port, as clients send it. */
    public String host() {
        return name + ":" + proxy.port();
    }

    /** Returns a request that Ollama answers at any time; prefers endpoints that need no model. */
    LivenessRequest livenessRequest() {
        return SIMPLE.stream()
                .filter(endpoint -> opens(endpoint.method(), endpoint.path()))
                .findFirst()
                .or(() -> proxy.endpoints().stream().findFirst())
                .map(LivenessRequest::new)
                .orElseThrow();
    }

    /** Returns a request with a body, or {@link #livenessRequest} if no open endpoint accepts a body. */
    LivenessRequest livenessRequestWithBody() {
        return proxy.endpoints().stream()
                .filter(endpoint -> endpoint.method().equals("POST"))
                .findFirst()
                .map(LivenessRequest::new)
                .orElseGet(this::livenessRequest);
    }

    /** Returns the first of these paths that is open for POST. */
    Optional<String> firstOpen(List<String> paths) {
        return paths.stream().filter(path -> opens("POST", path)).findFirst();
    }

    boolean opens(String method, String path) {
        return proxy.opens(method, path);
    }
}
