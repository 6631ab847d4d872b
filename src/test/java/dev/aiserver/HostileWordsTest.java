package dev.aiserver;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.aiserver.standin.Script;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Checks that no text from a server, a tool, a file or an argument controls the terminal. */
class HostileWordsTest {
    /** Has a color, a title, a cursor move, a carriage return, DEL, C1, a text direction, and a line like one of ours. */
    private static final String WORDS =
            "x\u001b[31mred\u001b]0;t\u0007\u001b[1A\rb\u007f\u009b32m\u202egpj\u2066\u200e\u061c\u2028\naiserver: done";

    private static final String JSON_WORDS =
            JsonMapper.builder().build().createArrayNode().textNode(WORDS).toString();

    @TempDir
    private Path home;

    @SuppressWarnings("NullAway.Init")
    private HttpServer server;

    @BeforeEach
    void machine() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", HostileWordsTest::answer);
        server.start();
        Script.write(home.resolve("launchctl"), "exit 113");
        Files.writeString(home.resolve("words"), WORDS);
        Files.createDirectory(home.resolve(".aiserver"));
        Files.writeString(home.resolve(".aiserver/receipt.json"), """
                {"schema": 1, "version": "0.1.0", "address": "127.0.0.1", "hostNames": [], "entries": [],
                 "configuration": {"network": {"mode": "loopback"}, "ollama": {"port": %d}}}
                """.formatted(
                        server.getAddress().getPort()));
    }

    @AfterEach
    void close() {
        server.stop(0);
    }

    /** Responds like a hostile model server. */
    private static void answer(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        String body = switch (path) {
            case "/api/version" -> "{\"version\":%s}";
            case "/api/tags", "/api/ps" ->
                "{\"models\":[{\"name\":%1$s,\"model\":%1$s,\"digest\":%1$s,\"size\":1,\"size_vram\":1,"
                        + "\"expires_at\":\"2030-01-01T00:00:00Z\"}]}";
            case "/api/pull" -> "{\"status\":%1$s,\"total\":100,\"completed\":5}\n{\"error\":%1$s}\n";
            default -> "{\"error\":%s}";
        };
        byte[] bytes = body.formatted(JSON_WORDS).getBytes(StandardCharsets.UTF_8);
        int status = path.startsWith("/api/") && !path.equals("/api/show") ? 200 : 404;
        boolean hasBody = !exchange.getRequestMethod().equals("HEAD");
        exchange.sendResponseHeaders(status, hasBody ? bytes.length : -1);
        if (hasBody) {
            exchange.getResponseBody().write(bytes);
        }
        exchange.close();
    }

    private ProgramRun run(boolean terminal, List<String> args) {
        Map<String, String> environment = Map.of(
                "PATH",
                home + ":/usr/bin:/bin",
                "HOME",
                home.toString(),
                "AISERVER_TERMINALS",
                terminal ? "out err" : "");
        return ProgramRun.of(environment, args.toArray(String[]::new));
    }

    static Stream<Arguments> arguments() {
        return Stream.of(
                        "W",
                        "install W",
                        "status --W",
                        "status --jsn=W",
                        "install --config W",
                        "install --plan W",
                        "warm-models W",
                        "warm-models --keep-alive W a",
                        "warm-models --stall W a",
                        "warm-models --parallel W a",
                        "verify --only W",
                        "verify --only W --json",
                        "verify --max-latency W",
                        "verify --url W",
                        "verify --url http://W:1/",
                        "verify --list --only W",
                        "verify --junit W/x --only endpoint.*",
                        "status --host W",
                        "status --host W --json",
                        "status --host a --host W",
                        "status --host a --host W --json",
                        "status --hosts W")
                .flatMap(line -> Stream.of(Arguments.of(line, true), Arguments.of(line, false)));
    }

    @ParameterizedTest
    @MethodSource("arguments")
    void controlCharactersInAnArgumentAreEscaped(String line, boolean terminal) {
        requirePlain(run(terminal, words(line)), line);
    }

    @ParameterizedTest
    @CsvSource({
        "status,                true",
        "status --json,         false",
        "warm-models a,         true",
        "warm-models a,         false",
        "warm-models a --json,  false",
        "verify,                true",
        "verify --json,         false",
        "verify --url http://127.0.0.1:PORT, true",
        "verify --url http://127.0.0.1:PORT --json, false",
    })
    void controlCharactersFromAModelServerAreEscaped(String line, boolean terminal) {
        ProgramRun outcome = run(terminal, words(line));
        requirePlain(outcome, line);
        assertThat(outcome.out() + outcome.err()).as(line).containsIgnoringCase("\\u001b[31mred");
    }

    @ParameterizedTest
    @CsvSource({
        "uname,     status",
        "uname,     install --yes",
        "lsof,      status",
        "lsof,      verify --only bindings.*",
        "ps,        status",
        "launchctl, status",
        "id,        status",
        "tailscale, install --yes",
        "ollama,    install --yes"
    })
    void controlCharactersFromAToolAreEscaped(String tool, String line) throws IOException {
        if (!tool.equals("uname")) {
            Script.write(home.resolve("uname"), "echo Darwin arm64");
        }
        Script.write(home.resolve("sw_vers"), "echo 15.5");
        Script.write(home.resolve(tool), "cat \"$HOME/words\"; cat \"$HOME/words\" >&2; exit 3");
        requirePlain(run(true, words(line)), line);
    }

    static Stream<Arguments> files() {
        return Stream.of(
                        "name: \"W\"",
                        "\"W\": 1",
                        "name: a\n\"W",
                        "network: { mode: \"W\" }",
                        "network: { mode: address, address: \"W\" }",
                        "proxy: { endpoints: [ \"W\" ] }",
                        "proxy: { port: \"W\" }",
                        "models: [ \"W\" ]",
                        "logs: \"W\"",
                        "hosts: [ \"W\" ]",
                        "ollama: { environment: { \"W\": \"W\" } }",
                        "ollama: { environment: { OLLAMA_KEEP_ALIVE: \"W\" } }",
                        "ollama: { unsafe-environment: { A_B: \"W\" } }",
                        "RAW",
                        "{\"outcome\": \"planned\", \"configuration\": {\"name\": \"W\"}, \"changes\": []}")
                .flatMap(text -> Stream.of("install --config F", "install --plan F", "status --hosts F")
                        .map(line -> Arguments.of(text, line)));
    }

    @ParameterizedTest
    @MethodSource("files")
    void controlCharactersInAFileAreEscaped(String text, String line) throws IOException {
        String quoted = JSON_WORDS.substring(1, JSON_WORDS.length() - 1);
        Path file = Files.writeString(
                home.resolve("file"), text.replace("W", quoted).replace("RAW", WORDS));
        List<String> args = new ArrayList<>(words(line));
        args.replaceAll(each -> each.equals("F") ? file.toString() : each);
        requirePlain(run(true, args), text);
    }

    private List<String> words(String line) {
        return Arrays.stream(line.split(" "))
                .map(word -> word.replace("W", WORDS)
                        .replace("PORT", Integer.toString(server.getAddress().getPort())))
                .toList();
    }

    private static void requirePlain(ProgramRun outcome, String row) {
        for (String text : List.of(outcome.out(), outcome.err())) {
            assertThat(text).as(row).doesNotContain("\u001b[31mred", "\u001b[1A\r", "\naiserver: done");
            String plain = text.replaceAll("\u001b\\[(?:\\d+[mAF]|J)", "");
            assertThat(plain.codePoints().filter(HostileWordsTest::isControl).toArray())
                    .as(row + "\n" + plain)
                    .isEmpty();
        }
        assertThat(outcome.out() + outcome.err()).as(row).isNotEmpty();
    }

    private static boolean isControl(int c) {
        return c < ' ' && c != '\n' && c != '\t'
                || c >= 0x7f && c < 0xa0
                || "\u061c\u200e\u200f\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069".indexOf(c)
                        >= 0;
    }
}
