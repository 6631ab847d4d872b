package standin.ollama;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import standin.ollama.http.RequestHistory;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class RoutingTest {
    private ModelServer server;

    @BeforeAll
    void start(@TempDir Path directory) throws IOException {
        server = Servers.withModels(directory, "{}");
    }

    @AfterAll
    void stop() {
        server.close();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            HEAD   | /                                       | 200
            GET    | /                                       | 200
            HEAD   | /api/version                            | 200
            GET    | /api/version                            | 200
            GET    | /api/status                             | 200
            POST   | /api/pull                               | 400
            POST   | /api/push                               | 400
            HEAD   | /api/tags                               | 200
            GET    | /api/tags                               | 200
            POST   | /api/show                               | 400
            DELETE | /api/delete                             | 400
            POST   | /api/me                                 | 503
            POST   | /api/signout                            | 500
            DELETE | /api/user/keys/abc                      | 500
            POST   | /api/create                             | 400
            POST   | /api/blobs/sha256:0                     | 400
            HEAD   | /api/blobs/sha256:0                     | 400
            POST   | /api/copy                               | 400
            POST   | /api/experimental/web_search            | 400
            POST   | /api/experimental/web_fetch             | 400
            GET    | /api/experimental/model-recommendations | 200
            GET    | /api/ps                                 | 200
            POST   | /api/generate                           | 400
            POST   | /api/chat                               | 400
            POST   | /api/embed                              | 400
            POST   | /api/embeddings                         | 400
            POST   | /v1/chat/completions                    | 400
            POST   | /v1/completions                         | 400
            POST   | /v1/embeddings                          | 400
            GET    | /v1/models                              | 200
            GET    | /v1/models/qwen3                        | 200
            POST   | /v1/responses                           | 400
            POST   | /v1/audio/transcriptions                | 400
            POST   | /v1/messages                            | 400
            """)
    void everyRouteExists(String method, String path, int status) throws IOException {
        Client.Response response = Client.call(server, method, path, "");
        assertThat(response.status()).isEqualTo(status);
        assertThat(response.body()).isNotEqualTo("404 page not found");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            GET     | /nope                       | 404 |
            GET     | /v1                         | 404 |
            HEAD    | /api/hello                  | 404 |
            POST    | /v1/messages/count_tokens   | 404 |
            POST    | /v1/images/generations      | 404 |
            GET     | /debug/pprof/               | 404 |
            GET     | /v1/models/hf.co/u/m:Q4     | 404 |
            GET     | /v1/models/hf.co%2Fu%2Fm:Q4 | 404 |
            GET     | /v1/models/..%2f..%2fapi%2ftags | 404 |
            POST    | /                           | 405 | HEAD, GET
            DELETE  | /api/tags                   | 405 | HEAD, GET
            HEAD    | /v1/models                  | 405 | GET
            GET     | /api/pull                   | 405 | POST
            GET     | /api/%70ull                 | 405 | POST
            OPTIONS | /api/tags                   | 405 | HEAD, GET
            PUT     | /v1/models/qwen3            | 405 | GET
            """)
    void anUnknownRouteOrMethodIsReported(String method, String path, int status, String allow) throws IOException {
        Client.Response response = Client.call(server, method, path, "");
        assertThat(response.status()).isEqualTo(status);
        assertThat(response.header("Allow")).isEqualTo(allow == null ? "" : allow);
        assertThat(response.header("Content-Type")).isEqualTo("text/plain");
        if (!method.equals("HEAD")) {
            assertThat(response.body()).isEqualTo(status == 404 ? "404 page not found" : "405 method not allowed");
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            GET  | /api/tags/              | 301 | /api/tags
            POST | /v1/chat/completions/?a | 307 | /v1/chat/completions?a
            GET  | //api/tags              | 307 | /api/tags
            GET  | /api/../api/tags?x=1    | 307 | /api/tags?x=1
            POST | /v1/./messages          | 307 | /v1/messages
            GET  | /v1/models/             | 301 | /v1/models
            """)
    void uncleanPathsAreRedirected(String method, String path, int status, String location) throws IOException {
        Client.Response response = Client.call(server, method, path, "");
        assertThat(response.status()).isEqualTo(status);
        assertThat(response.header("Location")).isEqualTo(location);
    }

    @ParameterizedTest
    @CsvSource({"/api/%74ags", "/api%2ftags", "/api%2Ftags?x", "http://127.0.0.1/api/tags"})
    void tagsAreFoundUnderEveryEncoding(String target) throws IOException {
        assertThat(Client.get(server, target).json().path("models")).hasSize(3);
    }

    @ParameterizedTest
    @CsvSource({
        "/v1/models/qwen3:latest,qwen3:latest",
        "/v1/models/qwen3%3Alatest,qwen3:latest",
        "/v1/models/qwen3,qwen3"
    })
    void aModelHasTheIdThatThePathNames(String path, String id) throws IOException {
        assertThat(Client.get(server, path).json().path("id").asText()).isEqualTo(id);
    }

    @Test
    void theHistoryKeepsRequestsAsTheyArrived() throws IOException {
        Client.call(server, "POST", "/api/%73how?a=%20", "{ \"model\": \"qwen3\"}", "X-Forwarded-For: 100.64.0.9");
        RequestHistory.Entry last = server.requests().get(server.requests().size() - 1);
        assertThat(last.method()).isEqualTo("POST");
        assertThat(last.target()).isEqualTo("/api/%73how?a=%20");
        assertThat(last.text()).isEqualTo("{ \"model\": \"qwen3\"}");
        assertThat(last.header("x-forwarded-for")).contains("100.64.0.9");
    }
}
