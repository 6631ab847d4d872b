package standin.ollama;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aiserver.host.Poller;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import standin.ollama.go.GoJson;
import standin.ollama.model.CatalogueModel;

final class ProcessTest {
    private static final Pattern LISTENING =
            Pattern.compile("msg=\"Listening on 127\\.0\\.0\\.1:([0-9]+) \\(version 0\\.16\\.2\\)\"");

    private static final Pattern GIN_LINE =
            Pattern.compile("\\[GIN] \\d{4}/\\d\\d/\\d\\d - \\d\\d:\\d\\d:\\d\\d \\| 200 \\| +[0-9.]+(µs|ms|s) \\|"
                    + " +127\\.0\\.0\\.1 \\| GET      \"/api/tags\"\n");
    private static final Poller POLLER = new Poller(Duration.ofMillis(10));
    private static final Duration LIMIT = Duration.ofSeconds(20);

    private final List<Process> processes = new ArrayList<>();

    @TempDir
    private Path home;

    @AfterEach
    void endAll() {
        processes.forEach(process -> process.destroyForcibly().onExit().join());
    }

    private Process start(Map<String, String> environment, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                ModelServer.class.getName()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectOutput(home.resolve("out").toFile())
                .redirectError(home.resolve("err").toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("OLLAMA_") || name.equals("HOME"));
        builder.environment().putAll(environment);
        Process process = builder.start();
        processes.add(process);
        return process;
    }

    private InetSocketAddress listening() {
        Matcher[] found = new Matcher[1];
        assertThat(POLLER.await(LIMIT, () -> {
                    found[0] = LISTENING.matcher(read("err"));
                    return found[0].find();
                }))
                .describedAs("the server listens; its log: %s", read("err"))
                .isTrue();
        return new InetSocketAddress("127.0.0.1", Integer.parseInt(found[0].group(1)));
    }

    private String read(String name) {
        try {
            return Files.readString(home.resolve(name));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static int exitCode(Process process) throws InterruptedException {
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
        return process.exitValue();
    }

    private static Client.Response call(InetSocketAddress address, String method, String target, String body)
            throws IOException {
        try (Client client = new Client(address)) {
            client.send(method, target, body);
            return client.response();
        }
    }

    @Test
    void itServesLogsExitsOnASignalAndKeepsItsModels() throws IOException, InterruptedException {
        Map<String, String> environment =
                Map.of("HOME", home.toString(), "OLLAMA_HOST", "127.0.0.1:0", "OLLAMA_NO_CLOUD", "1");
        Process first = start(environment, "serve");
        InetSocketAddress address = listening();
        assertThat(read("err"))
                .contains("msg=\"server config\" env=\"map[")
                .contains("OLLAMA_NO_CLOUD:1")
                .contains("msg=\"Ollama cloud disabled: true\"");
        assertThat(call(address, "POST", "/api/pull", "{\"model\":\"qwen3:0.6b\"}")
                        .body())
                .endsWith("{\"status\":\"success\"}\n");
        assertThat(call(address, "GET", "/api/tags", "").status()).isEqualTo(200);
        assertThat(POLLER.await(LIMIT, () -> GIN_LINE.matcher(read("out")).find()))
                .describedAs("the request is logged; its output: %s", read("out"))
                .isTrue();
        try (Client waiting = new Client(address)) {
            Files.writeString(home.resolve(".ollama/models/faults.json"), "{\"firstTokenDelayMillis\":3600000}");
            waiting.send("POST", "/api/generate", "{\"model\":\"qwen3:0.6b\",\"prompt\":\"hi\"}");
            first.destroy();
            assertThat(exitCode(first)).isZero();
        }

        Files.delete(home.resolve(".ollama/models/faults.json"));
        start(environment, "serve");
        assertThat(call(listening(), "GET", "/v1/models/qwen3:0.6b", "").status())
                .isEqualTo(200);
    }

    private Client.Response fromAPage(int port) throws IOException {
        try (Client client = new Client(new InetSocketAddress("127.0.0.1", port))) {
            client.send("GET", "/health", "", "Host: evil.example.com", "Origin: http://evil.example.com");
            return client.response();
        }
    }

    /** Since Ollama 0.30, each loaded model has a process with its own loopback port, which answers every page. */
    @ParameterizedTest
    @CsvSource({"unloaded", "expired", "killed"})
    @Tag("linux")
    void aModelInMemoryIsALlamaServer(String end) throws IOException {
        Process server = start(Map.of("HOME", home.toString(), "OLLAMA_HOST", "127.0.0.1:0"), "serve");
        InetSocketAddress address = listening();
        call(address, "POST", "/api/pull", "{\"model\":\"qwen3:0.6b\"}");
        assertThat(server.descendants()).isEmpty();
        String load = "{\"model\":\"qwen3:0.6b\",\"keep_alive\":\"KEPT\"}";
        call(address, "POST", "/api/generate", load.replace("KEPT", end.equals("expired") ? "200ms" : "1h"));
        Matcher port = Pattern.compile("--port ([0-9]+)").matcher(read("err"));
        assertThat(port.find()).as(read("err")).isTrue();
        if (!end.equals("expired")) {
            ProcessHandle engine = server.descendants().findFirst().orElseThrow();
            assertThat(Path.of("/proc/" + engine.pid() + "/comm")).hasContent("llama-server");
            assertThat(fromAPage(Integer.parseInt(port.group(1))).header("Access-Control-Allow-Origin"))
                    .isEqualTo("http://evil.example.com");
        }
        List<ProcessHandle> before = server.descendants().toList();
        if (end.equals("unloaded")) {
            call(address, "POST", "/api/generate", load.replace("\"KEPT\"", "0"));
        } else if (end.equals("killed")) {
            server.destroyForcibly();
        }
        assertThat(POLLER.await(LIMIT, () -> before.stream().noneMatch(ProcessHandle::isAlive)))
                .isTrue();
    }

    @Test
    void aCrashEndsTheProcessInTheMiddleOfAPull() throws IOException, InterruptedException {
        Path models = Files.createDirectory(home.resolve("models"));
        Files.writeString(models.resolve("faults.json"), "{\"crashOnPull\":true}");
        Files.writeString(
                models.resolve("catalogue.json"),
                "[" + GoJson.MAPPER.writeValueAsString(CatalogueModel.of("mine", 1000, "mine", 2048, "completion"))
                        + "]");
        Process process = start(
                Map.of("HOME", home.toString(), "OLLAMA_MODELS", models.toString(), "OLLAMA_HOST", "127.0.0.1:0"),
                "serve");
        try (Client client = new Client(listening())) {
            client.send("POST", "/api/pull", "{\"model\":\"mine\"}");
            assertThat(exitCode(process)).isEqualTo(2);
        }
    }

    @Test
    void aPortInUseIsReportedAsGoDoes() throws IOException, InterruptedException {
        try (ModelServer owner = Servers.empty(home.resolve("other"), "{}")) {
            String address = "127.0.0.1:" + owner.address().getPort();
            Process process = start(Map.of("HOME", home.toString(), "OLLAMA_HOST", address), "serve");
            assertThat(exitCode(process)).isEqualTo(1);
            assertThat(read("err")).isEqualTo("Error: listen tcp " + address + ": bind: address already in use\n");
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            --version | OLLAMA_HOST=127.0.0.1:1                  | 0 | Warning: could not connect to a running Ollama instance+Warning: client version is 0.16.2
            --version | OLLAMA_HOST=127.0.0.1:1 OLLAMA_VERSION=1 | 0 | Warning: could not connect to a running Ollama instance+Warning: client version is 1
            serve     | NO_HOME=1         | 2 | panic: $HOME is not defined
            nonsense  | HOME=/x           | 1 | Error: unknown command "nonsense" for "ollama"
            """)
    void aCommandWithoutAServerPrintsLinesAndExits(String argument, String variable, int exitCode, String line)
            throws IOException, InterruptedException {
        Map<String, String> variables = new HashMap<>();
        for (String each : variable.split(" ")) {
            variables.put(each.replaceFirst("=.*", ""), each.replaceFirst("[^=]*=", ""));
        }
        Process process = start(variables, argument);
        assertThat(exitCode(process)).isEqualTo(exitCode);
        assertThat(read("out") + read("err")).isEqualTo(line.replace("+", "\n") + "\n");
    }

    /** Prints the version of the running server, then its own if they differ. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            0.16.2 | ollama version is 0.16.2
            0.33.0 | ollama version is 0.16.2+Warning: client version is 0.33.0
            """)
    void versionAsksTheRunningServer(String own, String lines) throws IOException, InterruptedException {
        try (ModelServer server = Servers.empty(home.resolve("models"), "{}")) {
            Process process = start(
                    Map.of("OLLAMA_HOST", "127.0.0.1:" + server.address().getPort(), "OLLAMA_VERSION", own),
                    "--version");
            assertThat(exitCode(process)).isZero();
            assertThat(read("out")).isEqualTo(lines.replace("+", "\n") + "\n");
        }
    }

    /** Compares the log at startup with that of Ollama 0.33, except for what depends on the machine. */
    @Test
    void theStartupIsLoggedAsByOllama() throws IOException {
        start(Map.of("HOME", home.toString(), "OLLAMA_HOST", "127.0.0.1:0", "TZ", "UTC"), "serve");
        listening();
        String line =
                "time=\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z level=INFO source=[a-z]+\\.go:\\d+ msg=.*";
        assertThat(POLLER.await(LIMIT, () -> read("err").lines().count() == 8)).isTrue();
        assertThat(read("err").lines()).allMatch(each -> each.matches(line));
    }

    @Test
    void anOriginThatOllamaCannotParseMakesItPanic() throws IOException, InterruptedException {
        Process process = start(
                Map.of("HOME", home.toString(), "OLLAMA_HOST", "127.0.0.1:0", "OLLAMA_ORIGINS", "example.com"),
                "serve");
        assertThat(exitCode(process)).isEqualTo(2);
        assertThat(read("err")).startsWith("panic: bad origin");
    }
}
