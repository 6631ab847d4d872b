package standin.ollama;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class ErrorsTest {
    private static final String TOOL = "\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\"}}]";

    private ModelServer server;
    private ModelServer withoutCloud;

    @BeforeAll
    void start(@TempDir Path directory) throws IOException {
        server = Servers.withModels(directory, "{}");
        withoutCloud = Servers.withModels(directory, "{}", "OLLAMA_NO_CLOUD=1");
    }

    @AfterAll
    void stop() {
        server.close();
        withoutCloud.close();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            /api/chat            | ``                                   | 400 | missing request body
            /v1/chat/completions | ``                                   | 400 | EOF
            /v1/messages         | ``                                   | 400 | EOF
            /api/show            | {"model":                            | 400 | unexpected EOF
            /v1/responses        | {nope}                               | 400 | invalid character 'n' looking for beginning of object key string
            /v1/messages         | [1]                                  | 400 | json: cannot unmarshal array into Go value of type anthropic.MessagesRequest
            /v1/chat/completions | {"model":5,"messages":[{}]}          | 400 | json: cannot unmarshal number into Go struct field ChatCompletionRequest.model of type string
            /api/chat            | {}                                   | 400 | model is required
            /api/show            | {}                                   | 400 | model is required
            /api/generate        | {}                                   | 404 | model '' not found
            /api/embed           | {}                                   | 404 | model '' not found
            /v1/chat/completions | {"messages":[{"role":"user","content":"hi"}]} | 400 | model is required
            /v1/chat/completions | {"model":"qwen3"}                    | 400 | [] is too short - 'messages'
            /v1/responses        | {}                                   | 400 | model is required
            /v1/messages         | {}                                   | 400 | model is required
            /v1/messages         | {"model":"qwen3","messages":[{}]}    | 400 | max_tokens is required and must be positive
            /v1/messages         | {"model":"qwen3","max_tokens":9}     | 400 | messages is required
            /api/show            | {"model":"no such"}                  | 400 | invalid model name
            /api/show            | {"model":"../../x"}                  | 400 | invalid model name
            /api/chat            | {"model":"nope","messages":[{"content":"x"}]} | 404 | model 'nope' not found
            /v1/chat/completions | {"model":"nope","messages":[{"content":"x"}]} | 404 | model 'nope' not found
            /v1/responses        | {"model":"nope","input":"hi"}        | 404 | model 'nope' not found
            /v1/messages         | {"model":"nope","max_tokens":9,"messages":[{"role":"user","content":"x"}]} | 404 | model 'nope' not found
            /v1/chat/completions | {"model":"nomic-embed-text","messages":[{"content":"x"}]} | 400 | "nomic-embed-text" does not support chat
            /api/generate        | {"model":"nomic-embed-text"}         | 400 | "nomic-embed-text" does not support generate
            /api/chat            | {"model":"llava","messages":[{"content":"x"}],TOOL} | 400 | registry.ollama.ai/library/llava:latest does not support tools
            /v1/chat/completions | {"model":"llava","messages":[{"content":"x"}],"reasoning_effort":"low"} | 400 | "llava" does not support thinking
            /v1/chat/completions | {"model":"qwen3","messages":[{"content":"hi"}],"reasoning_effort":"lots"} | 400 | invalid reasoning value: "lots" (must be "minimal", "low", "medium", "high", "xhigh", "ultra", "max", or "none")
            /v1/chat/completions | {"model":"llava","messages":[{"content":[{"type":"image_url","image_url":{"url":"http://x/y.png"}}]}]} | 400 | image URLs are not currently supported, please use base64 encoded data instead
            /v1/responses        | {"model":"qwen3","input":[{"role":"user","content":[{"type":"input_fill"}]}]} | 400 | input[0]: content[0]: unknown content type: input_fill
            /v1/responses        | {"model":"qwen3","input":[{"type":"nope"}]} | 400 | input[0]: unknown input item type: "nope"
            /v1/messages         | {"model":"qwen3","max_tokens":9,"messages":[{"role":"user","content":[{"type":"image","source":{"type":"url"}}]}]} | 400 | invalid image source type: url. Only base64 images are supported.
            /api/generate        | {"model":"qwen3","keep_alive":"-1"}  | 400 | time: missing unit in duration "-1"
            /api/delete          | {"model":"aiserver-verify-does-not-exist"} | 404 | model 'aiserver-verify-does-not-exist' not found
            """)
    void aBadRequestGetsAnErrorInTheFormatOfItsRoute(String path, String body, int status, String message)
            throws IOException {
        String method = path.equals("/api/delete") ? "DELETE" : "POST";
        Client.Response response = Client.call(server, method, path, body.replace("TOOL", TOOL));
        String type = switch (status) {
            case 400 -> "invalid_request_error";
            default -> "not_found_error";
        };
        assertThat(response.header("Content-Type")).startsWith("application/json");
        assertThat(response.status()).isEqualTo(status);
        JsonNode error = response.json().path("error");
        if (path.startsWith("/api/")) {
            assertThat(error.asText()).isEqualTo(message);
        } else if (path.equals("/v1/messages")) {
            assertThat(response.json().path("type").asText()).isEqualTo("error");
            assertThat(error.path("message").asText()).isEqualTo(message);
            assertThat(error.path("type").asText()).isEqualTo(type);
            assertThat(response.json().path("request_id").asText()).matches("req_[0-9a-f]{24}");
        } else {
            assertThat(error.path("message").asText()).isEqualTo(message);
            assertThat(response.body().stripTrailing())
                    .endsWith(",\"type\":\"" + type + "\",\"param\":null,\"code\":null}}");
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            POST | /v1/chat/completions  | {"model":"x:cloud"}
            POST | /v1/responses         | {"model":"gpt-oss:120b-cloud"}
            POST | /v1/messages          | {"model":"X:Cloud"}
            POST | /v1/completions       | {"model":"x:cloud"}
            POST | /v1/embeddings        | {"model":"x:cloud"}
            GET  | /v1/models/x:cloud    | ``
            POST | /api/chat             | {"model":"x:cloud"}
            POST | /api/generate         | {"model":"x:cloud"}
            POST | /api/show             | {"model":"x:cloud"}
            """)
    void aCloudModelIsRefusedInTheNativeFormat(String method, String path, String body) throws IOException {
        Client.Response disabled = Client.call(withoutCloud, method, path, body);
        assertThat(disabled.status()).isEqualTo(403);
        assertThat(disabled.body())
                .isEqualTo("{\"error\":\"ollama cloud is disabled: remote model"
                        + (path.equals("/api/show") || path.startsWith("/v1/models/") ? " details are" : " is")
                        + " unavailable\"}");
        Client.Response enabled = Client.call(server, method, path, body);
        assertThat(enabled.status()).isEqualTo(401);
        assertThat(enabled.json().path("error").asText()).isEqualTo("unauthorized");
        assertThat(enabled.json().path("signin_url").asText()).startsWith("https://ollama.com/connect?");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "NONSENSE\r\n\r\n",
                "GET /api/tags\r\n\r\n",
                "GET  /api/tags HTTP/1.1\r\n\r\n",
                "GET /%zz HTTP/1.1\r\nHost: localhost\r\n\r\n",
                "GET /% HTTP/1.1\r\nHost: localhost\r\n\r\n",
                "GET nowhere HTTP/1.1\r\nHost: localhost\r\n\r\n",
                "GET /api/tags HTTP/1.1\r\n\r\n",
                "GET /api/tags HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
                "GET /api/tags HTTP/1.1\r\nHost: localhost\r\nno colon\r\n\r\n",
                "GET /api/tags HTTP/1.1\r\nHost: localhost\r\nBad Name: x\r\n\r\n",
                "POST /api/show HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
                "POST /api/show HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
                "POST /api/show HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
                "GET /api/tags SPDY/3\r\n\r\n",
                "POST /api/show HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999999\r\n\r\n",
                "POST /api/show HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: gzip\r\n\r\n",
            })
    void invalidHttpClosesTheConnectionOnly(String request) throws IOException {
        try (Client client = new Client(server.address())) {
            client.raw(request);
            assertThat(client.response().status()).isIn(400, 413, 501, 505);
            assertThat(client.read()).isEqualTo(-1);
        }
        assertThat(Client.get(server, "/api/version").status()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"model\":\"qwen3\",\"messages\":\"hi\"}",
                "{\"model\":\"qwen3\",\"messages\":[[]]}",
                "{\"model\":\"qwen3\",\"messages\":[{\"role\":7}]}",
                "{\"model\":\"qwen3\",\"messages\":[{\"content\":{}}]}",
                "{\"model\":\"qwen3\",\"messages\":[{\"content\":7}]}",
                "{\"model\":\"qwen3\",\"messages\":[{\"content\":[7]}]}",
                "{\"model\":\"qwen3\",\"messages\":[{}],\"tools\":[5]}",
                "{\"model\":\"qwen3\",\"messages\":[{}],\"stream\":\"yes\"}",
                "{\"model\":\"qwen3\",\"messages\":[{}],\"max_tokens\":\"9\"}",
            })
    void valuesOfTheWrongTypeAreRefused(String body) throws IOException {
        assertThat(Client.post(server, "/v1/chat/completions", body).status()).isEqualTo(400);
    }
}
