package dev.aiserver.verify;

import dev.aiserver.net.ForbiddenRequests;
import dev.aiserver.net.HttpAnswer;
import dev.aiserver.net.HttpCall;
import dev.aiserver.spec.Endpoint;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** That what is open answers, and everything else is refused by the proxy itself. */
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

    private static final String ANY_BODY = "{\"model\":\"" + NO_MODEL + "\"}";

    private EndpointChecks() {}

    /** An open endpoint answers, and it is Ollama that answers. */
    record Answered(Endpoint endpoint) implements Check {
        @Override
        public String id() {
            return "endpoint." + endpoint.toString().replace(" ", ":");
        }

        @Override
        public String claim() {
            return endpoint + " reaches Ollama";
        }

        @Override
        public Outcome prove(Subject subject) throws IOException {
            HttpAnswer answer = subject.throughProxy(call(subject.clientHost()));
            boolean good = !Answers.isFromProxy(answer) && answer.status() < 500 && isExpected(answer);
            return good
                    ? new Outcome.Passed(Answers.shown(answer))
                    : new Outcome.Failed(
                            Answers.shown(answer),
                            "run \"aiserver install\" to write haproxy.cfg anew; is Ollama new enough for it?");
        }

        private HttpCall call(String host) {
            String path = endpoint.path().replace(Endpoint.MODEL, NO_MODEL);
            return endpoint.method().equals("POST")
                    ? HttpCall.post(path, host, BODIES.getOrDefault(endpoint.path(), ANY_BODY))
                    : HttpCall.of(endpoint.method(), path, host);
        }

        /** A JSON 404 says that there is no such model; a text 404 that there is no such route. */
        private boolean isExpected(HttpAnswer answer) {
            if (answer.status() == 404) {
                return answer.text().startsWith("{") || endpoint.path().endsWith("/count_tokens");
            }
            return answer.status() < 300
                    || answer.status() == 400
                    || endpoint.method().equals("OPTIONS") && answer.status() == 403;
        }
    }

    /** No other request arrives at Ollama. */
    record OthersRefused(List<Endpoint> open) implements Check {
        private static final int SHOWN = 3;

        @Override
        public String id() {
            return "blocked.requests";
        }

        @Override
        public String claim() {
            return "every other route, method and spelling is refused by the proxy";
        }

        @Override
        public Outcome prove(Subject subject) throws IOException {
            List<HttpCall> calls = ForbiddenRequests.beside(open, subject.clientHost());
            List<String> holes = new ArrayList<>();
            for (HttpCall call : calls) {
                HttpAnswer answer = subject.throughProxy(call);
                if (!isRefusal(answer)) {
                    holes.add(call + " gets " + Answers.shown(answer));
                }
            }
            if (holes.isEmpty()) {
                return new Outcome.Passed(calls.size() + " of " + calls.size() + " carry the proxy's mark");
            }
            String more = holes.size() > SHOWN ? " and " + (holes.size() - SHOWN) + " more" : "";
            return new Outcome.Failed(
                    holes.size() + " of " + calls.size() + " are not refused: "
                            + String.join("; ", holes.subList(0, Math.min(SHOWN, holes.size()))) + more,
                    "run \"aiserver install\" to write haproxy.cfg anew");
        }

        /** What is no HTTP at all, HAProxy's parser refuses with a page of its own; Ollama never answers in HTML. */
        private static boolean isRefusal(HttpAnswer answer) {
            String mark = answer.header("x-aiserver");
            boolean byParser = answer.status() == 400
                    && mark.isEmpty()
                    && answer.header("content-type").startsWith("text/html");
            return answer.status() == 404 && mark.equals("blocked")
                    || (answer.status() == 400 || answer.status() == 501) && mark.equals("bad-request")
                    || byParser;
        }
    }

    /** Said in the report when the configuration opens everything. */
    record NothingRefused() implements Check {
        @Override
        public String id() {
            return "blocked.requests";
        }

        @Override
        public String claim() {
            return "every other route, method and spelling is refused by the proxy";
        }

        @Override
        public Outcome prove(Subject subject) {
            return new Outcome.Skipped(
                    "proxy.endpoints says \"all\": clients may also delete, pull and push models; use [strict] to refuse");
        }
    }
}
