package dev.aiserver.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.aiserver.Main;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import standin.ollama.ModelServer;
import standin.ollama.model.Faults;
import standin.ollama.model.ModelStore;

/** Runs the whole program against a model server without models that follows the rules of Ollama. */
class WarmModelsCommandTest {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    @TempDir
    private Path directory;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @SuppressWarnings("NullAway.Init")
    private ModelServer server;

    @BeforeEach
    void install() throws IOException {
        server = ModelServer.start(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                ModelStore.open(directory.resolve("models")),
                Faults.NONE,
                new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8));
        Files.createDirectory(directory.resolve(".aiserver"));
        Files.writeString(directory.resolve(".aiserver/receipt.json"), """
                {"schema": 1, "version": "0.1.0", "address": "127.0.0.1", "hostNames": [], "entries": [],
                 "configuration": {"network": {"mode": "loopback"}, "ollama": {"port": %d}}}
                """.formatted(
                        server.address().getPort()));
    }

    @AfterEach
    void close() {
        server.close();
    }

    private int run(String... args) {
        out.reset();
        err.reset();
        Map<String, String> environment = Map.of("HOME", directory.toString(), "PATH", "/usr/bin:/bin");
        String[] all = new String[args.length + 1];
        all[0] = "warm-models";
        System.arraycopy(args, 0, all, 1, args.length);
        return Main.run(all, environment, InputStream.nullInputStream(), out, err);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {}                               | llama3.2             | 0 | warmed
            {}                               | nope                 | 1 | file does not exist
            {"memoryLimitBytes": 2500000000} | llama3.2:1b llama3.2 | 3 | evicted
            {}                               | gpt-oss:cloud        | 2 | runs on ollama.com
            {}                               | --keep-alive=0 a     | 2 | "0" is not valid
            {}                               | --stall=soon a       | 2 | "soon" is not a valid duration
            {}                               | --parallel=0 a       | 2 | --parallel must be 1 or more
            {}                               | --retries=-1 a       | 2 | --retries must be 0 or more
            {}                               | --at-login a         | 2 | list them under models in the configuration
            {}                               | --at-login           | 2 | No models are configured
            """)
    void theExitCodeAndASentenceReportTheResult(String faults, String args, int exitCode, String sentence) {
        server.set(Faults.parse(faults));
        assertThat(run(args.split(" ")))
                .as(err.toString(StandardCharsets.UTF_8))
                .isEqualTo(exitCode);
        assertThat(out.toString(StandardCharsets.UTF_8) + err.toString(StandardCharsets.UTF_8))
                .contains(sentence);
    }

    @Test
    void withoutOllamaTheErrorNamesTheNextStep() {
        server.close();
        assertThat(run("llama3.2")).isEqualTo(6);
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("run \"aiserver status\" and look at Ollama");
    }

    @Test
    void withoutModelsNothingIsDone() {
        assertThat(run()).isZero();
        assertThat(out.toString(StandardCharsets.UTF_8)).startsWith("No models are configured. Name a model");
        assertThat(server.requests()).isEmpty();
    }

    @Test
    void jsonIsOneDocumentAndALineForEachEvent() throws IOException {
        assertThat(run("--json", "llama3.2", "nope")).isEqualTo(1);
        JsonNode document = JSON.readTree(out.toByteArray());
        assertThat(document.at("/models/0/outcome").asText()).isEqualTo("warmed");
        assertThat(document.at("/models/0/neverExpires").asBoolean()).isTrue();
        assertThat(document.at("/models/0/warnings/0").asText()).contains("4096 tokens");
        assertThat(document.at("/models/1/outcome").asText()).isEqualTo("failed");
        StringBuilder events = new StringBuilder();
        for (String line : err.toString(StandardCharsets.UTF_8).lines().toList()) {
            String event = JSON.readTree(line).path("event").asText();
            if (events.indexOf(event) < 0) {
                events.append(event).append(' ');
            }
        }
        assertThat(events.toString().split(" "))
                .containsExactlyInAnyOrder("pulling", "pulled", "failed", "loading", "loaded");
    }
}
