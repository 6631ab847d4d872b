package dev.aiserver.rehearsal.model;

import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/** Everything that happens to a request before its route does: path clean-up, redirects, Origin and Host rules. */
final class Middleware implements Connection.Service {
    private final Router router;
    private final OriginRule origins;
    private final boolean checksHosts;
    private final RequestHistory journal;
    private final Log log;

    /** @param bound a server on anything but a loopback address checks no Host header at all */
    Middleware(Router router, OriginRule origins, InetAddress bound, RequestHistory journal, Log log) {
        this.router = router;
        this.origins = origins;
        this.checksHosts = bound.isLoopbackAddress();
        this.journal = journal;
        this.log = log;
    }

    /** The order is Ollama's: Go's mux, gin's redirect, which no rule guards, then the rules, then the route. */
    @Override
    public void serve(Exchange exchange) throws IOException {
        Request request = exchange.request();
        journal.add(request.received());
        if (request.rawPath().equals("*")) {
            exchange.empty(request.method().equals("OPTIONS") ? 200 : 400);
            return;
        }
        // What Go's server refuses before any rule or log of Ollama's.
        if (request.received()
                .header("expect")
                .filter(expected -> !expected.equalsIgnoreCase("100-continue"))
                .isPresent()) {
            exchange.empty(417);
            return;
        }
        if (!request.host().matches("[^@\\s/?#]*")) {
            exchange.text(400, "text/plain; charset=utf-8", "400 Bad Request: malformed Host header");
            return;
        }
        String clean = cleaned(request.rawPath());
        if (!clean.equals(request.rawPath())) {
            // Go 1.26; before that it was 301.
            exchange.redirect(307, clean + request.query());
            return;
        }
        Router.Match match = router.find(request.method(), request.path());
        if (match instanceof Router.Match.Slash) {
            exchange.redirect(
                    request.method().equals("GET") ? 301 : 307,
                    clean.replaceFirst("(/|%2[Ff])$", "") + request.query());
            return;
        }
        long start = System.nanoTime();
        try {
            if (passes(exchange, match)) {
                route(exchange, match);
            }
        } finally {
            log.request(
                    exchange.statusInLog(),
                    Duration.ofNanos(System.nanoTime() - start),
                    client(exchange),
                    request.method(),
                    request.path() + request.query());
        }
    }

    private boolean passes(Exchange exchange, Router.Match match) throws ClientDisconnected {
        Request request = exchange.request();
        // Gin has found out that no route takes it before it asks the rules.
        if (match instanceof Router.Match.WrongMethod wrong) {
            exchange.header("Allow", wrong.allowed());
        }
        Optional<String> origin = request.received().header("origin");
        // An empty one is none.
        boolean foreign = origin.filter(named -> !named.isEmpty()).isPresent()
                && !OriginRule.sameOrigin(origin.get(), request.host());
        if (foreign && !origins.allows(origin.get())) {
            exchange.empty(403);
            return false;
        }
        boolean preflight = request.method().equals("OPTIONS");
        if (foreign) {
            exchange.header("Access-Control-Allow-Origin", origin.get());
            exchange.header("Vary", "Origin");
            if (preflight) {
                exchange.header("Vary", "Access-Control-Request-Method");
                exchange.header("Vary", "Access-Control-Request-Headers");
                // Neither x-api-key nor anthropic-version is among them: browsers cannot use the Anthropic API.
                exchange.header(
                        "Access-Control-Allow-Headers",
                        "Authorization,Content-Type,User-Agent,Accept,X-Requested-With,Openai-Beta,X-Stainless-Arch,"
                                + "X-Stainless-Async,X-Stainless-Custom-Poll-Interval,X-Stainless-Helper-Method,"
                                + "X-Stainless-Lang,X-Stainless-Os,X-Stainless-Package-Version,X-Stainless-Poll-Helper,"
                                + "X-Stainless-Retry-Count,X-Stainless-Runtime,X-Stainless-Runtime-Version,"
                                + "X-Stainless-Timeout");
                exchange.header("Access-Control-Allow-Methods", "GET,POST,PUT,PATCH,DELETE,HEAD,OPTIONS");
                exchange.header("Access-Control-Max-Age", "43200");
                exchange.empty(204);
                return false;
            }
        }
        if (!checksHosts) {
            return true;
        }
        HostRule.Verdict verdict = HostRule.judge(request.host());
        if (verdict == HostRule.Verdict.REFUSED) {
            exchange.empty(403);
            return false;
        }
        if (verdict == HostRule.Verdict.NAME && preflight) {
            exchange.empty(204);
            return false;
        }
        return true;
    }

    private void route(Exchange exchange, Router.Match match) throws IOException {
        if (match instanceof Router.Match.WrongMethod) {
            exchange.text(405, "405 method not allowed");
        } else if (match instanceof Router.Match.Found found) {
            handle(exchange, found.route(), found.segment());
        } else {
            exchange.text(404, "404 page not found");
        }
    }

    private void handle(Exchange exchange, Router.Route route, String segment) throws IOException {
        try {
            route.handler().handle(exchange, segment);
        } catch (ApiError e) {
            exchange.json(e.status(), e.body(route.shape()));
        } catch (RuntimeException e) {
            log.bug(e);
            if (exchange.status() != 0) {
                throw new ClientDisconnected("the answer broke off", e);
            }
            exchange.empty(500);
        }
    }

    private static String client(Exchange exchange) {
        return exchange.request()
                .received()
                .header("x-forwarded-for")
                .map(value -> value.replaceFirst(",.*", "").strip())
                .orElse(exchange.remoteAddress());
    }

    /** As Go's mux does it to the path as sent: no empty, {@code .} or {@code ..} segments. */
    private static String cleaned(String path) {
        Deque<String> kept = new ArrayDeque<>();
        for (String segment : path.split("/")) {
            if (segment.equals("..")) {
                kept.pollLast();
            } else if (!segment.isEmpty() && !segment.equals(".")) {
                kept.addLast(segment);
            }
        }
        return "/" + String.join("/", kept) + (path.endsWith("/") && !kept.isEmpty() ? "/" : "");
    }
}
