package dev.aiserver.verify;

import dev.aiserver.net.RawHttpResponse;
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
                                    subject -> answered(subject, new LivenessRequest(endpoint)));
                })
                .toList();
    }

    /** As a browser asks before it lets a page send (https://fetch.spec.whatwg.org/#http-cors-protocol). */
    private static Outcome allowed(VerifyContext subject, Endpoint endpoint) throws IOException {
        ServerSpec.Proxy proxy = subject.client().proxy();
        if (proxy.origins().isEmpty() && !proxy.anyOrigin()) {
            return new Outcome.Skipped("proxy.origins names no web page that may ask");
        }
        String origin = proxy.anyOrigin()
                ? ProxyResponses.FOREIGN_PAGE
                : proxy.origins().get(0);
        RawHttpResponse answer = subject.send(new LivenessRequest(endpoint)
                .call(subject.host())
                .header("Origin", origin)
                .header("Access-Control-Request-Method", "POST")
                .header("Access-Control-Request-Headers", "authorization,content-type"));
        return new Assertions()
                .demand(
                        ProxyResponses.isPreflight(answer)
                                && ProxyResponses.isFor(proxy.anyOrigin() ? "*" : origin, answer)
                                && answer.header("access-control-allow-headers").equals("authorization,content-type"),
                        origin + " gets " + ProxyResponses.shown(answer))
                .outcome(origin + " gets " + answer.status(), "run \"aiserver install\" to write haproxy.cfg again");
    }

    private static Outcome answered(VerifyContext subject, LivenessRequest knock) throws IOException {
        RawHttpResponse answer = subject.send(knock.call(subject.host()));
        return new Assertions()
                .demand(knock.isAnsweredBy(answer), ProxyResponses.shown(answer))
                .outcome(
                        ProxyResponses.shown(answer),
                        "run \"aiserver install\" to write haproxy.cfg anew; is Ollama new enough for it?");
    }
}
