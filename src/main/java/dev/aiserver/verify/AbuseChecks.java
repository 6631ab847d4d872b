package dev.aiserver.verify;

import dev.aiserver.net.HttpAnswer;
import dev.aiserver.net.HttpCall;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.TreeMap;
import java.util.function.BiConsumer;

/** That a request that is no proper HTTP, or hides another one, gets nothing through. */
final class AbuseChecks {
    private static final int PLENTY = 8;

    private AbuseChecks() {}

    static List<Check> all(Client client) {
        List<Check> checks = new ArrayList<>();
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
                        subject -> smuggling(subject, text))));
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

    private static Outcome malformed(Subject subject, String text) throws IOException {
        String traced = text.replaceFirst("(/api/(?:tags|show)) HTTP/1\\.1", "$1?" + subject.nonce() + " HTTP/1.1");
        List<HttpAnswer> answers = subject.send(request(traced, host(subject), ""), 1);
        return new Findings()
                .demand(
                        !answers.isEmpty() && Answers.isRefused(answers.get(0)),
                        answers.isEmpty() ? "it hung up without an answer" : "gets " + Answers.shown(answers.get(0)))
                .outcome(answers.isEmpty() ? "" : "gets " + answers.get(0).status(), ForbiddenChecks.FIX);
    }

    /** Only the request in front may be answered by Ollama, and the next client must get the answer to its own. */
    private static Outcome smuggling(Subject subject, String text) throws IOException {
        String hidden =
                "DELETE /api/delete?" + subject.nonce() + " HTTP/1.1\r\n" + host(subject) + "Connection: close\r\n\r\n";
        List<HttpAnswer> answers = subject.send(request(text, host(subject) + "Connection: close\r\n", hidden), PLENTY);
        List<HttpAnswer> behind = answers.subList(Math.min(1, answers.size()), answers.size());
        HttpAnswer next = subject.send(HttpCall.get("/api/version", subject.host()));
        return new Findings()
                .demand(
                        behind.stream().allMatch(Answers::isRefused),
                        "the hidden request gets "
                                + behind.stream().map(Answers::shown).toList())
                .demand(
                        next.status() == 200 && next.text().contains("\"version\""),
                        "the next client gets " + Answers.shown(next))
                .outcome("the next client gets its own answer", ForbiddenChecks.FIX);
    }

    private static Outcome pipelining(Subject subject) throws IOException {
        String allowed = "GET /api/version HTTP/1.1\r\n" + host(subject) + "\r\n";
        String forbidden = "DELETE /api/delete?" + subject.nonce() + " HTTP/1.1\r\n" + host(subject) + "\r\n";
        String last = allowed.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n");
        List<HttpAnswer> answers = subject.send(request(allowed + forbidden + allowed + last, "", ""), PLENTY);
        return new Findings()
                .demand(
                        answers.size() == 4
                                && answers.get(0).status() == 200
                                && Answers.isBlocked(answers.get(1))
                                && answers.get(3).status() == 200,
                        "four requests on one connection get "
                                + answers.stream().map(Answers::shown).toList())
                .outcome("200, 404, 200, 200 on one connection", ForbiddenChecks.FIX);
    }

    private static Outcome upgrade(Subject subject, String protocol) throws IOException {
        String request =
                "GET /api/version HTTP/1.1\r\n{host}Connection: Upgrade, HTTP2-Settings\r\nUpgrade: " + protocol
                        + "\r\nHTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA\r\nSec-WebSocket-Version: 13\r\n"
                        + "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n";
        HttpAnswer answer = subject.send(request(request, host(subject), ""));
        return new Findings()
                .demand(
                        answer.status() == 200 && answer.text().contains("\"version\"") || Answers.isRefused(answer),
                        "gets " + Answers.shown(answer))
                .outcome("gets " + answer.status() + ", and no switch of protocol", ForbiddenChecks.FIX);
    }

    private static String host(Subject subject) {
        return "Host: " + subject.host() + "\r\n";
    }

    private static byte[] request(String text, String host, String hidden) {
        return text.replace("{host}", host).replace("{hidden}", hidden).getBytes(StandardCharsets.ISO_8859_1);
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
