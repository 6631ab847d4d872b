package dev.aiserver.verify;

import dev.aiserver.net.RawHttpRequest;
import dev.aiserver.net.RawHttpResponse;
import dev.aiserver.spec.ServerSpec;
import java.io.IOException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;

/** Checks that the server accepts only its own host names and only configured origins. */
final class NameChecks {
    private static final String REWRITE = "run \"aiserver install\" to rewrite haproxy.cfg";

    /** A port that is not the proxy's, as with {@code ssh -L} or port forwarding on another machine. */
    private static final int FORWARDED_PORT = 1;

    private NameChecks() {}

    static List<Check> all(ServerView client) {
        List<Check> checks = new ArrayList<>();
        client.hostNames()
                .forEach(name -> checks.add(
                        Check.of("name." + name, "accepts the host name " + name, context -> accepts(context, name))));
        checks.add(Check.of(
                "name.address",
                "accepts its address as host name",
                context -> accepts(
                        context,
                        InetAddress.getByName(context.client().address()).getHostAddress())));
        checks.add(Check.of(
                "name.port",
                "accepts its host name with any port",
                context -> acceptsHost(context, context.client().name() + ":" + FORWARDED_PORT)));
        checks.add(Check.of("name.unknown", "rejects unknown host names (DNS rebinding)", NameChecks::rejectsUnknown));
        checks.add(Check.of("name.missing", "rejects requests without a Host header", NameChecks::rejectsMissing));
        checks.add(Check.of("name.origin", "rejects requests from other origins", NameChecks::origins));
        return checks;
    }

    private static Outcome accepts(VerifyContext context, String host) throws IOException {
        return acceptsHost(context, host + ":" + context.client().proxy().port());
    }

    private static Outcome acceptsHost(VerifyContext context, String withPort) throws IOException {
        LivenessRequest liveness = context.client().livenessRequest();
        RawHttpResponse response = context.send(liveness.request(withPort));
        return new Assertions()
                .require(
                        liveness.isAnsweredBy(response),
                        "Host: " + withPort + " returns " + ProxyResponses.shown(response))
                .outcome(
                        "Host: " + withPort + " returns " + response.status(),
                        REWRITE + "; if it still fails, read the log of com.haproxy");
    }

    /** Prevents DNS rebinding, in which a web page points its own name at this server to read its responses. */
    private static Outcome rejectsUnknown(VerifyContext context) throws IOException {
        RawHttpRequest request = context.client().livenessRequest().request(ProxyResponses.FOREIGN_HOST);
        return rejects(context, request, "Host: " + ProxyResponses.FOREIGN_HOST);
    }

    private static Outcome rejectsMissing(VerifyContext context) throws IOException {
        RawHttpRequest request = context.client().livenessRequest().request("");
        return rejects(
                context,
                new RawHttpRequest(request.method(), request.target(), List.of(), request.body()),
                "a request without Host");
    }

    private static Outcome rejects(VerifyContext context, RawHttpRequest request, String what) throws IOException {
        RawHttpResponse response = context.send(request);
        return new Assertions()
                .require(
                        ProxyResponses.isRejected(response) && response.status() != 404,
                        what + " returns " + ProxyResponses.shown(response))
                .outcome(what + " returns " + response.status(), REWRITE);
    }

    private static Outcome origins(VerifyContext context) throws IOException {
        ServerSpec.Proxy proxy = context.client().proxy();
        LivenessRequest liveness = context.client().livenessRequest();
        RawHttpResponse foreign = from(context, ProxyResponses.FOREIGN_ORIGIN);
        if (proxy.anyOrigin()) {
            return new Assertions()
                    .require(
                            liveness.isAnsweredBy(foreign) && ProxyResponses.isAllowedFor("*", foreign),
                            "any-origin is true, but a request from a web page returns "
                                    + ProxyResponses.shown(foreign))
                    .outcome("any-origin is true: requests from every origin return " + foreign.status(), REWRITE);
        }
        RawHttpResponse unnamed = context.send(liveness.request(context.host()).header("Sec-Fetch-Site", "cross-site"));
        Assertions assertions = new Assertions()
                .require(
                        ProxyResponses.isForeignOrigin(foreign),
                        "a foreign origin returns " + ProxyResponses.shown(foreign))
                .require(
                        ProxyResponses.isForeignOrigin(unnamed),
                        "a cross-site request without Origin returns " + ProxyResponses.shown(unnamed));
        for (String origin : proxy.origins()) {
            RawHttpResponse response = from(context, origin);
            assertions.require(
                    liveness.isAnsweredBy(response) && ProxyResponses.isAllowedFor(origin, response),
                    "the configured origin " + origin + " returns " + ProxyResponses.shown(response));
        }
        return assertions.outcome(
                "a foreign origin returns " + foreign.status()
                        + (proxy.origins().isEmpty() ? "" : "; each configured origin is accepted"),
                REWRITE);
    }

    private static RawHttpResponse from(VerifyContext context, String origin) throws IOException {
        return context.send(
                context.client().livenessRequest().request(context.host()).header("Origin", origin));
    }
}
