package standin.ollama;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.aiserver.host.Poller;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import standin.ollama.generation.GenerationCounter;
import standin.ollama.model.Faults;

final class LoadingTest {
    private static final String CHAT = "{\"model\":\"qwen3\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}";
    private static final String SLOW_CHAT =
            "{\"model\":\"qwen3\",\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}";

    @TempDir
    private Path directory;

    private static void await(BooleanSupplier condition) {
        assertThat(new Poller(Duration.ofMillis(2)).await(Duration.ofSeconds(10), condition))
                .isTrue();
    }

    private static List<String> loaded(ModelServer server) throws IOException {
        List<String> names = new ArrayList<>();
        Client.get(server, "/api/ps")
                .json()
                .path("models")
                .forEach(model -> names.add(model.path("name").asText()));
        return names;
    }

    private static void load(ModelServer server, String model, String keepAlive) throws IOException {
        String route = model.startsWith("nomic") ? "/api/embed" : "/api/generate";
        String body = "{\"model\":\"" + model + "\",\"stream\":false,\"keep_alive\":" + keepAlive + "}";
        assertThat(Client.post(server, route, body).status()).isEqualTo(200);
    }

    private static Duration left(ModelServer server) throws IOException {
        String expires =
                Client.get(server, "/api/ps").json().at("/models/0/expires_at").asText();
        return Duration.between(Instant.now(), OffsetDateTime.parse(expires).toInstant());
    }

    @Test
    void openAiRequestsDoNotShortenAKeepAliveOfForever() throws IOException {
        try (ModelServer server = Servers.withModels(directory, "{}", "OLLAMA_CONTEXT_LENGTH=32768")) {
            load(server, "qwen3", "-1");
            assertThat(Client.post(server, "/v1/chat/completions", CHAT).status())
                    .isEqualTo(200);
            assertThat(left(server)).isGreaterThan(Duration.ofDays(290 * 365));
            JsonNode model = Client.get(server, "/api/ps").json().at("/models/0");
            assertThat(model.path("context_length").asInt()).isEqualTo(32_768);
            assertThat(model.path("size_vram")).isEqualTo(model.path("size"));
            assertThat(Client.get(server, "/api/tags").json().path("models"))
                    .anySatisfy(tag -> assertThat(tag.path("digest")).isEqualTo(model.path("digest")));
        }
    }

    @Test
    void aChangedContextLengthReloadsWithTheDefaultKeepAlive() throws IOException {
        try (ModelServer server = Servers.withModels(directory, "{}", "OLLAMA_KEEP_ALIVE=10m")) {
            load(server, "qwen3", "-1");
            Client.post(server, "/api/generate", "{\"model\":\"qwen3\",\"options\":{\"num_ctx\":8192}}");
            assertThat(left(server)).isBetween(Duration.ofMinutes(9), Duration.ofMinutes(10));
            assertThat(Client.get(server, "/api/ps")
                            .json()
                            .at("/models/0/context_length")
                            .asInt())
                    .isEqualTo(8192);
        }
    }

    @Test
    void aKeepAliveOfZeroUnloadsAndDurationsExpire() throws IOException {
        try (ModelServer server = Servers.withModels(directory, "{}")) {
            load(server, "qwen3", "\"1h\"");
            load(server, "nomic-embed-text", "0.01");
            await(() -> {
                try {
                    return loaded(server).equals(List.of("qwen3:latest"));
                } catch (IOException e) {
                    throw new IllegalStateException(e);
                }
            });
            load(server, "qwen3", "0");
            assertThat(loaded(server)).isEmpty();
        }
    }

    @Test
    void theMemoryLimitEvictsTheShortestKeepAliveFirstAndForeverDoesNotProtect() throws IOException {
        try (ModelServer server = Servers.withModels(directory, "{\"memoryLimitBytes\": 5500000000}")) {
            load(server, "nomic-embed-text", "-1");
            load(server, "llava", "600");
            assertThat(loaded(server)).containsExactly("nomic-embed-text:latest", "llava:latest");
            load(server, "qwen3", "-1");
            assertThat(loaded(server)).containsExactlyInAnyOrder("nomic-embed-text:latest", "qwen3:latest");
            load(server, "llava", "600");
            assertThat(loaded(server)).contains("llava:latest").doesNotContain("qwen3:latest");
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {"busy503Times":2} | 503 | server busy, please try again.  maximum pending requests exceeded
            {"oomOnLoad":true} | 500 | llama runner process has terminated: error: out of memory
            """)
    void aLoadedModelAnswersWhileLoadsFail(String faults, int status, String message) throws IOException {
        try (ModelServer server = Servers.withModels(directory, "{}")) {
            load(server, "qwen3", "-1");
            server.set(Faults.parse(faults));
            assertThat(Client.post(server, "/v1/chat/completions", CHAT).status())
                    .isEqualTo(200);
            for (int attempt = 0; attempt < 2; attempt++) {
                Client.Response response = Client.post(server, "/api/generate", "{\"model\":\"llava\"}");
                assertThat(response.status()).isEqualTo(status);
                assertThat(response.json().path("error").asText()).isEqualTo(message);
            }
            server.set(status == 503 ? Faults.parse("{\"busy503Times\":0}") : Faults.NONE);
            load(server, "llava", "-1");
        }
    }

    @ParameterizedTest
    @CsvSource({"/v1/chat/completions,api_error", "/v1/messages,overloaded_error"})
    void aFullQueueHasTheErrorTypeOfItsApi(String path, String type) throws IOException {
        try (ModelServer server = Servers.withModels(directory, "{\"busy503Times\":1}")) {
            String request = CHAT.replace("{\"model\"", "{\"max_tokens\":9,\"model\"");
            Client.Response response = Client.post(server, path, request);
            assertThat(response.status()).isEqualTo(503);
            assertThat(response.json().at("/error/type").asText()).isEqualTo(type);
            assertThat(Client.post(server, path, request).status()).isEqualTo(200);
        }
    }

    /** One request is being scheduled, one is queued, and the others find the queue full. A loaded model needs no queue. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            /v1/chat/completions | api_error
            /v1/messages         | overloaded_error
            /v1/responses        | api_error
            /api/chat            | ''
            """)
    void aRequestIsRefusedWhenTheQueueIsFull(String path, String type) throws IOException {
        List<Client> waiting = new ArrayList<>();
        try (ModelServer server = Servers.withModels(
                directory, "{\"firstTokenDelayMillis\":3600000}", "OLLAMA_MAX_QUEUE=1", "OLLAMA_MAX_LOADED_MODELS=1")) {
            String other = "{\"model\":\"llava\",\"max_tokens\":9,\"input\":\"hi\","
                    + "\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}";
            waiting.add(new Client(server.address()));
            waiting.get(0).send("POST", "/v1/chat/completions", CHAT);
            await(() -> server.generations().running() == 1);
            for (int request = 0; request < 5; request++) {
                waiting.add(new Client(server.address()));
                waiting.get(waiting.size() - 1).send("POST", path, other);
            }
            await(() -> server.generations().equals(new GenerationCounter.Generations(3, 3, 0)));
            Client.Response response = Client.post(server, path, other);
            assertThat(response.status()).isEqualTo(503);
            assertThat(response.body()).contains("server busy, please try again.  maximum pending requests exceeded");
            assertThat(response.json().at("/error/type").asText()).isEqualTo(type);
            assertThat(response.headers()).doesNotContainKey("retry-after");
            server.set(Faults.NONE);
            assertThat(Client.post(server, "/v1/chat/completions", CHAT).status())
                    .isEqualTo(200);
        } finally {
            for (Client client : waiting) {
                client.close();
            }
        }
    }

    @Test
    void theListOfLoadedModelsWaitsUntilALoadEnds() throws IOException {
        try (ModelServer server = Servers.withModels(directory, "{\"loadDelayMillis\":3600000}");
                Client lists = new Client(server.address())) {
            try (Client loads = new Client(server.address())) {
                loads.send("POST", "/v1/chat/completions", CHAT);
                await(() -> server.generations().running() == 1);
                lists.send("GET", "/api/ps", "");
                await(() -> server.requests().stream()
                        .anyMatch(request -> request.target().equals("/api/ps")));
            }
            assertThat(lists.response().body()).isEqualTo("{\"models\":[]}");
        }
    }

    @Test
    void aChangedFaultsFileIsReadAgain() throws IOException {
        try (ModelServer server = Servers.withModels(directory, "{}")) {
            Path file = directory.resolve(Faults.FILE);
            Files.writeString(file, "{\"oomOnLoad\":true}");
            assertThat(Client.post(server, "/v1/chat/completions", CHAT).status())
                    .isEqualTo(500);
            Files.delete(file);
            assertThat(Client.post(server, "/v1/chat/completions", CHAT).status())
                    .isEqualTo(200);
            Files.writeString(file, "{\"oomOnLod\":true}");
            assertThat(Client.post(server, "/v1/chat/completions", CHAT).body()).contains("oomOnLod");
        }
    }

    @Test
    void aDisconnectDuringALoadEndsIt() throws IOException {
        try (ModelServer server = Servers.withModels(directory, "{\"loadDelayMillis\":3600000}")) {
            try (Client client = new Client(server.address())) {
                client.send("POST", "/v1/messages", CHAT.replace("{\"model\"", "{\"max_tokens\":9,\"model\""));
                await(() -> server.generations().running() == 1);
            }
            await(() -> server.generations().equals(new GenerationCounter.Generations(0, 0, 1)));
            assertThat(loaded(server)).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource({"/v1/chat/completions", "/api/chat"})
    void aDisconnectBeforeTheFirstTokenEndsTheGeneration(String path) throws IOException {
        try (ModelServer server = Servers.withModels(directory, "{\"firstTokenDelayMillis\":3600000}")) {
            try (Client client = new Client(server.address())) {
                client.send("POST", path, SLOW_CHAT);
                await(() -> server.generations().running() == 1);
            }
            await(() -> server.generations().cancelled() == 1);
        }
    }

    @Test
    void aHalfClosedConnectionEndsTheGeneration() throws IOException {
        try (ModelServer server = Servers.withModels(directory, "{\"promptTokenDelayMicros\":3600000000}");
                Client client = new Client(server.address())) {
            client.send("POST", "/v1/chat/completions", SLOW_CHAT);
            await(() -> server.generations().running() == 1);
            client.closeOutput();
            assertThat(client.read()).isEqualTo(-1);
            assertThat(server.generations()).isEqualTo(new GenerationCounter.Generations(0, 0, 1));
        }
    }

    @Test
    void aDisconnectBetweenTokensEndsTheGeneration() throws IOException {
        try (ModelServer server = Servers.withModels(directory, "{\"tokenDelayMillis\":3600000}")) {
            try (Client client = new Client(server.address())) {
                client.send("POST", "/v1/chat/completions", SLOW_CHAT);
                assertThat(client.line()).isEqualTo("HTTP/1.1 200 OK");
            }
            await(() -> server.generations().equals(new GenerationCounter.Generations(0, 0, 1)));
        }
    }

    @Test
    void closingTheServerEndsRunningGenerations() throws IOException {
        ModelServer server = Servers.withModels(directory, "{\"firstTokenDelayMillis\":3600000}");
        try (Client client = new Client(server.address())) {
            client.send("POST", "/v1/chat/completions", SLOW_CHAT);
            await(() -> server.generations().running() == 1);
            server.close();
            assertThat(client.read()).isEqualTo(-1);
        }
        assertThat(server.generations()).isEqualTo(new GenerationCounter.Generations(0, 0, 1));
    }

    @Test
    void aDelayedAnswerArrives() throws IOException {
        try (ModelServer server =
                Servers.withModels(directory, "{\"firstTokenDelayMillis\":20,\"tokenDelayMillis\":5}")) {
            long start = System.nanoTime();
            Client.Response response = Client.post(server, "/v1/chat/completions", SLOW_CHAT);
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofMillis(45));
            assertThat(response.body()).endsWith("data: [DONE]\n\n");
            assertThat(server.generations().finished()).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            /v1/chat/completions | "messages":[{"role":"user","content":"hi"}] | "model":"",
            /v1/responses        | "input":"hi" | response.reasoning_summary_text.delta
            /v1/messages         | "max_tokens":9,"messages":[{"role":"user","content":"hi"}] | content_block_delta
            /api/chat            | "messages":[{"role":"user","content":"hi"}] | {"error":"model runner has unexpectedly stopped
            """)
    void aStreamOfADeadRunnerHasNoFinalEvent(String path, String rest, String last) throws IOException {
        try (ModelServer server = Servers.withModels(directory, "{\"breakStreamAfterTokens\":2}")) {
            Client.Response response = Client.post(server, path, "{\"model\":\"qwen3\",\"stream\":true," + rest + "}");
            assertThat(response.status()).isEqualTo(200);
            assertThat(response.chunks().get(response.chunks().size() - 1)).contains(last);
            assertThat(response.body()).doesNotContain("[DONE]", "response.completed", "message_stop", "\"done\":true");
            Client.Response whole = Client.post(server, path, "{\"model\":\"qwen3\",\"stream\":false," + rest + "}");
            assertThat(whole.status()).isEqualTo(500);
            assertThat(whole.body()).contains("model runner has unexpectedly stopped");
        }
    }
}
