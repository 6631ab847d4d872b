package standin.ollama;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import standin.ollama.go.Digest;
import standin.ollama.model.CatalogueModel;
import standin.ollama.model.ModelBehavior;
import standin.ollama.model.ModelStore;
import standin.ollama.model.Weights;

/**
 * Holds requests to which this server once responded differently than a real Ollama 0.33.0-rc2. The models:
 * {@code tiny} (tools), {@code vision}, {@code embed} with 64 dimensions.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RealResponsesTest {
    private static final String PICTURE = "data:image/png;base64,"
            + Base64.getEncoder().encodeToString("\u0089PNG\r\n\u001a\n".getBytes(StandardCharsets.ISO_8859_1));
    private static final Map<String, String> ABBREVIATIONS = new HashMap<>(Map.of(
            "HI", "\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]",
            "LIMITED", "\"max_tokens\":9,\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]",
            "OPEN", "\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"image_url\",\"image_url\":{\"url\":\"",
            "CLOSE", "\"}}]}]",
            "CALLED",
                    "\"messages\":[{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[{\"id\":\"1\",\"type\":\"function\",\"function\":{\"name\":\"f\",\"arguments\":",
            "ENDED", "}}]},{\"role\":\"tool\",\"content\":\"7\",\"tool_call_id\":\"1\"}]"));

    private ModelServer server;

    @BeforeAll
    void start(@TempDir Path directory) throws IOException {
        ABBREVIATIONS.put("PICTURE", PICTURE);
        ABBREVIATIONS.put("BLANK", "data:image/png;base64,AAAA");
        ModelStore store = ModelStore.open(directory);
        Weights small = new Weights(Digest.of("weights"), "llama", "666K", "unknown", 131_072, 512);
        Weights embedding = new Weights(Digest.of("embed"), "bert", "214K", "unknown", 8, 64);
        for (CatalogueModel model : List.of(
                new CatalogueModel(
                        "tiny:latest",
                        Digest.of("tiny"),
                        9,
                        List.of("completion", "tools"),
                        small,
                        ModelBehavior.DEFAULT),
                new CatalogueModel(
                        "vision:latest",
                        Digest.of("vision"),
                        9,
                        List.of("completion", "vision"),
                        small,
                        ModelBehavior.DEFAULT),
                new CatalogueModel(
                        "embed:latest",
                        Digest.of("embed"),
                        9,
                        List.of("embedding"),
                        embedding,
                        ModelBehavior.DEFAULT))) {
            store.add(model);
        }
        server = Servers.empty(directory, "{}", "OLLAMA_NO_CLOUD=1");
    }

    @AfterAll
    void stop() {
        server.close();
    }

    private static String expanded(String text) {
        String expanded = text;
        for (Map.Entry<String, String> each : ABBREVIATIONS.entrySet()) {
            expanded = expanded.replace(each.getKey(), each.getValue());
        }
        return expanded;
    }

    /** Returns the message of an error in any format, or the last line of progress. */
    private static String message(Client.Response response) {
        if (!response.body().startsWith("{")) {
            return response.body();
        }
        JsonNode last = response.lines().get(response.lines().size() - 1);
        JsonNode error = last.path("error");
        return error.isObject()
                ? error.path("message").asText()
                : error.asText(last.path("status").asText());
    }

    /** Words in capitals abbreviate common parts of a request. A message that ends in dots is a prefix. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            # Images
            /v1/chat/completions | {"model":"tiny",OPENPICTURECLOSE}                      | 400 | {"error":{"code":400,"message":"Multimodal data provided, but model does not support...
            /v1/messages         | {"model":"tiny","max_tokens":9,"messages":[{"role":"user","content":[{"type":"image","source":{"type":"base64","media_type":"image/png","data":"AAAA"}}]}]} | 400 | {"error":{"code":400,"message":"Multimodal data provided, but model does not support...
            /v1/chat/completions | {"model":"vision",OPENPICTURECLOSE}                    | 200 | ~~
            /v1/chat/completions | {"model":"vision",OPENBLANKCLOSE}                    | 400 | {"error":{"code":400,"message":"Failed to load image or audio file"...
            /v1/chat/completions | {"model":"vision",OPENdata:image/png;base64,!!!CLOSE}  | 400 | invalid image input
            /v1/chat/completions | {"model":"vision",OPENdata:text/plain;base64,AAAACLOSE} | 400 | invalid image input
            /v1/chat/completions | {"model":"vision",OPENhttp://x/y.pngCLOSE}             | 400 | image URLs are not currently supported, please use base64 encoded data instead
            /v1/chat/completions | {"model":"vision",OPENhttps://x/y.pngCLOSE}            | 400 | image URLs are not currently supported, please use base64 encoded data instead
            /v1/responses        | {"model":"vision","input":[{"role":"user","content":[{"type":"input_image","image_url":"http://x/y.png"}]}]} | 400 | image URLs are not currently supported, please use base64 encoded data instead
            # Content of a message
            /v1/chat/completions | {"model":"tiny","messages":[{"role":"user","content":null}]} | 400 | invalid message content type: <nil>
            /v1/chat/completions | {"model":"tiny","messages":[{"role":"user","content":7}]}    | 400 | invalid message content type: float64
            /v1/chat/completions | {"model":"tiny",CALLED"{\\"a\\":1}"ENDED}              | 200 | ~~
            /v1/chat/completions | {"model":"tiny",CALLED"{}"ENDED}                       | 200 | ~~
            /v1/chat/completions | {"model":"tiny",CALLED"{nope"ENDED}                    | 400 | invalid tool call arguments
            /v1/chat/completions | {"model":"tiny",CALLED""ENDED}                         | 400 | invalid tool call arguments
            /v1/chat/completions | {"model":"tiny",CALLED"[1]"ENDED}                      | 400 | invalid tool call arguments
            /v1/chat/completions | {"model":"tiny",HI,"response_format":{"type":"json_schema","json_schema":{"schema":{"type":"nope"}}}} | 400 | {"error":{"code":400,"message":...
            /v1/chat/completions | {"model":"tiny",HI,"response_format":{"type":"json_schema","json_schema":{"schema":{"type":"object","properties":{"a":{"type":"nope"}}}}}} | 400 | {"error":{"code":400,"message":...
            # Responses
            /v1/responses | {"model":"tiny","input":[{"role":"user","content":[{"type":"input_file"}]}]} | 400 | file inputs are not currently supported
            /v1/responses | {"model":"tiny","input":[{"type":"x"}]}                              | 400 | input[0]: unknown input item type: "x"
            # Completions
            /v1/completions | {"prompt":"hi"}                              | 404 | model '' not found
            /v1/completions | {"model":"tiny","prompt":"hi","suffix":"x"}  | 400 | registry.ollama.ai/library/tiny:latest does not support insert
            /v1/completions | {"model":"tiny","prompt":[]}                 | 400 | json: cannot unmarshal array into Go struct field CompletionRequest.prompt of type string
            # Embeddings
            /v1/embeddings  | {"model":"nope"}                             | 400 | invalid input
            /v1/embeddings  | {"model":"nope","input":[]}                  | 400 | invalid input
            /v1/embeddings  | {"model":"nope","input":7}                   | 400 | invalid input type
            /v1/embeddings  | {"model":"nope","input":[7]}                 | 400 | invalid input type
            /v1/embeddings  | {"model":"embed","input":""}                 | 200 | ~~
            /v1/embeddings  | {"model":"embed","input":"a","encoding_format":"hex"} | 400 | Invalid value for 'encoding_format' = hex...
            /v1/embeddings  | {"model":"tiny","input":"a"}                 | 501 | This server does not support embeddings. Start it with `--embeddings`
            /api/embed      | {"model":"x","input":"a"}                    | 404 | model "x" not found, try pulling it first
            /api/embeddings | {"model":"x","prompt":"a"}                   | 404 | model "x" not found, try pulling it first
            /api/embed      | {"model":"embed","input":"1 2 3 4 5 6 7 8 9"} | 200 | ~~
            /api/embed      | {"model":"embed","input":"1 2 3 4 5 6 7 8 9","truncate":false} | 400 | the input length exceeds the context length
            /api/embeddings | {"prompt":"a"}                               | 400 | model is required
            /api/embeddings | {"model":"x:cloud","prompt":"a"}             | 403 | ollama cloud is disabled: remote model is unavailable
            /api/show       | {"model":"x:cloud"}                          | 403 | ollama cloud is disabled: remote model details are unavailable
            # Options and durations
            /api/generate | {"model":"tiny","prompt":"hi","options":{"num_ctx":"8"}}    | 500 | option "num_ctx" must be of type integer
            /api/chat     | {"model":"tiny",HI,"options":{"temperature":"hot"}}         | 500 | option "temperature" must be of type float32
            /api/chat     | {"model":"tiny",HI,"keep_alive":"60"}                       | 400 | time: missing unit in duration "60"
            /api/chat     | {"model":"tiny",HI,"keep_alive":"soon"}                     | 400 | time: invalid duration "soon"
            /api/chat     | {"model":"tiny",HI,"keep_alive":true}                       | 400 | Unsupported type: 'bool'
            /api/chat     | {"model":"tiny",HI,"keep_alive":[]}                         | 400 | Unsupported type: '[]interface {}'
            # Routes that change the server, and routes that contact ollama.com without internet access
            /api/push | {"model":"nope"}                                     | 200 | open ...
            /api/push | {"model":"nope","stream":false}                      | 500 | open ...
            /api/push | {}                                                   | 400 | model is required
            DELETE /api/delete | {}                                          | 400 | model is required
            /api/copy | {}                                                   | 400 | source "" is invalid
            /api/copy | {"source":"tiny"}                                    | 400 | destination "" is invalid
            /api/create | {"model":"more","from":"tiny"}                     | 200 | success
            /api/create | {"model":"more","from":"tiny","stream":false}      | 200 | success
            /api/me      | ~~                                                | 503 | account unavailable
            /api/signout | ~~                                                | 500 | there was an error signing out
            /api/experimental/web_search | ~~                                | 400 | missing request body
            /api/experimental/web_fetch  | ~~                                | 400 | missing request body
            /api/experimental/web_search | {"query":"x"}                     | 403 | ollama cloud is disabled: web search is unavailable
            # Parsing of JSON
            /api/chat            | {"MODEL":"tiny","Messages":[{"ROLE":"user","conTent":"hi"}],"STREAM":false} | 200 | ~~
            /v1/chat/completions | {"Model":"tiny","MESSAGES":[{"Role":"user","Content":"hi"}]} | 200 | ~~
            /v1/chat/completions | \ufeff{"model":"tiny",HI}                 | 400 | invalid character 'ï' looking for beginning of value
            /api/chat            | \ufeff{"model":"tiny",HI}                 | 400 | invalid character 'ï' looking for beginning of value
            /api/chat            | {"model":"tiny",HI} and more              | 200 | ~~
            /api/chat            | {"model":"tiny","messages":"hi"}          | 400 | json: cannot unmarshal string into Go struct field ChatRequest.messages of type []api.Message
            /v1/chat/completions | {"model":"tiny","messages":"hi"}          | 400 | json: cannot unmarshal string into Go struct field ChatCompletionRequest.messages of type []openai.Message
            /v1/messages         | {"model":"tiny","messages":"hi"}          | 400 | json: cannot unmarshal string into Go struct field MessagesRequest.messages of type []anthropic.MessageParam
            /api/chat            | {"model":7}                               | 400 | json: cannot unmarshal number into Go struct field ChatRequest.model of type string
            /api/chat            | {"model":"tiny",HI,"stream":"no"}         | 400 | json: cannot unmarshal string into Go struct field ChatRequest.stream of type bool
            /v1/chat/completions | {"model":"tiny",HI,"max_tokens":1.5}      | 400 | json: cannot unmarshal number 1.5 into Go struct field ChatCompletionRequest.max_tokens of type int
            """)
    void aResponseIsThatOfOllama(String path, String body, int status, String message) throws IOException {
        String[] words = path.split(" ");
        String method = words.length == 1 ? "POST" : words[0];
        Client.Response response = Client.call(server, method, words[words.length - 1], expanded(body));
        assertThat(response.status()).as(response.body()).isEqualTo(status);
        if (message.endsWith("...")) {
            assertThat(message(response)).startsWith(message.replace("...", ""));
        } else {
            assertThat(message(response)).isEqualTo(message);
        }
    }

    /** Holds parts of a response that were missing or different; values other than numbers are Ollama's. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            /v1/chat/completions | {"model":"tiny",HI,"logprobs":true}                     | /choices/0/logprobs/content/0/token | You
            /v1/chat/completions | {"model":"tiny",HI}                                     | /choices/0/logprobs                 |
            /v1/responses | {"model":"tiny","input":"x","temperature":0.5}                 | /temperature     | 0.5
            /v1/responses | {"model":"tiny","input":"x","top_p":0.25}                      | /top_p           | 0.25
            /v1/responses | {"model":"tiny","input":"x","truncation":"auto"}               | /truncation      | auto
            /v1/responses | {"model":"tiny","input":"x","text":{"format":{"type":"json_schema","name":"n","schema":{"type":"object"}}}} | /text/format/name | n
            /v1/responses | {"model":"tiny","input":"x"}                                   | /text/format/type | text
            /v1/responses | {"model":"tiny","input":"x","tools":[{"type":"function","name":"f","strict":true}]} | /tools/0/strict | true
            /v1/responses | {"model":"tiny","input":"x","tools":[{"type":"function","name":"f"}]} | /tools/0/strict | null
            /v1/completions | {"model":"tiny"}                                             | /choices/0/finish_reason | load
            /api/generate | {"model":"tiny","prompt":"hi","stream":false}                  | /context/0       | 0
            /api/embed    | {"model":"embed","input":""}                                   | /total_duration  |
            /api/embed    | {"model":"embed","input":[]}                                   | /prompt_eval_count |
            /api/show     | {"model":"tiny"}                                               | /license         |
            /api/show     | {"model":"tiny"}                                               | /model_info/tokenizer.ggml.tokens | null
            /api/show     | {"model":"tiny"}                                               | /model_info/llama.embedding_length | 512
            /api/show     | {"model":"tiny"}                                               | /model_info/general.parameter_count | 666112
            /api/show     | {"model":"tiny","verbose":true}                                | /model_info/tokenizer.ggml.tokens/0 | <0>
            /api/show     | {"model":"tiny"}                                               | /projector_info  |
            /api/show     | {"model":"vision"}                                             | /projector_info/general.architecture | clip
            """)
    void aPartOfAResponseIsThatOfOllama(String path, String body, String pointer, String expected) throws IOException {
        JsonNode part = Client.post(server, path, expanded(body)).json().at(pointer);
        assertThat(part.isMissingNode() ? null : part.asText()).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            HEAD    | /api/pull             | 405 | Allow: POST
            DELETE  | /                     | 405 | Allow: HEAD, GET
            POST    | /api/tags             | 405 | Allow: HEAD, GET
            OPTIONS | /api/chat             | 204 | Allow: POST
            GET     | //api/tags            | 307 | Location: /api/tags
            GET     | /a/../api/tags        | 307 | Location: /api/tags
            POST    | /api/chat/            | 307 | Content-Type:
            GET     | /api/tags/            | 301 | Content-Type: text/html; charset=utf-8
            GET     | /                     | 200 | Content-Type: text/plain; charset=utf-8
            POST    | /api/show             | 400 | Content-Type: application/json; charset=utf-8
            GET     | /v1/models            | 200 | Content-Type: application/json
            GET     | /api/experimental/model-recommendations | 200 | Content-Type: application/json; charset=utf-8
            """)
    void aResponseHeaderIsThatOfOllama(String method, String target, int status, String header) throws IOException {
        Client.Response response = Client.call(server, method, target, "", "Host: localhost");
        assertThat(response.status()).isEqualTo(status);
        String[] pair = header.split(": *", 2);
        assertThat(response.header(pair[0])).isEqualTo(pair[1]);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            Host: user@localhost | 400
            Host: local host     | 400
            Expect: banana       | 417
            Origin:              | 200
            Origin: http://x     | 403
            """)
    void aRequestHeaderIsHandledAsByOllama(String header, int status) throws IOException {
        assertThat(Client.call(server, "GET", "/api/version", "", header).status())
                .isEqualTo(status);
    }

    @Test
    void aPreflightListsTheVaryHeaders() throws IOException {
        try (Client client = new Client(server.address())) {
            client.raw("OPTIONS /api/chat HTTP/1.1\r\nHost: localhost\r\nOrigin: http://localhost:3000\r\n"
                    + "Connection: close\r\n\r\n");
            ByteArrayOutputStream response = new ByteArrayOutputStream();
            for (int c = client.read(); c >= 0; c = client.read()) {
                response.write(c);
            }
            String text = response.toString(StandardCharsets.UTF_8);
            assertThat(text.lines().filter(line -> line.startsWith("Vary: ")))
                    .containsExactly(
                            "Vary: Origin",
                            "Vary: Access-Control-Request-Method",
                            "Vary: Access-Control-Request-Headers");
            String allowed = text.lines()
                    .filter(line -> line.startsWith("Access-Control-Allow-Headers: "))
                    .findFirst()
                    .orElse("");
            assertThat(allowed.split(",")).hasSize(18);
        }
    }

    /**
     * The route that reads the body responds in Ollama's format. The connection is closed, because the start of its next
     * request is unknown.
     */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            /api/show            | 3\\r\\n{"mXX0\\r\\n\\r\\n | malformed chunked encoding
            /v1/chat/completions | 3\\r\\n{"mXX0\\r\\n\\r\\n | malformed chunked encoding
            """)
    void aBodyWithInvalidChunksIsRefused(String path, String body, String message) throws IOException {
        try (Client client = new Client(server.address())) {
            client.raw("POST " + path + " HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
                    + body.replace("\\r", "\r").replace("\\n", "\n"));
            Client.Response response = client.response();
            assertThat(response.status()).isEqualTo(400);
            assertThat(response.body()).isEqualTo("{\"error\":\"" + message + "\"}");
            assertThat(client.read()).isEqualTo(-1);
        }
    }

    /** Go sends Content-Length for short responses only. */
    @ParameterizedTest
    @CsvSource({"/api/show, chunked", "/api/version, ''"})
    void aLongResponseIsChunked(String path, String coding) throws IOException {
        Client.Response response = Client.call(
                server,
                path.equals("/api/show") ? "POST" : "GET",
                path,
                path.equals("/api/show") ? "{\"model\":\"tiny\"}" : "");
        assertThat(response.status()).isEqualTo(200);
        assertThat(response.header("Transfer-Encoding")).isEqualTo(coding);
    }

    @Test
    void embeddingsHaveTheRequestedDimensions() throws IOException {
        for (String dimensions : List.of("64", "8")) {
            String request =
                    "{\"model\":\"embed\",\"input\":\"a\",\"dimensions\":" + dimensions + ",\"encoding_format\":\"";
            JsonNode numbers = Client.post(server, "/v1/embeddings", request + "float\"}")
                    .json()
                    .at("/data/0/embedding");
            JsonNode text = Client.post(server, "/v1/embeddings", request + "base64\"}")
                    .json()
                    .at("/data/0/embedding");
            ByteBuffer bytes =
                    ByteBuffer.wrap(Base64.getDecoder().decode(text.asText())).order(ByteOrder.LITTLE_ENDIAN);
            assertThat(numbers).hasSize(Integer.parseInt(dimensions));
            double length = 0;
            for (JsonNode number : numbers) {
                assertThat(bytes.getFloat()).isEqualTo((float) number.asDouble());
                length += number.asDouble() * number.asDouble();
            }
            assertThat(bytes.hasRemaining()).isFalse();
            assertThat(length).isBetween(0.999, 1.001);
        }
    }

    @Test
    void everyChunkOfACompletionHasUsage() throws IOException {
        Iterator<JsonNode> chunks = Client.post(
                        server,
                        "/v1/completions",
                        "{\"model\":\"tiny\",\"prompt\":\"hi\",\"stream\":true,\"stream_options\":{\"include_usage\":true}}")
                .events()
                .iterator();
        JsonNode last = chunks.next();
        while (chunks.hasNext()) {
            assertThat(last.path("usage").toString())
                    .isEqualTo("{\"prompt_tokens\":0,\"completion_tokens\":0,\"total_tokens\":0}");
            last = chunks.next();
        }
        assertThat(last.path("usage").path("total_tokens").asInt()).isPositive();
        assertThat(last.path("choices")).isEmpty();
    }

    @Test
    void aCreationWithoutStreamingHasOneResponse() throws IOException {
        Client.Response response =
                Client.post(server, "/api/create", "{\"model\":\"more\",\"from\":\"tiny\",\"stream\":false}");
        assertThat(response.body()).isEqualTo("{\"status\":\"success\"}");
        assertThat(Client.get(server, "/api/experimental/model-recommendations")
                        .json()
                        .path("recommendations"))
                .hasSize(6);
    }
}
