package dev.aiserver.verify;

import dev.aiserver.net.RawHttpResponse;
import dev.aiserver.spec.Endpoint;
import dev.aiserver.spec.ServerSpec;
import java.io.IOException;
import java.util.List;

/** Checks that every open endpoint reaches Ollama. */
final class EndpointChecks {
    private EndpointChecks() {}

    static List<Check> all(ServerSpec.Proxy proxy) {
        return proxy.endpoints().stream()
                .map(endpoint -> {
                    String id = "endpoint." + endpoint.toString().replace(" ", ":");
                    return endpoint.method().equals("OPTIONS")
                            ? Check.of(
                                    id,
                                    endpoint + " answers preflight requests from allowed origins",
                                    context -> preflight(context, endpoint))
                            : Check.of(
                                    id,
                                    endpoint + " reaches Ollama",
                                    context -> reaches(context, new LivenessRequest(endpoint)));
                })
                .toList();
    }

    /** Sends the preflight request of a browser (https://fetch.spec.whatwg.org/#http-cors-protocol). */
    private static Outcome preflight(VerifyContext context, Endpoint endpoint) throws IOException {
        ServerSpec.Proxy proxy = context.client().proxy();
        if (proxy.origins().isEmpty() && !proxy.anyOrigin()) {
            return new Outcome.Skipped("proxy.origins allows no origin");
        }
        String origin = proxy.anyOrigin()
                ? ProxyResponses.FOREIGN_ORIGIN
                : proxy.origins().get(0);
        RawHttpResponse response = context.send(new LivenessRequest(endpoint)
                .request(context.host())
                .header("Origin", origin)
                .header("Access-Control-Request-Method", "POST")
                .header("Access-Control-Request-Headers", "authorization,content-type"));
        return new Assertions()
                .require(
                        ProxyResponses.isPreflight(response)
                                && ProxyResponses.isAllowedFor(proxy.anyOrigin() ? "*" : origin, response)
                                && response.header("access-control-allow-headers")
                                        .equals("authorization,content-type"),
                        "origin " + origin + ": preflight returns " + ProxyResponses.shown(response))
                .outcome(
                        "origin " + origin + ": preflight returns " + response.status(),
                        "run \"aiserver install\" to rewrite haproxy.cfg");
    }

    private static Outcome reaches(VerifyContext context, LivenessRequest liveness) throws IOException {
        RawHttpResponse response = context.send(liveness.request(context.host()));
        return new Assertions()
                .require(liveness.isAnsweredBy(response), ProxyResponses.shown(response))
                .outcome(
                        ProxyResponses.shown(response),
                        "run \"aiserver install\" to rewrite haproxy.cfg; if it still fails, run \"brew upgrade "
                                + "ollama\"");
    }
}
