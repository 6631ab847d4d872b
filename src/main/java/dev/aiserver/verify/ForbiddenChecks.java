package dev.aiserver.verify;

import dev.aiserver.net.ForbiddenRequests;
import dev.aiserver.net.RawHttpRequest;
import dev.aiserver.net.RawHttpResponse;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Checks that the proxy itself rejects everything that is not open. */
final class ForbiddenChecks {
    static final String FIX = "run \"aiserver install\" to rewrite haproxy.cfg";

    private static final int MAX_SHOWN = 3;
    private static final int BOMB_HEADERS = 400;
    private static final int BOMB_LENGTH = 60_000;

    /** Headers that make some frameworks use another method or path than the request line; proxy rules ignore them. */
    private static final List<String> OVERRIDES = List.of(
            "X-HTTP-Method-Override: GET",
            "X-HTTP-Method: GET",
            "X-Method-Override: GET",
            "X-Original-URL: /v1/models",
            "X-Rewrite-URL: /v1/models",
            "X-Forwarded-Prefix: /v1/models",
            "X-Forwarded-Host: 127.0.0.1",
            "X-Aiserver: served");

    private ForbiddenChecks() {}

    static List<Check> all(ServerView client) {
        List<Check> checks = new ArrayList<>();
        if (client.proxy().unfiltered()) {
            checks.add(Check.of(
                    "blocked.all",
                    "rejects every endpoint that is not open",
                    context -> new Outcome.Skipped("proxy.endpoints is \"all\": clients can also delete, pull and push "
                            + "models; set it to [strict] to reject that")));
            ForbiddenRequests.ownerOnly(client.host())
                    .forEach((name, requests) -> checks.add(Check.of(
                            "blocked." + name,
                            "rejects " + name.substring(name.indexOf('.') + 1) + ", which acts on the owner's account",
                            context -> allBlocked(context, requests))));
            return checks;
        }
        ForbiddenRequests.grouped(client.proxy().endpoints(), client.host())
                .forEach((name, requests) -> checks.add(
                        Check.of("blocked." + name, claim(name, requests), context -> allBlocked(context, requests))));
        for (String header : OVERRIDES) {
            String name = header.substring(0, header.indexOf(':'));
            checks.add(Check.of(
                    "blocked.override." + name,
                    "the header " + name + " opens no endpoint",
                    context -> allBlocked(
                            context,
                            List.of(RawHttpRequest.of("DELETE", "/api/delete", context.host())
                                    .header(name, header.substring(header.indexOf(' ') + 1))))));
        }
        checks.add(Check.of("blocked.bomb.many-headers", "rejects a request with too many headers", context -> {
            RawHttpRequest request = RawHttpRequest.of("DELETE", "/api/delete", context.host());
            for (int i = 0; i < BOMB_HEADERS; i++) {
                request = request.header("X-Bomb-" + i, "x");
            }
            return rejectedOrClosed(context, request);
        }));
        checks.add(Check.of(
                "blocked.bomb.long-header",
                "rejects an oversized header",
                context -> rejectedOrClosed(
                        context,
                        RawHttpRequest.of("DELETE", "/api/delete", context.host())
                                .header("X-Bomb", "x".repeat(BOMB_LENGTH)))));
        checks.add(Check.of(
                "blocked.bomb.long-path",
                "rejects an oversized path",
                context -> rejectedOrClosed(
                        context, RawHttpRequest.of("GET", "/v1/models/" + "x".repeat(BOMB_LENGTH), context.host()))));
        return checks;
    }

    private static String claim(String name, List<RawHttpRequest> requests) {
        String what = name.substring(name.indexOf('.') + 1);
        if (name.startsWith("spelling.")) {
            return "rejects other spellings of " + what.replace(":/", " /");
        }
        return name.startsWith("detour.")
                ? what + " gives no access to other routes"
                : "rejects " + requests.get(0).method() + " " + what.substring(what.indexOf(':') + 1);
    }

    private static Outcome allBlocked(VerifyContext context, List<RawHttpRequest> requests) throws IOException {
        List<String> holes = new ArrayList<>();
        for (RawHttpRequest request : requests) {
            RawHttpResponse response = context.sendPooled(request.withQuery(context.nonce()));
            if (!ProxyResponses.isRejected(response)) {
                holes.add(request + " returns " + ProxyResponses.shown(response));
            }
        }
        if (holes.isEmpty()) {
            return new Outcome.Passed(
                    requests.size() == 1 ? "rejected" : "all " + requests.size() + " requests rejected");
        }
        String more = holes.size() > MAX_SHOWN ? " and " + (holes.size() - MAX_SHOWN) + " more" : "";
        return new Outcome.Failed(
                holes.size() + " of " + requests.size() + " requests not rejected: "
                        + String.join("; ", holes.subList(0, Math.min(MAX_SHOWN, holes.size()))) + more,
                FIX);
    }

    private static Outcome rejectedOrClosed(VerifyContext context, RawHttpRequest request) throws IOException {
        return rejectedOrClosed(context, request.withQuery(context.nonce()).bytes());
    }

    /**
     * Requires that the proxy rejects these bytes. It may also close the connection without a response, if it still
     * serves the next client: a proxy that crashed has rejected nothing.
     */
    static Outcome rejectedOrClosed(VerifyContext context, byte[] request) throws IOException {
        List<RawHttpResponse> responses = context.send(request, 1);
        if (!responses.isEmpty()) {
            RawHttpResponse response = responses.get(0);
            return new Assertions()
                    .require(ProxyResponses.isRejected(response), "returns " + ProxyResponses.shown(response))
                    .outcome("returns " + response.status(), FIX);
        }
        LivenessRequest liveness = context.client().livenessRequest();
        RawHttpResponse next = context.send(liveness.request(context.host()));
        return new Assertions()
                .require(
                        liveness.isAnsweredBy(next),
                        "the proxy closed the connection, and the next client's request returns "
                                + ProxyResponses.shown(next))
                .outcome("the proxy closed the connection", FIX);
    }
}
