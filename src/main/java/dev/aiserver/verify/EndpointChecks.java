package dev.aiserver.verify;

import dev.aiserver.net.ForbiddenRequests;
import dev.aiserver.net.HttpAnswer;
import dev.aiserver.net.HttpCall;
import dev.aiserver.spec.Endpoint;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/** That every open endpoint answers, and that it is Ollama that answers. */
final class EndpointChecks {
    private static final String NO_MODEL = ForbiddenRequests.NO_MODEL;

    /** Requests that Ollama answers without running a model: it says that it does not have this one. */
    private static final Map<String, String> BODIES = Map.of(
            "/v1/chat/completions",
                    "{\"model\":\"" + NO_MODEL + "\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}",
            "/v1/responses", "{\"model\":\"" + NO_MODEL + "\",\"input\":\"x\"}",
            "/v1/messages",
                    "{\"model\":\"" + NO_MODEL
                            + "\",\"max_tokens\":1,\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}");

    private static final String ANY_BODY = Answers.object("model", NO_MODEL);

    private EndpointChecks() {}

    static List<Check> all(List<Endpoint> open) {
        return open.stream()
                .map(endpoint -> Check.of(
                        "endpoint." + endpoint.toString().replace(" ", ":"),
                        endpoint + " reaches Ollama",
                        subject -> answered(subject, endpoint)))
                .toList();
    }

    private static Outcome answered(Subject subject, Endpoint endpoint) throws IOException {
        HttpAnswer answer = subject.send(call(endpoint, subject.host()));
        return new Findings()
                .demand(!Answers.isFromProxy(answer) && isExpected(endpoint, answer), Answers.shown(answer))
                .outcome(
                        Answers.shown(answer),
                        "run \"aiserver install\" to write haproxy.cfg anew; is Ollama new enough for it?");
    }

    private static HttpCall call(Endpoint endpoint, String host) {
        String path = endpoint.path().replace(Endpoint.MODEL, NO_MODEL);
        return endpoint.method().equals("POST")
                ? HttpCall.post(path, host, BODIES.getOrDefault(endpoint.path(), ANY_BODY))
                : HttpCall.of(endpoint.method(), path, host);
    }

    /** A JSON 404 says that there is no such model; a text 404 that there is no such route. */
    private static boolean isExpected(Endpoint endpoint, HttpAnswer answer) {
        if (endpoint.path().endsWith("/count_tokens") && answer.status() == 404) {
            return true;
        }
        if (asksForNoModel(endpoint)) {
            return answer.status() == 404 && answer.text().startsWith("{") || answer.status() == 400;
        }
        return answer.status() < 300
                || endpoint.method().equals("OPTIONS") && (answer.status() == 403 || answer.status() == 405);
    }

    private static boolean asksForNoModel(Endpoint endpoint) {
        return endpoint.method().equals("POST")
                || endpoint.namesModel() && endpoint.method().equals("GET");
    }
}
