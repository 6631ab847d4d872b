package dev.aiserver.verify;

import dev.aiserver.net.HttpAnswer;
import dev.aiserver.spec.Endpoint;
import dev.aiserver.spec.ServerSpec;
import java.io.IOException;
import java.util.List;

/** That every open endpoint answers, and that it is Ollama that answers. */
final class EndpointChecks {
    private EndpointChecks() {}

    static List<Check> all(ServerSpec.Proxy proxy) {
        return proxy.endpoints().stream()
                .map(endpoint -> {
                    String id = "endpoint." + endpoint.toString().replace(" ", ":");
                    return endpoint.method().equals("OPTIONS")
                            ? Check.of(
                                    id,
                                    endpoint + " lets the web pages ask that may",
                                    subject -> allowed(subject, endpoint))
                            : Check.of(
                                    id,
                                    endpoint + " reaches Ollama",
                                    subject -> answered(subject, new Knock(endpoint)));
                })
                .toList();
    }

    /** As a browser asks before it lets a page send (https://fetch.spec.whatwg.org/#http-cors-protocol). */
    private static Outcome allowed(Subject subject, Endpoint endpoint) throws IOException {
        ServerSpec.Proxy proxy = subject.client().proxy();
        if (proxy.origins().isEmpty() && !proxy.anyOrigin()) {
            return new Outcome.Skipped("proxy.origins names no web page that may ask");
        }
        String origin =
                proxy.anyOrigin() ? Answers.FOREIGN_PAGE : proxy.origins().get(0);
        HttpAnswer answer = subject.send(new Knock(endpoint)
                .call(subject.host())
                .header("Origin", origin)
                .header("Access-Control-Request-Method", "POST")
                .header("Access-Control-Request-Headers", "authorization,content-type"));
        return new Findings()
                .demand(
                        Answers.isPreflight(answer)
                                && Answers.isFor(proxy.anyOrigin() ? "*" : origin, answer)
                                && answer.header("access-control-allow-headers").equals("authorization,content-type"),
                        origin + " gets " + Answers.shown(answer))
                .outcome(origin + " gets " + answer.status(), "run \"aiserver install\" to write haproxy.cfg again");
    }

    private static Outcome answered(Subject subject, Knock knock) throws IOException {
        HttpAnswer answer = subject.send(knock.call(subject.host()));
        return new Findings()
                .demand(knock.isAnsweredBy(answer), Answers.shown(answer))
                .outcome(
                        Answers.shown(answer),
                        "run \"aiserver install\" to write haproxy.cfg anew; is Ollama new enough for it?");
    }
}
