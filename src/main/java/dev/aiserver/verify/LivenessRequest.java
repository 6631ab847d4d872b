package dev.aiserver.verify;

import dev.aiserver.net.ForbiddenRequests;
import dev.aiserver.net.RawHttpRequest;
import dev.aiserver.net.RawHttpResponse;
import dev.aiserver.spec.Endpoint;
import java.util.List;
import java.util.Map;

/** Builds a request that Ollama answers without running a model; it may name a model that is not installed. */
record LivenessRequest(Endpoint endpoint) {
    private static final String NO_MODEL = ForbiddenRequests.NO_MODEL;

    private static final Map<String, String> BODIES = Map.of(
            "/v1/chat/completions",
                    "{\"model\":\"" + NO_MODEL + "\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}",
            "/v1/responses", "{\"model\":\"" + NO_MODEL + "\",\"input\":\"x\"}",
            "/v1/messages",
                    "{\"model\":\"" + NO_MODEL
                            + "\",\"max_tokens\":1,\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}");

    /** Routes that only some versions of Ollama have; the others return 404 without JSON. */
    private static final List<String> OPTIONAL_ROUTES =
            List.of("/v1/messages/count_tokens", "/v1/audio/transcriptions", "/v1/audio/speech", "/api/hello");

    private static final String DEFAULT_BODY = ProxyResponses.object("model", NO_MODEL);

    /**
     * Returns the request.
     *
     * @param host value of the Host header
     */
    RawHttpRequest request(String host) {
        String path = path();
        return endpoint.method().equals("POST")
                ? RawHttpRequest.post(path, host, BODIES.getOrDefault(endpoint.path(), DEFAULT_BODY))
                : RawHttpRequest.of(endpoint.method(), path, host);
    }

    String path() {
        return endpoint.path().replace(Endpoint.MODEL, NO_MODEL);
    }

    /** Returns whether this response comes from Ollama, not from the proxy, and is the expected one. */
    boolean isAnsweredBy(RawHttpResponse response) {
        return !ProxyResponses.isFromProxy(response) && isExpected(response);
    }

    /** A 404 in JSON means that the model is missing; a 404 in plain text means that the route is missing. */
    private boolean isExpected(RawHttpResponse response) {
        if (OPTIONAL_ROUTES.contains(endpoint.path()) && response.status() == 404) {
            return true;
        }
        if (namesMissingModel()) {
            return response.status() == 404 && response.text().startsWith("{") || response.status() == 400;
        }
        return response.status() >= 200 && response.status() < 300;
    }

    private boolean namesMissingModel() {
        return endpoint.method().equals("POST")
                || endpoint.namesModel() && endpoint.method().equals("GET");
    }

    @Override
    public String toString() {
        return endpoint.toString();
    }
}
