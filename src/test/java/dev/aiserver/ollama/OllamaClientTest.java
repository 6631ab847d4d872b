package dev.aiserver.ollama;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import dev.aiserver.host.LocalHost;
import dev.aiserver.host.UserError;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import standin.ollama.ModelServer;
import standin.ollama.model.Faults;
import standin.ollama.model.ModelStore;
import standin.ollama.model.OllamaSettings;

class OllamaClientTest {
    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final InetSocketAddress ANY_PORT = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

    @Test
    void readsAndChangesTheModelsOfAServer(@TempDir Path directory) throws IOException {
        Map<String, String> environment = Map.of("OLLAMA_NO_CLOUD", "1", "OLLAMA_VERSION", "0.16.2");
        PrintStream noLog = new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8);
        try (ModelServer server = ModelServer.start(
                ANY_PORT, ModelStore.open(directory), Faults.NONE, OllamaSettings.of(environment), noLog)) {
            OllamaClient ollama = new OllamaClient(
                    new LocalHost(System.getenv()), server.address().getPort());
            assertThat(ollama.version()).isEqualTo("0.16.2");
            assertThat(ollama.isCloudDisabled()).isTrue();
            assertThat(ollama.installed()).isEmpty();
            assertThat(ollama.loaded()).isEmpty();

            List<PullProgress> progress = new ArrayList<>();
            assertThat(ollama.pull("llama3.2:1b", LIMIT, progress::add)).isEqualTo(new ModelResult.Done());
            assertThat(progress.get(0)).isEqualTo(new PullProgress("pulling manifest", 0, 0));
            assertThat(progress).anyMatch(line -> line.total() > 0 && line.completed() == line.total());
            assertThat(progress.get(progress.size() - 1).status()).isEqualTo("success");
            assertThat(ollama.installed()).singleElement().satisfies(model -> {
                assertThat(model.name()).isEqualTo("llama3.2:1b");
                assertThat(model.size()).isEqualTo(1_321_098_329);
                assertThat(model.digest()).matches("[0-9a-f]{64}");
            });
            assertThat(ollama.capabilities("llama3.2:1b")).isEqualTo(Set.of("completion", "tools"));

            assertThat(ollama.load("llama3.2:1b", Set.of("completion"), KeepAlive.FOREVER, LIMIT))
                    .isEqualTo(new ModelResult.Done());
            assertThat(ollama.loaded()).singleElement().satisfies(model -> {
                assertThat(model.name()).isEqualTo("llama3.2:1b");
                assertThat(model.contextLength()).isEqualTo(4096);
                assertThat(model.percentOnGpu()).isEqualTo(100);
                assertThat(model.neverExpires()).isTrue();
            });
            ollama.unload("llama3.2:1b");
            assertThat(ollama.loaded()).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            500 | {"error":"no memory"}             | Ollama could not answer GET /api/version: no memory
            400 | {"error":{"message":"not so"}}    | Ollama could not answer GET /api/version: not so
            404 | 404 page not found                | Ollama could not answer GET /api/version: it answers 404.
            200 | <html>                            | Ollama's response is not JSON: <html>
            500 | {"error                           | Ollama's response is not JSON: {"error
            """)
    void reportsAnUnexpectedResponse(int status, String body, String message) throws IOException {
        HttpServer server = HttpServer.create(ANY_PORT, 0);
        server.createContext("/", exchange -> {
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(status, bytes.length);
            exchange.getResponseBody().write(bytes);
            exchange.close();
        });
        server.start();
        try {
            OllamaClient ollama = new OllamaClient(
                    new LocalHost(System.getenv()), server.getAddress().getPort());
            assertThatThrownBy(ollama::version).isInstanceOf(UserError.class).hasMessage(message);
        } finally {
            server.stop(0);
        }
    }

    private static HttpServer answering(String path, String body) throws IOException {
        HttpServer server = HttpServer.create(ANY_PORT, 0);
        server.createContext(path, exchange -> {
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, bytes.length);
            exchange.getResponseBody().write(bytes);
            exchange.close();
        });
        server.start();
        return server;
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"models":[{"expires_at":"soon"}]}                 | soon
            {"models":[{}]}                                    | ``
            {"models":[{"expires_at":"2026-13-45T00:00:00Z"}]} | 2026-13-45T00:00:00Z
            {"models":[{"expires_at":[[]]}]}                   | ``
            """)
    void reportsAnInvalidExpiryDate(String body, String date) throws IOException {
        HttpServer server = answering("/api/ps", body);
        try {
            OllamaClient ollama = new OllamaClient(
                    new LocalHost(System.getenv()), server.getAddress().getPort());
            assertThatThrownBy(ollama::loaded)
                    .isInstanceOf(UserError.class)
                    .hasMessage("Ollama's response to GET /api/ps has an invalid expiry date: \"" + date
                            + "\". Run \"ollama --version\", and upgrade Ollama if it is old.");
        } finally {
            server.stop(0);
        }
    }

    static List<String> oversizedJson() {
        return List.of(
                "[".repeat(100_000),
                "{\"a\":".repeat(100_000),
                "{\"size\":" + "9".repeat(100_000) + "}",
                "{\"" + "n".repeat(100_000) + "\":1}",
                "[" + "0,".repeat(2_100_000) + "0]",
                "x".repeat(100_000));
    }

    @ParameterizedTest
    @MethodSource("oversizedJson")
    void reportsOversizedJsonInAShortMessage(String body) throws IOException {
        HttpServer server = answering("/", body);
        try {
            OllamaClient ollama = new OllamaClient(
                    new LocalHost(System.getenv()), server.getAddress().getPort());
            assertThatThrownBy(ollama::installed)
                    .isInstanceOf(UserError.class)
                    .hasMessageStartingWith("Ollama's response is not JSON: ")
                    .message()
                    .hasSizeLessThan(600);
        } finally {
            server.stop(0);
        }
    }

    @Test
    void abortsADownloadWithEndlessProgress() throws IOException {
        StringBuilder parts = new StringBuilder();
        for (int i = 0; i < 2000; i++) {
            parts.append("{\"status\":\"pulling\",\"digest\":\"").append(i).append("\",\"total\":-1}\n");
        }
        for (Map.Entry<String, ModelResult> each : Map.<String, ModelResult>of(
                        parts.toString(),
                        new ModelResult.Incomplete("Ollama reported too many parts"),
                        "{\"status\":\"" + "x".repeat(2_000_000),
                        new ModelResult.Lost("a line of the response is longer than 1048576 bytes"))
                .entrySet()) {
            HttpServer server = answering("/api/pull", each.getKey());
            try {
                OllamaClient ollama = new OllamaClient(
                        new LocalHost(System.getenv()), server.getAddress().getPort());
                assertThat(ollama.pull("m", LIMIT, progress -> {
                            assertThat(progress.total()).isNotNegative();
                        }))
                        .isEqualTo(each.getValue());
            } finally {
                server.stop(0);
            }
        }
    }
}
