package dev.aiserver.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.aiserver.host.Trouble;
import dev.aiserver.net.HttpCall;
import dev.aiserver.net.HttpProbe;
import dev.aiserver.ollama.OllamaClient;
import dev.aiserver.ollama.PullProgress;
import dev.aiserver.rehearsal.model.Faults;
import dev.aiserver.rehearsal.model.ModelServer;
import dev.aiserver.rehearsal.model.ModelStore;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Against a server that has no models and keeps Ollama's rules. */
class WarmModelsTest {
    private static final String STAYS = "100 % on the GPU, context 4096, stays for ever";

    @TempDir
    private Path directory;

    private final List<String> told = new ArrayList<>();

    private ModelServer server(String faults) throws IOException {
        return ModelServer.start(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                ModelStore.open(directory),
                Faults.parse(faults),
                new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8));
    }

    private WarmModels warmModels(int port) {
        return new WarmModels(new OllamaClient(port), new WarmModels.Progress() {
            @Override
            public void pulling(String model, PullProgress line) {
                told.add("pulling " + model);
            }

            @Override
            public void loading(String model) {
                told.add("loading " + model);
            }
        });
    }

    private List<String> warm(ModelServer server, String... models) {
        return warmModels(server.address().getPort()).warm(List.of(models)).stream()
                .map(result -> result.model() + " "
                        + result.outcome().name().toLowerCase(Locale.ROOT).replace('_', '-') + ": " + result.detail())
                .toList();
    }

    private static List<String> requests(ModelServer server) {
        return server.requests().stream()
                .map(entry -> entry.method() + " " + entry.target())
                .toList();
    }

    @Test
    void whatIsMissingIsPulledLoadedAndStays() throws IOException {
        try (ModelServer server = server("{}")) {
            assertThat(warm(server, "llama3.2:1b", "nomic-embed-text", "qwen3"))
                    .containsExactly(
                            "llama3.2:1b warmed: " + STAYS,
                            "nomic-embed-text:latest warmed: " + STAYS.replace("4096", "2048"),
                            "qwen3:latest warmed: " + STAYS);
            assertThat(told.stream().distinct())
                    .containsExactly(
                            "pulling llama3.2:1b",
                            "loading llama3.2:1b",
                            "pulling nomic-embed-text:latest",
                            "loading nomic-embed-text:latest",
                            "pulling qwen3:latest",
                            "loading qwen3:latest");
            assertThat(requests(server))
                    .containsExactly(
                            "GET /api/tags",
                            "GET /api/ps",
                            "POST /api/pull",
                            "POST /api/show",
                            "POST /api/generate",
                            "POST /api/pull",
                            "POST /api/show",
                            "POST /api/embed",
                            "POST /api/pull",
                            "POST /api/show",
                            "POST /api/generate",
                            "GET /api/ps");
        }
    }

    @Test
    void whatIsWarmIsLeftAloneAndWhatWouldLeaveIsKept() throws IOException {
        try (ModelServer server = server("{}")) {
            warm(server, "llama3.2:1b", "qwen3");
            HttpProbe probe = new HttpProbe(server.address(), Duration.ofSeconds(10));
            String leaves = "{\"model\":\"qwen3\",\"keep_alive\":\"5m\"}";
            assertThat(probe.send(HttpCall.post("/api/generate", "127.0.0.1", leaves))
                            .status())
                    .isEqualTo(200);
            told.clear();
            assertThat(warm(server, "LLAMA3.2:1B", "qwen3"))
                    .containsExactly("LLAMA3.2:1B already-warm: " + STAYS, "qwen3:latest warmed: " + STAYS);
            assertThat(told).containsExactly("loading qwen3:latest");
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {}                         | nope     | Ollama could not pull nope:latest: pull model manifest: file does not exist
            {"pullFailAtPercent": 60}  | llama3.2 | Ollama could not pull llama3.2:latest: max retries exceeded: unexpected EOF
            {"pullDropAtPercent": 60}  | llama3.2 | Ollama broke off the download of llama3.2:latest without a reason; run warm-models again, it goes on where it stopped.
            {"oomOnLoad": true}        | llama3.2 | Ollama could not load llama3.2:latest: llama runner process has terminated: error: out of memory
            {"busy503Times": 1}        | llama3.2 | Ollama could not load llama3.2:latest: server busy, please try again.  maximum pending requests exceeded
            """)
    void aModelThatFailsSaysWhyAndKeepsNoOtherFromIt(String faults, String model, String reason) throws IOException {
        try (ModelServer server = server("{}")) {
            warm(server, "qwen3");
            server.set(Faults.parse(faults));
            assertThat(warm(server, model, "qwen3"))
                    .containsExactly(model + ":latest failed: " + reason, "qwen3:latest already-warm: " + STAYS);
        }
    }

    @Test
    void aModelThatALaterOnePushedOutIsNotCalledWarm() throws IOException {
        try (ModelServer server = server("{\"memoryLimitBytes\": 2500000000}")) {
            assertThat(warm(server, "llama3.2:1b", "llama3.2"))
                    .containsExactly(
                            "llama3.2:1b evicted: a later model pushed it out: "
                                    + "there is not enough memory for all of them",
                            "llama3.2:latest warmed: " + STAYS);
        }
    }

    @Test
    void aModelThatIsNamedTwiceIsOne() throws IOException {
        try (ModelServer server = server("{}")) {
            assertThat(warm(server, "llama3.2", "llama3.2:latest", "llama3.2")).hasSize(1);
            assertThat(warm(server)).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            gpt-oss:120b-cloud | gpt-oss:120b-cloud runs on ollama.com, not on this machine; name a local model.
            ../etc/passwd      | "../etc/passwd" is no model name; write it as in qwen3-coder or llama3.2:3b.
            """)
    void aNameThatCannotBeMeantStopsEverythingBeforeItBegins(String name, String message) throws IOException {
        try (ModelServer server = server("{}")) {
            Trouble trouble = catchThrowableOfType(Trouble.class, () -> warm(server, "qwen3", name));
            assertThat(trouble).hasMessage(message);
            assertThat(trouble.kind()).isEqualTo(Trouble.Kind.CONFIGURATION);
            assertThat(server.requests()).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"crashOnPull", "crashOnLoad"})
    void aServerThatDiesMeanwhileIsNotReachable(String fault) throws IOException {
        try (ModelServer server = server("{\"" + fault + "\": true}")) {
            unreachable(server.address().getPort());
        }
    }

    @Test
    void whereNobodyListensNothingIsReachable() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            told.add("free from here on: " + socket.getLocalPort());
        }
        unreachable(Integer.parseInt(told.get(0).replaceFirst(".* ", "")));
    }

    private void unreachable(int port) {
        Trouble trouble =
                catchThrowableOfType(Trouble.class, () -> warmModels(port).warm(List.of("llama3.2:1b")));
        assertThat(trouble.kind()).isEqualTo(Trouble.Kind.UNREACHABLE);
        assertThat(trouble.sentence())
                .startsWith("Ollama does not answer on 127.0.0.1:" + port + " (")
                .endsWith("); see \"aiserver status\" and its log, then try again.");
    }
}
