package standin.ollama.http;

import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import standin.ollama.go.ApiError;

/** Handles each request before its route does: path cleaning, redirects, Origin and Host checks. */
public final class Middleware implements ClientConnection.RequestHandler {
    private final Router router;
    private final OriginRule origins;
    private final boolean checksHosts;
    private final RequestHistory history;
    private final Log log;

    /** @param bound address of the listener; on an address other than loopback, Host headers are not checked */
    public Middleware(Router router, OriginRule origins, InetAddress bound, RequestHistory history, Log log) {
        this.router = router;
        this.origins = origins;
        this.checksHosts = bound.isLoopbackAddress();
        this.history = history;
        this.log = log;
    }

    /** Serves in Ollama's order: Go's mux, gin's redirect (which no rule guards), the rules, and then the route. */
    @Override
    public void serve(Exchange exchange) throws IOException {
        ReceivedRequest request = exchange.request();
        history.add(request.received());
        if (request.rawPath().equals("*")) {
            exchange.empty(request.method().equals("OPTIONS") ? 200 : 400);
            return;
        }
        // Go's server refuses this before Ollama's rules or log see it.
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
            // Go 1.26 redirects with 307; earlier versions with 301.
            exchange.redirect(307, clean + request.query());
            return;
        }
        Router.Match match = router.find(request.method(), request.path());
        if (match instanceof Router.Match.TrailingSlash) {
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
                    exchange.loggedStatus(),
                    Duration.ofNanos(System.nanoTime() - start),
                    client(exchange),
                    request.method(),
                    request.path() + request.query());
        }
    }

    private boolean passes(Exchange exchange, Router.Match match) throws ClientDisconnected {
        ReceivedRequest request = exchange.request();
        // Gin knows that no route accepts this method before it applies the rules.
        if (match instanceof Router.Match.WrongMethod wrong) {
            exchange.header("Allow", wrong.allowed());
        }
        Optional<String> origin = request.received().header("origin");
        // An empty Origin header counts as absent.
        boolean crossOrigin = origin.filter(named -> !named.isEmpty()).isPresent()
                && !OriginRule.sameOrigin(origin.get(), request.host());
        if (crossOrigin && !origins.allows(origin.get())) {
            exchange.empty(403);
            return false;
        }
        boolean preflight = request.method().equals("OPTIONS");
        if (crossOrigin) {
            exchange.header("Access-Control-Allow-Origin", origin.get());
            exchange.header("Vary", "Origin");
            if (preflight) {
                exchange.header("Vary", "Access-Control-Request-Method");
                exchange.header("Vary", "Access-Control-Request-Headers");
                // x-api-key and anthropic-version are missing, so browsers cannot use the Anthropic API.
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
        HostRule.Decision verdict = HostRule.judge(request.host());
        if (verdict == HostRule.Decision.REFUSED) {
            exchange.empty(403);
            return false;
        }
        if (verdict == HostRule.Decision.NAME && preflight) {
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
            exchange.json(e.status(), e.body(route.errorFormat()));
        } catch (RuntimeException e) {
            log.bug(e);
            if (exchange.status() != 0) {
                throw new ClientDisconnected("the response is incomplete", e);
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

    /** Cleans the path as Go's mux does: removes empty, {@code .} and {@code ..} segments of the path as sent. */
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
