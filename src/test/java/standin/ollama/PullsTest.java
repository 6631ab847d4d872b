package standin.ollama;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import standin.ollama.go.Digest;
import standin.ollama.model.Catalogue;
import standin.ollama.model.CatalogueModel;
import standin.ollama.model.Faults;
import standin.ollama.model.ModelStore;
import standin.ollama.model.OllamaSettings;

final class PullsTest {

    @TempDir
    private Path directory;

    private static List<JsonNode> pull(ModelServer server, String model) throws IOException {
        Client.Response response = Client.post(server, "/api/pull", "{\"model\":\"" + model + "\"}");
        assertThat(response.status()).isEqualTo(200);
        assertThat(response.header("Content-Type")).isEqualTo("application/x-ndjson");
        return response.lines();
    }

    private static JsonNode last(List<JsonNode> lines) {
        return lines.get(lines.size() - 1);
    }

    private static int percent(JsonNode line) {
        return (int) Math.round(
                100.0 * line.path("completed").asLong() / line.path("total").asLong(1));
    }

    private static long installed(ModelServer server) throws IOException {
        return Client.get(server, "/api/tags").json().path("models").size();
    }

    @Test
    void aPullReportsProgressAndEndsWithSuccess() throws IOException {
        try (ModelServer server = Servers.empty(directory, "{}")) {
            List<JsonNode> lines = pull(server, "llama3.2:1b");
            assertThat(lines.get(0).toString()).isEqualTo("{\"status\":\"pulling manifest\"}");
            assertThat(lines.get(1).path("status").asText()).matches("pulling [0-9a-f]{12}");
            assertThat(lines.get(1).path("digest").asText()).matches("sha256:[0-9a-f]{64}");
            assertThat(lines.get(1).has("completed")).isFalse();
            assertThat(lines.subList(1, 12).stream().map(PullsTest::percent))
                    .containsExactly(0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100);
            assertThat(lines.subList(lines.size() - 4, lines.size()).stream()
                            .map(line -> line.path("status").asText()))
                    .containsExactly(
                            "verifying sha256 digest", "writing manifest", "removing unused layers", "success");
            assertThat(Client.get(server, "/v1/models/llama3.2:1b").status()).isEqualTo(200);
        }
    }

    @Test
    void anUpToDateModelIsOnlyChecked() throws IOException {
        try (ModelServer server = Servers.withModels(directory, "{\"diskFull\":true}")) {
            List<JsonNode> lines = pull(server, "qwen3");
            assertThat(lines).hasSize(7);
            assertThat(percent(lines.get(1))).isEqualTo(100);
            assertThat(last(lines).path("status").asText()).isEqualTo("success");
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {}                       | nope     | pull model manifest: file does not exist
            {"diskFull":true}        | llama3.2 | no space left on device
            {"pullFailAtPercent":35} | llama3.2 | max retries exceeded: unexpected EOF
            """)
    void aFailureIsALineInsideThe200AndAStatusWithoutStreaming(String faults, String model, String message)
            throws IOException {
        try (ModelServer server = Servers.empty(directory, faults)) {
            assertThat(last(pull(server, model)).path("error").asText()).endsWith(message);
            assertThat(installed(server)).isZero();
        }
        try (ModelServer server = Servers.empty(directory, faults)) {
            Client.Response response =
                    Client.post(server, "/api/pull", "{\"model\":\"" + model + "\",\"stream\":false}");
            assertThat(response.status()).isEqualTo(500);
            assertThat(response.json().path("error").asText()).endsWith(message);
        }
    }

    @ParameterizedTest
    @CsvSource({"pullFailAtPercent", "pullDropAtPercent"})
    void anInterruptedPullIsResumed(String fault) throws IOException {
        try (ModelServer server = Servers.empty(directory, "{\"" + fault + "\":35}")) {
            List<JsonNode> first = pull(server, "llama3.2");
            assertThat(first).noneMatch(line -> line.path("status").asText().equals("success"));
            List<JsonNode> second = pull(server, "llama3.2");
            assertThat(percent(second.get(1))).isEqualTo(35);
            assertThat(last(second).path("status").asText()).isEqualTo("success");
        }
    }

    @Test
    void aFaultCanOccurOnEveryAttempt() throws IOException {
        try (ModelServer server = Servers.empty(directory, "{\"pullDropAtPercent\":35,\"pullFaultsEveryTime\":true}")) {
            for (int attempt = 0; attempt < 3; attempt++) {
                assertThat(percent(last(pull(server, "llama3.2")))).isEqualTo(35);
            }
        }
    }

    @Test
    void aStalledPullIsResumedForTheNextClient() throws IOException {
        try (ModelServer server = Servers.empty(directory, "{\"pullStallAtPercent\":20}")) {
            try (Client client = new Client(server.address())) {
                client.send("POST", "/api/pull", "{\"model\":\"llama3.2\"}");
                String line = client.line();
                while (!line.contains("\"completed\":403878")) {
                    line = client.line();
                }
            }
            List<JsonNode> second = pull(server, "llama3.2");
            assertThat(percent(second.get(1))).isEqualTo(20);
            assertThat(last(second).path("status").asText()).isEqualTo("success");
        }
    }

    @Test
    void progressCanGoBackwards() throws IOException {
        try (ModelServer server = Servers.empty(directory, "{\"pullBackwards\":true}")) {
            assertThat(pull(server, "llama3.2").subList(1, 13).stream().map(PullsTest::percent))
                    .containsExactly(0, 10, 20, 30, 40, 50, 30, 60, 70, 80, 90, 100);
        }
    }

    @Test
    void aModelAddedByATestCanBePulled() throws IOException {
        CatalogueModel own = CatalogueModel.of("hf.co/me/mine:Q4", 1000, "mine", 2048, "completion");
        try (ModelServer server = ModelServer.start(
                Servers.ANY_PORT,
                ModelStore.open(directory),
                Faults.NONE,
                OllamaSettings.of(Map.of()).with(Catalogue.builtIn().with(own)),
                System.err)) {
            assertThat(last(pull(server, "hf.co/me/mine:Q4")).path("status").asText())
                    .isEqualTo("success");
            assertThat(Client.get(server, "/api/tags")
                            .json()
                            .at("/models/0/name")
                            .asText())
                    .isEqualTo("hf.co/me/mine:Q4");
        }
    }

    @Test
    void modelsCanBeCopiedCreatedAndDeleted() throws IOException {
        try (ModelServer server = Servers.withModels(directory, "{}")) {
            assertThat(Client.post(server, "/api/copy", "{\"source\":\"qwen3\",\"destination\":\"mine\"}")
                            .status())
                    .isEqualTo(200);
            assertThat(Client.post(server, "/api/create", "{\"model\":\"other\",\"from\":\"mine\"}")
                            .body())
                    .endsWith("{\"status\":\"success\"}\n");
            assertThat(Client.call(server, "DELETE", "/api/delete", "{\"model\":\"mine\"}")
                            .status())
                    .isEqualTo(200);
            assertThat(Client.get(server, "/v1/models/mine").status()).isEqualTo(404);
            assertThat(Client.get(server, "/v1/models/other").status()).isEqualTo(200);
        }
    }

    @Test
    void aBlobIsAcceptedIfItsDigestMatches() throws IOException {
        try (ModelServer server = Servers.empty(directory, "{}")) {
            String path = "/api/blobs/sha256:" + Digest.of("hello");
            assertThat(Client.call(server, "HEAD", path, "").status()).isEqualTo(404);
            assertThat(Client.post(server, path, "other").status()).isEqualTo(400);
            assertThat(Client.post(server, path, "hello").status()).isEqualTo(201);
            assertThat(Client.post(server, path, "hello").status()).isEqualTo(200);
            assertThat(Client.call(server, "HEAD", path, "").status()).isEqualTo(200);
        }
    }

    @Test
    void aCrashClosesTheServer() throws IOException {
        try (ModelServer server = Servers.empty(directory, "{\"crashOnPull\":true}");
                Client client = new Client(server.address())) {
            client.send("POST", "/api/pull", "{\"model\":\"llama3.2\"}");
            StringBuilder seen = new StringBuilder();
            for (int c = client.read(); c >= 0; c = client.read()) {
                seen.append((char) c);
            }
            assertThat(seen).contains("pulling").doesNotContain("success");
        }
    }
}
