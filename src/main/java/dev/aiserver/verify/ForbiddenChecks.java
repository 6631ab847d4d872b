package dev.aiserver.verify;

import dev.aiserver.net.ForbiddenRequests;
import dev.aiserver.net.RawHttpRequest;
import dev.aiserver.net.RawHttpResponse;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** That everything that is not open is refused by the proxy itself. */
final class ForbiddenChecks {
    static final String FIX = "run \"aiserver install\" to write haproxy.cfg anew";

    private static final int SHOWN = 3;
    private static final int BOMB_HEADERS = 400;
    private static final int BOMB_LETTERS = 60_000;

    /** Headers by which some frameworks, and no proxy rule, take another method or path than the request line says. */
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
                    "what is not open is refused by the proxy",
                    subject ->
                            new Outcome.Skipped("proxy.endpoints says \"all\": clients may also delete, pull and push "
                                    + "models; use [strict] to refuse")));
            ForbiddenRequests.ownerOnly(client.host())
                    .forEach((name, calls) -> checks.add(Check.of(
                            "blocked." + name,
                            name.substring(name.indexOf('.') + 1) + " is refused: it acts on the owner's account",
                            subject -> allBlocked(subject, calls))));
            return checks;
        }
        ForbiddenRequests.grouped(client.proxy().endpoints(), client.host())
                .forEach((name, calls) -> checks.add(
                        Check.of("blocked." + name, claim(name, calls), subject -> allBlocked(subject, calls))));
        for (String header : OVERRIDES) {
            String name = header.substring(0, header.indexOf(':'));
            checks.add(Check.of(
                    "blocked.override." + name,
                    name + " opens nothing",
                    subject -> allBlocked(
                            subject,
                            List.of(RawHttpRequest.of("DELETE", "/api/delete", subject.host())
                                    .header(name, header.substring(header.indexOf(' ') + 1))))));
        }
        checks.add(Check.of("blocked.bomb.many-headers", "too many headers are refused", subject -> {
            RawHttpRequest call = RawHttpRequest.of("DELETE", "/api/delete", subject.host());
            for (int i = 0; i < BOMB_HEADERS; i++) {
                call = call.header("X-Bomb-" + i, "x");
            }
            return refusedOrCut(subject, call);
        }));
        checks.add(Check.of(
                "blocked.bomb.long-header",
                "a header without end is refused",
                subject -> refusedOrCut(
                        subject,
                        RawHttpRequest.of("DELETE", "/api/delete", subject.host())
                                .header("X-Bomb", "x".repeat(BOMB_LETTERS)))));
        checks.add(Check.of(
                "blocked.bomb.long-path",
                "a path without end is refused",
                subject -> refusedOrCut(
                        subject, RawHttpRequest.of("GET", "/v1/models/" + "x".repeat(BOMB_LETTERS), subject.host()))));
        return checks;
    }

    private static String claim(String name, List<RawHttpRequest> calls) {
        String what = name.substring(name.indexOf('.') + 1);
        if (name.startsWith("spelling.")) {
            return "other spellings of " + what.replace(":/", " /") + " are refused";
        }
        return name.startsWith("detour.")
                ? "no way leads from " + what + " to another route"
                : calls.get(0).method() + " " + what.substring(what.indexOf(':') + 1) + " is refused";
    }

    private static Outcome allBlocked(VerifyContext subject, List<RawHttpRequest> calls) throws IOException {
        List<String> holes = new ArrayList<>();
        for (RawHttpRequest call : calls) {
            RawHttpResponse answer = subject.sendOnKept(call.withQuery(subject.nonce()));
            if (!ProxyResponses.isRefused(answer)) {
                holes.add(call + " gets " + ProxyResponses.shown(answer));
            }
        }
        if (holes.isEmpty()) {
            return new Outcome.Passed(calls.size() == 1 ? "refused" : "all " + calls.size() + " refused");
        }
        String more = holes.size() > SHOWN ? " and " + (holes.size() - SHOWN) + " more" : "";
        return new Outcome.Failed(
                holes.size() + " of " + calls.size() + " not refused: "
                        + String.join("; ", holes.subList(0, Math.min(SHOWN, holes.size()))) + more,
                FIX);
    }

    private static Outcome refusedOrCut(VerifyContext subject, RawHttpRequest call) throws IOException {
        return refusedOrCut(subject, call.withQuery(subject.nonce()).bytes());
    }

    /**
     * A server may hang up on what is too much for it or no HTTP at all; then it must still be there for the next client,
     * since one that broke down has refused nothing.
     */
    static Outcome refusedOrCut(VerifyContext subject, byte[] request) throws IOException {
        List<RawHttpResponse> answers = subject.send(request, 1);
        if (!answers.isEmpty()) {
            RawHttpResponse answer = answers.get(0);
            return new Assertions()
                    .demand(ProxyResponses.isRefused(answer), "gets " + ProxyResponses.shown(answer))
                    .outcome("gets " + answer.status(), FIX);
        }
        LivenessRequest knock = subject.client().knock();
        RawHttpResponse next = subject.send(knock.call(subject.host()));
        return new Assertions()
                .demand(knock.isAnsweredBy(next), "it hung up, and the next client gets " + ProxyResponses.shown(next))
                .outcome("it hung up", FIX);
    }
}
