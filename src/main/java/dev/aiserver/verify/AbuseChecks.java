package dev.aiserver.verify;

import dev.aiserver.host.Command;
import dev.aiserver.host.UserError;
import dev.aiserver.layout.Layout;
import dev.aiserver.net.RawHttpResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Checks that malformed HTTP and smuggled requests do not get through the proxy. */
final class AbuseChecks {
    private static final int MAX_RESPONSES = 8;

    /** Leaves enough time for the response to a smuggled request to arrive. */
    private static final Duration SMUGGLING_WAIT = Duration.ofMillis(300);

    /** A path that no endpoint set opens, not even {@code all}. */
    private static final String NEVER_OPEN = "/api/codex/responses";

    private static final int LARGE_PROMPT = 400_000;
    private static final int FIRST_PART = 10_000;

    private static final Pattern VERSION = Pattern.compile("\\d+\\.\\d+[\\w.+-]*");

    private AbuseChecks() {}

    static List<Check> all(ServerView client) {
        List<Check> checks = new ArrayList<>();
        checks.add(
                Check.of("blocked.body", "rejects a body over the size limit before it is sent", AbuseChecks::large));
        checks.add(Check.of(
                "blocked.refused-body",
                "a client that sends a large prompt can read why it is rejected",
                AbuseChecks::rejectedWithBody));
        if (client.proxy().unfiltered()) {
            return checks;
        }
        cases(
                "malformed",
                (name, text) -> checks.add(Check.of(
                        "blocked.malformed." + name,
                        "rejects a malformed request: " + name.replace('-', ' '),
                        context -> malformed(context, text))));
        cases(
                "smuggling",
                (name, text) -> checks.add(Check.of(
                        "blocked.smuggling." + name,
                        "blocks request smuggling: " + name.replace('-', ' '),
                        context -> smuggling(context, name, text))));
        checks.add(Check.of(
                "blocked.pipelining",
                "rejects a forbidden request that is pipelined behind an allowed one",
                AbuseChecks::pipelining));
        for (String protocol : List.of("h2c", "websocket", "tls/1.2")) {
            checks.add(Check.of(
                    "blocked.upgrade." + protocol,
                    "opens no tunnel for an upgrade to " + protocol,
                    context -> upgrade(context, protocol)));
        }
        return checks;
    }

    /** Sends only the head of the request; a proxy without a limit then waits for the body. */
    private static Outcome large(VerifyContext context) throws IOException {
        LivenessRequest post = context.client().livenessRequestWithBody();
        long limit = context.client().proxy().maxBody();
        String request = "%s %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\nContent-Length: %d\r\n\r\n"
                .formatted(post.endpoint().method(), post.path(), context.host(), limit + 1);
        String seen;
        boolean rejected = false;
        try {
            List<RawHttpResponse> responses = context.send(bytes(request), 1);
            rejected = responses.stream().anyMatch(ProxyResponses::isTooLarge);
            seen = responses.stream()
                    .map(ProxyResponses::shown)
                    .findFirst()
                    .orElse("the proxy closed the connection without a response");
        } catch (SocketTimeoutException e) {
            seen = "the proxy waits for the body";
        }
        return new Assertions()
                .require(rejected, seen)
                .outcome("a body of " + (limit >> 20) + " MiB and one byte returns 413", ForbiddenChecks.FIX);
    }

    /**
     * Sends the whole body before it reads the response, as many clients do. A proxy that rejects the request and
     * closes the connection while the body is still arriving resets the connection, and the client never sees the
     * rejection.
     */
    private static Outcome rejectedWithBody(VerifyContext context) throws IOException {
        byte[] head = bytes("POST %s?%s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\nContent-Length: %d\r\n\r\n"
                .formatted(NEVER_OPEN, context.nonce(), context.host(), LARGE_PROMPT));
        byte[] body = new byte[LARGE_PROMPT - FIRST_PART];
        Arrays.fill(body, (byte) ' ');
        byte[] first = Arrays.copyOf(head, head.length + FIRST_PART);
        Arrays.fill(first, head.length, first.length, (byte) ' ');
        String what = "a prompt of " + LARGE_PROMPT / 1000 + " kB to " + NEVER_OPEN;
        Optional<RawHttpResponse> received = context.sendInTwoParts(first, body);
        if (received.isEmpty()) {
            return new Outcome.Warned(
                    what + ": the proxy" + version(context)
                            + " closed the connection too early, so clients report a connection error without the "
                            + "reason",
                    "run \"brew upgrade haproxy\": HAProxy 3.0 and newer keep reading until the client has the "
                            + "response");
        }
        RawHttpResponse response = received.get();
        return new Assertions()
                .require(ProxyResponses.isRejected(response), what + " returns " + ProxyResponses.shown(response))
                .outcome(what + " returns " + response.status(), ForbiddenChecks.FIX);
    }

    /** Returns the version of the running proxy in parentheses, or an empty text if it is unknown. */
    private static String version(VerifyContext context) {
        try {
            return context.server()
                    .flatMap(server -> server.host()
                            .ask(server.running(Layout.HAPROXY))
                            .program()
                            .map(program -> server.host().run(Command.of(program, "-v"))))
                    .map(result -> VERSION.matcher(result.text()))
                    .filter(Matcher::find)
                    .map(version -> " (HAProxy " + version.group() + ")")
                    .orElse("");
        } catch (UserError unavailable) {
            return "";
        }
    }

    private static Outcome malformed(VerifyContext context, String text) throws IOException {
        String traced = text.replace(" {path} HTTP/1.1", " {path}?" + context.nonce() + " HTTP/1.1")
                .replace(" {path-of-post} HTTP/1.1", " {path-of-post}?" + context.nonce() + " HTTP/1.1");
        return ForbiddenChecks.rejectedOrClosed(context, bytes(filled(context, traced)));
    }

    /** Requires that Ollama answers only the first request, and that the next client gets its own response. */
    private static Outcome smuggling(VerifyContext context, String name, String text) throws IOException {
        String hidden = "DELETE /api/delete?" + context.nonce() + "&hidden-by-" + name + " HTTP/1.1\r\n{host}"
                + "Connection: close\r\n\r\n";
        String whole = filled(context, text.replace("{hidden}", hidden));
        int length = whole.length() - endOfHead(whole);
        List<RawHttpResponse> responses = context.sendAll(
                bytes(whole.replace("{length}", String.valueOf(length))), MAX_RESPONSES, SMUGGLING_WAIT);
        List<RawHttpResponse> behind = responses.subList(Math.min(1, responses.size()), responses.size());
        LivenessRequest liveness = context.client().livenessRequest();
        RawHttpResponse next = context.send(liveness.request(context.host()));
        return new Assertions()
                .require(
                        behind.stream().allMatch(ProxyResponses::isRejected),
                        "the smuggled request returns "
                                + behind.stream().map(ProxyResponses::shown).toList())
                .require(liveness.isAnsweredBy(next), "the next client's request returns " + ProxyResponses.shown(next))
                .outcome("the next client gets its own response", ForbiddenChecks.FIX);
    }

    private static int endOfHead(String request) {
        int empty = request.indexOf("\r\n\r\n", request.indexOf("HTTP/"));
        return empty < 0 ? request.indexOf("\n\n") + 2 : empty + 4;
    }

    private static Outcome pipelining(VerifyContext context) throws IOException {
        LivenessRequest liveness = context.client().livenessRequest();
        String last = new String(liveness.request(context.host()).bytes(), StandardCharsets.ISO_8859_1);
        String allowed = last.replace("Connection: close\r\n", "");
        String forbidden = filled(context, "DELETE /api/delete?" + context.nonce() + " HTTP/1.1\r\n{host}\r\n");
        List<RawHttpResponse> responses = context.send(bytes(allowed + forbidden + allowed + last), MAX_RESPONSES);
        return new Assertions()
                .require(
                        responses.size() == 4
                                && liveness.isAnsweredBy(responses.get(0))
                                && ProxyResponses.isBlocked(responses.get(1))
                                && liveness.isAnsweredBy(responses.get(3)),
                        "four requests on one connection return "
                                + responses.stream().map(ProxyResponses::shown).toList())
                .outcome(
                        responses.stream()
                                        .map(RawHttpResponse::status)
                                        .map(String::valueOf)
                                        .collect(Collectors.joining(", "))
                                + " for four requests on one connection",
                        ForbiddenChecks.FIX);
    }

    private static Outcome upgrade(VerifyContext context, String protocol) throws IOException {
        LivenessRequest liveness = context.client().livenessRequest();
        String plain = new String(liveness.request(context.host()).bytes(), StandardCharsets.ISO_8859_1);
        String request = plain.replace(
                "Connection: close\r\n",
                "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: " + protocol
                        + "\r\nHTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA\r\nSec-WebSocket-Version: 13\r\n"
                        + "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n");
        RawHttpResponse response = context.send(bytes(request));
        return new Assertions()
                .require(
                        liveness.isAnsweredBy(response) || ProxyResponses.isRejected(response),
                        "returns " + ProxyResponses.shown(response))
                .outcome("returns " + response.status() + " and does not switch protocols", ForbiddenChecks.FIX);
    }

    private static String filled(VerifyContext context, String text) {
        ServerView client = context.client();
        LivenessRequest open = client.livenessRequest();
        LivenessRequest post = client.livenessRequestWithBody();
        return text.replace("{host}", "Host: " + client.host() + "\r\n")
                .replace("{name}", client.name())
                .replace("{get}", open.endpoint().method())
                .replace("{path-inside}", open.path().substring(1))
                .replace("{path}", open.path())
                .replace("{post}", post.endpoint().method())
                .replace("{path-of-post}", post.path());
    }

    private static byte[] bytes(String request) {
        return request.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static void cases(String file, BiConsumer<String, String> each) {
        Properties cases = new Properties();
        try (InputStream in = AbuseChecks.class.getResourceAsStream(file + ".properties")) {
            cases.load(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        TreeMap<String, String> sorted = new TreeMap<>();
        cases.stringPropertyNames().forEach(name -> sorted.put(name, cases.getProperty(name)));
        sorted.forEach(each);
    }
}
