package standin.ollama;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Compares whole responses byte for byte, except for numbers that change. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class ResponsesTest {
    private ModelServer server;

    @BeforeAll
    void start(@TempDir Path directory) throws IOException {
        server = Servers.withModels(directory, "{}");
    }

    @AfterAll
    void stop() {
        server.close();
    }

    static String masked(String response) {
        return response.replaceAll("chatcmpl-\\d+", "chatcmpl-N")
                .replaceAll("\"cmpl-\\d+", "\"cmpl-N")
                .replaceAll("resp_\\d+", "resp_N")
                .replaceAll("\"msg_\\d{5}\"", "\"msg_N\"")
                .replaceAll("msg_[0-9a-f]{24}", "msg_H")
                .replaceAll("call_[0-9a-f]{8}", "call_H")
                .replaceAll("\"(created|created_at|completed_at)\":\\d+", "\"$1\":0")
                .replaceAll("\"created_at\":\"[^\"]+\"", "\"created_at\":\"T\"");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            /v1/chat/completions | {"model":"llava","messages":[{"role":"user","content":"hi there"}]} | {"id":"chatcmpl-N","object":"chat.completion","created":0,"model":"llava","system_fingerprint":"fp_ollama","choices":[{"index":0,"message":{"role":"assistant","content":"You said: hi there"},"finish_reason":"stop"}],"usage":{"prompt_tokens":2,"completion_tokens":4,"total_tokens":6}}
            /v1/chat/completions | {"model":"llava","messages":[{"role":"user","content":[{"type":"text","text":"hi"},{"type":"image_url","image_url":{"url":"data:image/png;base64,iVBORw0KGgo="}}]}]} | {"id":"chatcmpl-N","object":"chat.completion","created":0,"model":"llava","system_fingerprint":"fp_ollama","choices":[{"index":0,"message":{"role":"assistant","content":"You said: hi"},"finish_reason":"stop"}],"usage":{"prompt_tokens":1,"completion_tokens":3,"total_tokens":4}}
            /v1/chat/completions | {"model":"llava","max_tokens":2,"messages":[{"role":"user","content":"hi"}]} | {"id":"chatcmpl-N","object":"chat.completion","created":0,"model":"llava","system_fingerprint":"fp_ollama","choices":[{"index":0,"message":{"role":"assistant","content":"You said:"},"finish_reason":"length"}],"usage":{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3}}
            /v1/chat/completions | {"model":"qwen3","reasoning_effort":"none","messages":[{"role":"user","content":"use the tool"}],"tools":[{"type":"function","function":{"name":"get_weather","parameters":{"type":"object","properties":{"city":{"type":"string"},"days":{"type":"integer"}}}}}]} | {"id":"chatcmpl-N","object":"chat.completion","created":0,"model":"qwen3","system_fingerprint":"fp_ollama","choices":[{"index":0,"message":{"role":"assistant","content":"","tool_calls":[{"id":"call_H","index":0,"type":"function","function":{"name":"get_weather","arguments":"{\\"city\\":\\"example\\",\\"days\\":1}"}}]},"finish_reason":"tool_calls"}],"usage":{"prompt_tokens":3,"completion_tokens":1,"total_tokens":4}}
            /v1/completions      | {"model":"qwen3","prompt":"hi"} | {"id":"cmpl-N","object":"text_completion","created":0,"model":"qwen3","system_fingerprint":"fp_ollama","choices":[{"text":"You said: hi","index":0,"finish_reason":"stop"}],"usage":{"prompt_tokens":1,"completion_tokens":3,"total_tokens":4}}
            /v1/responses        | {"model":"qwen3","input":"hi","reasoning":{"effort":"none"}} | {"id":"resp_N","object":"response","created_at":0,"completed_at":0,"status":"completed","incomplete_details":null,"model":"qwen3","previous_response_id":null,"instructions":null,"output":[{"id":"msg_N","type":"message","status":"completed","role":"assistant","content":[{"type":"output_text","text":"You said: hi","annotations":[],"logprobs":[]}]}],"error":null,"tools":[],"tool_choice":"auto","truncation":"disabled","parallel_tool_calls":true,"text":{"format":{"type":"text"}},"top_p":1,"presence_penalty":0,"frequency_penalty":0,"top_logprobs":0,"temperature":1,"reasoning":{"effort":"none"},"usage":{"input_tokens":1,"output_tokens":3,"total_tokens":4,"input_tokens_details":{"cached_tokens":0},"output_tokens_details":{"reasoning_tokens":0}},"max_output_tokens":null,"max_tool_calls":null,"store":false,"background":false,"service_tier":"default","metadata":{},"safety_identifier":null,"prompt_cache_key":null}
            /v1/messages         | {"model":"qwen3","max_tokens":99,"messages":[{"role":"user","content":"use a tool"}],"tools":[{"name":"f","input_schema":{"properties":{"on":{"type":"boolean"}}}}]} | {"id":"msg_H","type":"message","role":"assistant","model":"qwen3","content":[{"type":"thinking","thinking":"Let me think."},{"type":"tool_use","id":"call_H","name":"f","input":{"on":true}}],"stop_reason":"tool_use","usage":{"input_tokens":3,"output_tokens":5}}
            /v1/messages         | {"model":"llava","max_tokens":99,"thinking":{"type":"enabled"},"messages":[{"role":"user","content":[{"type":"text","text":"hi"},{"type":"document"}]}]} | {"id":"msg_H","type":"message","role":"assistant","model":"llava","content":[{"type":"text","text":"You said: hi"}],"stop_reason":"end_turn","usage":{"input_tokens":1,"output_tokens":3}}
            /v1/messages         | {"model":"llava","max_tokens":1,"messages":[{"role":"user","content":"hi"}]} | {"id":"msg_H","type":"message","role":"assistant","model":"llava","content":[{"type":"text","text":"You"}],"stop_reason":"max_tokens","usage":{"input_tokens":1,"output_tokens":1}}
            /v1/messages         | {"model":"qwen3","max_tokens":9,"messages":[{"role":"user","content":""}]} | {"id":"msg_H","type":"message","role":"assistant","model":"qwen3","content":null,"stop_reason":"end_turn","usage":{"input_tokens":0,"output_tokens":0}}
            /api/generate        | {"model":"qwen3","stream":false} | {"model":"qwen3","created_at":"T","response":"","done":true,"done_reason":"load"}
            /api/generate        | {"model":"qwen3","keep_alive":0} | {"model":"qwen3","created_at":"T","response":"","done":true,"done_reason":"unload"}
            /api/chat            | {"model":"qwen3"} | {"model":"qwen3","created_at":"T","message":{"role":"assistant","content":""},"done":true,"done_reason":"load"}
            /api/chat            | {"model":"llava","stream":false,"messages":[{"role":"user","content":"hi"}]} | {"model":"llava","created_at":"T","message":{"role":"assistant","content":"You said: hi"},"done":true,"done_reason":"stop","total_duration":4000000,"load_duration":1000000,"prompt_eval_count":1,"prompt_eval_duration":1000000,"eval_count":3,"eval_duration":3000000}
            /api/embed           | {"model":"nomic-embed-text","input":""} | {"model":"nomic-embed-text","embeddings":[]}
            """)
    void aResponseIsExact(String path, String request, String expected) throws IOException {
        Client.Response response = Client.post(server, path, request);
        boolean compatible = path.startsWith("/v1/");
        assertThat(masked(response.body())).isEqualTo(expected + (compatible ? "\n" : ""));
        assertThat(response.status()).isEqualTo(200);
        assertThat(response.header("Content-Type"))
                .isEqualTo(compatible ? "application/json" : "application/json; charset=utf-8");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            "response_format":{"type":"json_object"} | {"answer":"hi"}
            "response_format":{"type":"json_schema","json_schema":{"schema":{"properties":{"n":{"type":"number"},"c":{"enum":["red"]}}}}} | {"n":1,"c":"red"}
            """)
    void jsonModeReturnsAnObject(String format, String content) throws IOException {
        String request = "{\"model\":\"qwen3\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]," + format + "}";
        JsonNode response = Client.post(server, "/v1/chat/completions", request).json();
        assertThat(response.at("/choices/0/message/content").asText()).isEqualTo(content);
    }

    @Test
    void aToolResultDoesNotLeadToAnotherCall() throws IOException {
        String request = "{\"model\":\"qwen3\",\"tools\":[{\"function\":{\"name\":\"f\"}}],\"messages\":["
                + "{\"role\":\"user\",\"content\":\"use the tool\"},{\"role\":\"tool\",\"content\":\"tool says 7\"}]}";
        JsonNode response = Client.post(server, "/v1/chat/completions", request).json();
        assertThat(response.at("/choices/0/message/content").asText()).isEqualTo("You said: tool says 7");
    }

    private static final String CHAT =
            "{\"model\":\"llava\",\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]";

    @Test
    void aChatStreamNamesTheRoleOnceAndEndsWithDone() throws IOException {
        Client.Response response =
                Client.post(server, "/v1/chat/completions", CHAT + ",\"stream_options\":{\"include_usage\":true}}");
        String start =
                "data: {\"id\":\"chatcmpl-N\",\"object\":\"chat.completion.chunk\",\"created\":0,\"model\":\"llava\","
                        + "\"system_fingerprint\":\"fp_ollama\",\"choices\":[";
        String delta = start + "{\"index\":0,\"delta\":{";
        assertThat(response.header("Content-Type")).isEqualTo("text/event-stream");
        assertThat(response.chunks().stream().map(ResponsesTest::masked))
                .containsExactly(
                        delta + "\"role\":\"assistant\",\"content\":\"You\"},\"finish_reason\":null}]}\n\n",
                        delta + "\"content\":\" said:\"},\"finish_reason\":null}]}\n\n",
                        delta + "\"content\":\" hi\"},\"finish_reason\":null}]}\n\n",
                        delta + "},\"finish_reason\":\"stop\"}]}\n\n" + start
                                + "],\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":3,\"total_tokens\":4}}\n\n"
                                + "data: [DONE]\n\n");
    }

    @Test
    void reasoningAndToolCallsStreamAsDeltas() throws IOException {
        String request = "{\"model\":\"qwen3\",\"stream\":true,\"tools\":[{\"function\":{\"name\":\"f\"}}],"
                + "\"messages\":[{\"role\":\"user\",\"content\":\"tool!\"}]}";
        List<JsonNode> events =
                Client.post(server, "/v1/chat/completions", request).events();
        assertThat(events.get(0).at("/choices/0/delta/reasoning").asText()).isEqualTo("Let");
        assertThat(events.get(4)
                        .at("/choices/0/delta/tool_calls/0/function/arguments")
                        .asText())
                .isEqualTo("{}");
        assertThat(events.get(5).at("/choices/0/finish_reason").asText()).isEqualTo("tool_calls");
        assertThat(events)
                .hasSize(6)
                .allSatisfy(event -> assertThat(event.has("usage")).isFalse());
    }

    private static String types(Client.Response response) {
        assertThat(response.body()
                        .lines()
                        .filter(line -> line.startsWith("event: "))
                        .map(line -> line.substring(7)))
                .isEqualTo(response.events().stream()
                        .map(event -> event.path("type").asText())
                        .toList());
        return response.events().stream()
                .map(event -> event.path("type").asText())
                .collect(Collectors.joining(" "));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"model":"llava","stream":true,"input":"hi"} | response.created response.in_progress response.output_item.added response.content_part.added response.output_text.delta response.output_text.delta response.output_text.delta response.output_text.done response.content_part.done response.output_item.done response.completed
            {"model":"qwen3","stream":true,"max_output_tokens":5,"input":"hi"} | response.created response.in_progress response.output_item.added response.reasoning_summary_text.delta response.reasoning_summary_text.delta response.reasoning_summary_text.delta response.reasoning_summary_text.delta response.reasoning_summary_text.done response.output_item.done response.output_item.added response.content_part.added response.output_text.delta response.output_text.done response.content_part.done response.output_item.done response.completed
            {"model":"qwen3","stream":true,"reasoning":{"effort":"none"},"input":[{"role":"user","content":[{"type":"input_text","text":"a tool"}]}],"tools":[{"type":"function","name":"f"}]} | response.created response.in_progress response.output_item.added response.function_call_arguments.delta response.function_call_arguments.done response.output_item.done response.completed
            {"model":"qwen3","stream":true} | response.created response.in_progress response.output_item.added response.content_part.added response.output_text.done response.content_part.done response.output_item.done response.completed
            """)
    void aResponsesStreamSendsItsEventsInOrder(String request, String types) throws IOException {
        Client.Response response = Client.post(server, "/v1/responses", request);
        assertThat(types(response)).isEqualTo(types);
        for (int at = 0; at < response.events().size(); at++) {
            assertThat(response.events().get(at).path("sequence_number").asInt())
                    .isEqualTo(at);
        }
        JsonNode last = response.events().get(response.events().size() - 1);
        assertThat(last.at("/response/status").asText()).isEqualTo("completed");
        assertThat(response.body()).doesNotContain("[DONE]");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"model":"llava","max_tokens":9,"stream":true,"messages":[{"role":"user","content":"hi"}]} | message_start content_block_start content_block_delta content_block_delta content_block_delta content_block_stop message_delta message_stop
            {"model":"qwen3","max_tokens":5,"stream":true,"messages":[{"role":"user","content":"hi"}]} | message_start content_block_start content_block_delta content_block_delta content_block_delta content_block_delta content_block_stop content_block_start content_block_delta content_block_stop message_delta message_stop
            {"model":"qwen3","max_tokens":9,"stream":true,"thinking":{"type":"disabled"},"tools":[{"name":"f"}],"messages":[{"role":"user","content":"tool"}]} | message_start content_block_start content_block_delta content_block_stop message_delta message_stop
            {"model":"llava","max_tokens":9,"stream":true,"messages":[{"role":"user","content":""}]} | message_start message_delta message_stop
            """)
    void aMessagesStreamSendsItsEventsInOrder(String request, String types) throws IOException {
        assertThat(types(Client.post(server, "/v1/messages?beta=true", request)))
                .isEqualTo(types);
    }

    @Test
    void theNativeStreamIsOneLinePerToken() throws IOException {
        Client.Response response = Client.post(server, "/api/generate", "{\"model\":\"qwen3\",\"prompt\":\"hi\"}");
        assertThat(response.header("Content-Type")).isEqualTo("application/x-ndjson");
        assertThat(response.chunks()).hasSize(8);
        assertThat(response.lines().stream()
                        .map(line -> line.path("response").asText())
                        .collect(Collectors.joining()))
                .isEqualTo("You said: hi");
        assertThat(response.lines().get(7).path("done_reason").asText()).isEqualTo("stop");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            /v1/embeddings  | {"model":"nomic-embed-text","input":["a","b"]} | /data/1/embedding
            /api/embed      | {"model":"nomic-embed-text","input":"a"}       | /embeddings/0
            /api/embeddings | {"model":"nomic-embed-text","prompt":"a"}      | /embedding
            """)
    void textBecomesAVector(String path, String request, String vector) throws IOException {
        assertThat(Client.post(server, path, request).json().at(vector)).hasSize(768);
    }

    @Test
    void withoutModelsTheOpenAiListIsNullAndTheNativeListIsEmpty(@TempDir Path directory) throws IOException {
        try (ModelServer empty = Servers.empty(directory, "{}")) {
            assertThat(Client.get(empty, "/v1/models").body()).isEqualTo("{\"object\":\"list\",\"data\":null}\n");
            assertThat(Client.get(empty, "/api/tags").body()).isEqualTo("{\"models\":[]}");
            assertThat(Client.get(empty, "/api/ps").body()).isEqualTo("{\"models\":[]}");
        }
    }

    @Test
    void theListsNameEveryModelWithItsTag() throws IOException {
        JsonNode models = Client.get(server, "/v1/models").json().path("data");
        assertThat(models).hasSize(3).allSatisfy(model -> {
            assertThat(model.path("id").asText()).endsWith(":latest");
            assertThat(model.path("created").asLong()).isPositive();
            assertThat(model.path("owned_by").asText()).isEqualTo("library");
        });
        assertThat(Client.get(server, "/v1/models/nope").body())
                .isEqualTo("{\"error\":{\"message\":\"model 'nope:latest' not found\",\"type\":\"not_found_error\","
                        + "\"param\":null,\"code\":null}}\n");
    }

    @Test
    void showRevealsThePathOfTheWeights() throws IOException {
        JsonNode model =
                Client.post(server, "/api/show", "{\"name\":\"QWEN3\"}").json();
        assertThat(model.path("modelfile").asText()).containsPattern("FROM /.*/blobs/sha256-[0-9a-f]{64}");
        assertThat(model.at("/model_info/qwen3.context_length").asInt()).isEqualTo(40_960);
        assertThat(model.path("capabilities").toString()).isEqualTo("[\"completion\",\"tools\",\"thinking\"]");
    }

    @ParameterizedTest
    @CsvSource({"OLLAMA_NO_CLOUD=1,true,env", "OLLAMA_NO_CLOUD=0,false,none"})
    void statusReportsWhetherTheCloudIsDisabled(
            String variable, boolean disabled, String source, @TempDir Path directory) throws IOException {
        try (ModelServer other = Servers.empty(directory, "{}", variable, "OLLAMA_VERSION=0.13.0")) {
            assertThat(Client.get(other, "/api/status").body())
                    .isEqualTo("{\"cloud\":{\"disabled\":" + disabled + ",\"source\":\"" + source + "\"}}");
            assertThat(Client.get(other, "/api/version").body()).isEqualTo("{\"version\":\"0.13.0\"}");
        }
    }

    @Test
    void anHttp10ClientGetsAnUnchunkedStreamAndAClosedConnection() throws IOException {
        try (Client client = new Client(server.address())) {
            client.raw("POST /v1/chat/completions HTTP/1.0\r\nConnection: keep-alive\r\nContent-Length: "
                    + (CHAT.length() + 1) + "\r\n\r\n" + CHAT + "}");
            Client.Response response = client.response();
            assertThat(response.headers()).doesNotContainKey("transfer-encoding");
            assertThat(response.body()).startsWith("data: {").endsWith("data: [DONE]\n\n");
        }
    }

    @Test
    void aConnectionServesSeveralRequestsWithChunkedAndExpectContinueBodies() throws IOException {
        try (Client client = new Client(server.address())) {
            client.send("POST", "/v1/chat/completions", CHAT + "}");
            assertThat(client.response().body()).endsWith("data: [DONE]\n\n");
            client.raw("POST /api/show HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
                    + "a;x=y\r\n{\"model\":\"\r\n7\r\nqwen3\"}\r\n0\r\nT: 1\r\n\r\n");
            assertThat(client.response().status()).isEqualTo(200);
            client.raw(
                    "POST /api/show HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 17\r\n\r\n");
            assertThat(client.line()).isEqualTo("HTTP/1.1 100 Continue");
            assertThat(client.line()).isEmpty();
            client.raw("{\"model\":\"qwen3\"}");
            assertThat(client.response().status()).isEqualTo(200);
        }
    }
}
