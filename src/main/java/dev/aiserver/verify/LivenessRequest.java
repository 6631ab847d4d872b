package dev.aiserver.verify;

import dev.aiserver.net.ForbiddenRequests;
import dev.aiserver.net.RawHttpRequest;
import dev.aiserver.net.RawHttpResponse;
import dev.aiserver.spec.Endpoint;
import java.util.List;
import java.util.Map;

/** The request to an open endpoint that Ollama answers at once, without running a model: it may name one that it lacks. */
record LivenessRequest(Endpoint endpoint) {
    private static final String NO_MODEL = ForbiddenRequests.NO_MODEL;

    private static final Map<String, String> BODIES = Map.of(
            "/v1/chat/completions",
                    "{\"model\":\"" + NO_MODEL + "\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}",
            "/v1/responses", "{\"model\":\"" + NO_MODEL + "\",\"input\":\"x\"}",
            "/v1/messages",
                    "{\"model\":\"" + NO_MODEL
                            + "\",\"max_tokens\":1,\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}");

    /** Routes that only some versions of Ollama have; the others answer 404 without JSON. */
    private static final List<String> NOT_EVERYWHERE =
            List.of("/v1/messages/count_tokens", "/v1/audio/transcriptions", "/v1/audio/speech", "/api/hello");

    private static final String ANY_BODY = ProxyResponses.object("model", NO_MODEL);

    /** @param host for the Host header */
    RawHttpRequest call(String host) {
        String path = path();
        return endpoint.method().equals("POST")
                ? RawHttpRequest.post(path, host, BODIES.getOrDefault(endpoint.path(), ANY_BODY))
                : RawHttpRequest.of(endpoint.method(), path, host);
    }

    String path() {
        return endpoint.path().replace(Endpoint.MODEL, NO_MODEL);
    }

    /** Whether this is Ollama's own answer, and the one that it gives. */
    boolean isAnsweredBy(RawHttpResponse answer) {
        return !ProxyResponses.isFromProxy(answer) && isExpected(answer);
    }

    /** A JSON 404 says that there is no such model; a text 404 that there is no such route. */
    private boolean isExpected(RawHttpResponse answer) {
        if (NOT_EVERYWHERE.contains(endpoint.path()) && answer.status() == 404) {
            return true;
        }
        if (asksForNoModel()) {
            return answer.status() == 404 && answer.text().startsWith("{") || answer.status() == 400;
        }
        return answer.status() >= 200 && answer.status() < 300;
    }

    private boolean asksForNoModel() {
        return endpoint.method().equals("POST")
                || endpoint.namesModel() && endpoint.method().equals("GET");
    }

    @Override
    public String toString() {
        return endpoint.toString();
    }
}
