package dev.aiserver.verify;

import dev.aiserver.host.Command;
import dev.aiserver.host.UserError;
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

/** That a request that is no proper HTTP, or hides another one, gets nothing through. */
final class AbuseChecks {
    private static final int PLENTY = 8;

    /** Enough for a hidden request to be answered behind the one that hides it. */
    private static final Duration TIME_TO_SHOW = Duration.ofMillis(300);

    /** No set of endpoints opens it, and even "all" does not. */
    private static final String NEVER_OPEN = "/api/codex/responses";

    private static final int LARGE_PROMPT = 400_000;
    private static final int FIRST_PART = 10_000;

    private static final Pattern VERSION = Pattern.compile("\\d+\\.\\d+[\\w.+-]*");

    private AbuseChecks() {}

    static List<Check> all(ServerView client) {
        List<Check> checks = new ArrayList<>();
        checks.add(
                Check.of("blocked.body", "a body beyond the limit is refused before it is sent", AbuseChecks::large));
        checks.add(Check.of(
                "blocked.refused-body",
                "a client that sends a large prompt can read why it is refused",
                AbuseChecks::refusedWithBody));
        if (client.proxy().unfiltered()) {
            return checks;
        }
        cases(
                "malformed",
                (name, text) -> checks.add(Check.of(
                        "blocked.malformed." + name,
                        "a request with " + name.replace('-', ' ') + " is refused",
                        subject -> malformed(subject, text))));
        cases(
                "smuggling",
                (name, text) -> checks.add(Check.of(
                        "blocked.smuggling." + name,
                        "no request hides behind " + name.replace('-', ' '),
                        subject -> smuggling(subject, name, text))));
        checks.add(Check.of(
                "blocked.pipelining", "a forbidden request behind an allowed one is refused", AbuseChecks::pipelining));
        for (String protocol : List.of("h2c", "websocket", "tls/1.2")) {
            checks.add(Check.of(
                    "blocked.upgrade." + protocol,
                    "no tunnel is opened for an upgrade to " + protocol,
                    subject -> upgrade(subject, protocol)));
        }
        return checks;
    }

    /** Only its head is sent, so that a proxy without a limit waits for the rest. */
    private static Outcome large(VerifyContext subject) throws IOException {
        LivenessRequest post = subject.client().knockWithBody();
        long most = subject.client().proxy().maxBody();
        String request = "%s %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\nContent-Length: %d\r\n\r\n"
                .formatted(post.endpoint().method(), post.path(), subject.host(), most + 1);
        String seen;
        boolean refused = false;
        try {
            List<RawHttpResponse> answers = subject.send(bytes(request), 1);
            refused = answers.stream().anyMatch(ProxyResponses::isTooLarge);
            seen = answers.stream().map(ProxyResponses::shown).findFirst().orElse("it hung up without an answer");
        } catch (SocketTimeoutException e) {
            seen = "it waits for the body";
        }
        return new Assertions()
                .demand(refused, seen)
                .outcome((most >> 20) + " MiB and a byte get 413", ForbiddenChecks.FIX);
    }

    /**
     * Sends the whole body before it reads, as many clients do. A proxy that refuses and closes the connection while the
     * body is still coming resets it, and the refusal is lost on the way.
     */
    private static Outcome refusedWithBody(VerifyContext subject) throws IOException {
        byte[] head = bytes("POST %s?%s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\nContent-Length: %d\r\n\r\n"
                .formatted(NEVER_OPEN, subject.nonce(), subject.host(), LARGE_PROMPT));
        byte[] body = new byte[LARGE_PROMPT - FIRST_PART];
        Arrays.fill(body, (byte) ' ');
        byte[] first = Arrays.copyOf(head, head.length + FIRST_PART);
        Arrays.fill(first, head.length, first.length, (byte) ' ');
        String what = LARGE_PROMPT / 1000 + " kB to " + NEVER_OPEN;
        Optional<RawHttpResponse> answered = subject.sendBehind(first, body);
        if (answered.isEmpty()) {
            return new Outcome.Warned(
                    what + ": the proxy" + version(subject)
                            + " hung up before all was sent, so clients report a connection error and no reason",
                    "run \"brew upgrade haproxy\": 3.0 and newer read on until the client has read the refusal");
        }
        RawHttpResponse answer = answered.get();
        return new Assertions()
                .demand(ProxyResponses.isRefused(answer), what + " get " + ProxyResponses.shown(answer))
                .outcome(what + " get " + answer.status(), ForbiddenChecks.FIX);
    }

    /** Of the proxy that runs, for the middle of a sentence; empty where it cannot be told. */
    private static String version(VerifyContext subject) {
        try {
            return subject.server()
                    .flatMap(server -> server.running(ServerHost.HAPROXY)
                            .program()
                            .map(program -> server.host().run(Command.of(program, "-v"))))
                    .map(result -> VERSION.matcher(result.text()))
                    .filter(Matcher::find)
                    .map(version -> " (HAProxy " + version.group() + ")")
                    .orElse("");
        } catch (UserError unknown) {
            return "";
        }
    }

    private static Outcome malformed(VerifyContext subject, String text) throws IOException {
        String traced = text.replace(" {path} HTTP/1.1", " {path}?" + subject.nonce() + " HTTP/1.1")
                .replace(" {path-of-post} HTTP/1.1", " {path-of-post}?" + subject.nonce() + " HTTP/1.1");
        return ForbiddenChecks.refusedOrCut(subject, bytes(filled(subject, traced)));
    }

    /** Only the request in front may be answered by Ollama, and the next client must get the answer to its own. */
    private static Outcome smuggling(VerifyContext subject, String name, String text) throws IOException {
        String hidden = "DELETE /api/delete?" + subject.nonce() + "&hidden-by-" + name + " HTTP/1.1\r\n{host}"
                + "Connection: close\r\n\r\n";
        String whole = filled(subject, text.replace("{hidden}", hidden));
        int length = whole.length() - endOfHead(whole);
        List<RawHttpResponse> answers =
                subject.sendAll(bytes(whole.replace("{length}", String.valueOf(length))), PLENTY, TIME_TO_SHOW);
        List<RawHttpResponse> behind = answers.subList(Math.min(1, answers.size()), answers.size());
        LivenessRequest knock = subject.client().knock();
        RawHttpResponse next = subject.send(knock.call(subject.host()));
        return new Assertions()
                .demand(
                        behind.stream().allMatch(ProxyResponses::isRefused),
                        "the hidden request gets "
                                + behind.stream().map(ProxyResponses::shown).toList())
                .demand(knock.isAnsweredBy(next), "the next client gets " + ProxyResponses.shown(next))
                .outcome("the next client gets its own answer", ForbiddenChecks.FIX);
    }

    private static int endOfHead(String request) {
        int empty = request.indexOf("\r\n\r\n", request.indexOf("HTTP/"));
        return empty < 0 ? request.indexOf("\n\n") + 2 : empty + 4;
    }

    private static Outcome pipelining(VerifyContext subject) throws IOException {
        LivenessRequest knock = subject.client().knock();
        String last = new String(knock.call(subject.host()).bytes(), StandardCharsets.ISO_8859_1);
        String allowed = last.replace("Connection: close\r\n", "");
        String forbidden = filled(subject, "DELETE /api/delete?" + subject.nonce() + " HTTP/1.1\r\n{host}\r\n");
        List<RawHttpResponse> answers = subject.send(bytes(allowed + forbidden + allowed + last), PLENTY);
        return new Assertions()
                .demand(
                        answers.size() == 4
                                && knock.isAnsweredBy(answers.get(0))
                                && ProxyResponses.isBlocked(answers.get(1))
                                && knock.isAnsweredBy(answers.get(3)),
                        "four requests on one connection get "
                                + answers.stream().map(ProxyResponses::shown).toList())
                .outcome(
                        answers.stream()
                                        .map(RawHttpResponse::status)
                                        .map(String::valueOf)
                                        .collect(Collectors.joining(", "))
                                + " on one connection",
                        ForbiddenChecks.FIX);
    }

    private static Outcome upgrade(VerifyContext subject, String protocol) throws IOException {
        LivenessRequest knock = subject.client().knock();
        String call = new String(knock.call(subject.host()).bytes(), StandardCharsets.ISO_8859_1);
        String request = call.replace(
                "Connection: close\r\n",
                "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: " + protocol
                        + "\r\nHTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA\r\nSec-WebSocket-Version: 13\r\n"
                        + "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n");
        RawHttpResponse answer = subject.send(bytes(request));
        return new Assertions()
                .demand(
                        knock.isAnsweredBy(answer) || ProxyResponses.isRefused(answer),
                        "gets " + ProxyResponses.shown(answer))
                .outcome("gets " + answer.status() + ", and no switch of protocol", ForbiddenChecks.FIX);
    }

    private static String filled(VerifyContext subject, String text) {
        ServerView client = subject.client();
        LivenessRequest open = client.knock();
        LivenessRequest post = client.knockWithBody();
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
