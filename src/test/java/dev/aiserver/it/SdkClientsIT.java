package dev.aiserver.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.aiserver.proxy.ClientRequest;
import dev.aiserver.proxy.RunningProxy;
import dev.aiserver.report.NextSteps;
import dev.aiserver.spec.ServerSpec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import standin.ollama.ModelServer;
import standin.ollama.Servers;

/** Runs the clients' SDKs through the installed proxy. */
@Tag("root")
class SdkClientsIT {
    private static final Path CLIENTS = Path.of("src/test/clients");
    private static final int SECONDS = 60;

    @TempDir
    private Path directory;

    private ModelServer server;
    private RunningProxy proxy;
    private Map<String, String> told = Map.of();

    @BeforeEach
    void start() throws IOException {
        server = Servers.withModels(directory, "{}", "OLLAMA_NO_CLOUD=1");
        proxy = RunningProxy.start(directory, server.address().getPort());
    }

    @AfterEach
    void stop() {
        proxy.close();
        server.close();
    }

    @Test
    void theOpenAiSdkGetsResponses() throws Exception {
        assertThat(outcomes("openai", "served")).isEqualTo("""
                models.list -> ["llava:latest","nomic-embed-text:latest","qwen3:latest"]
                models.retrieve -> "qwen3:latest"
                chat.completions.create -> {"text":"You said: hello there","finish":"stop","tokens":6}
                chat.completions.create, reasoning -> {"text":"You said: hello there","reasoning":"Let me think."}
                chat.completions.create, stream -> {"pieces":["You"," said:"," hello"," there"],"finish":"stop","tokens":6}
                chat.completions.stream -> {"text":"You said: hello there","deltas":4}
                chat.completions.create, tools -> {"name":"weather","arguments":{"city":"example"},"finish":"tool_calls"}
                chat.completions.stream, tools -> [["weather",{"city":"example"}]]
                chat.completions.runTools -> {"text":"You said: sunny","asked":["example"]}
                chat.completions.create, JSON mode -> {"answer":"hello there"}
                chat.completions.create, JSON schema -> {"city":"example"}
                chat.completions.create, picture -> "You said: what is it"
                responses.create -> {"text":"You said: hello there","status":"completed","tokens":6}
                responses.create, stream -> ["created","in_progress","output_item.added","content_part.added","output_text.delta","output_text.delta","output_text.delta","output_text.done","content_part.done","output_item.done","completed"]
                responses.stream -> {"text":"You said: hello there","deltas":4}
                responses.create, tools -> [["function_call","weather",{"city":"example"}]]
                """);
        ClientRequest.compare("openai", server.requests());
    }

    @Test
    void theOpenAiSdkThrowsItsOwnErrors() throws Exception {
        assertThat(outcomes("openai", "refused")).isEqualTo("""
                unknown model -> NotFoundError: 404 model 'nope' not found
                unknown model, stream -> NotFoundError: 404 model 'nope' not found
                unknown model, responses -> NotFoundError: 404 model 'nope' not found
                models.retrieve of an unknown model -> NotFoundError: 404 model 'nope:latest' not found
                no messages -> BadRequestError: 400 [] is too short - 'messages'
                cloud model -> PermissionDeniedError: 403 "ollama cloud is disabled: remote model is unavailable"
                blocked endpoint -> NotFoundError: 404 aiserver: GET /v1/files is not open on this server; only the endpoint set all opens it
                blocked endpoint with a body -> NotFoundError: 404 aiserver: POST /v1/embeddings is not open on this server; its owner can open it with the endpoint set openai-extra
                blocked method -> NotFoundError: 404 aiserver: DELETE /v1/models/qwen3 is not open on this server; only the endpoint set all opens it
                """);
        assertThat(arrived()).containsExactly("GET /v1/models/nope", "POST /v1/chat/completions", "POST /v1/responses");
    }

    @Test
    void theAnthropicSdkGetsResponses() throws Exception {
        assertThat(outcomes("anthropic", "served")).isEqualTo("""
                messages.create -> {"role":"assistant","text":"You said: hello there","stop":"end_turn","tokens":4}
                messages.create, stream -> ["message_start","content_block_start","content_block_delta","content_block_delta","content_block_delta","content_block_stop","message_delta","message_stop"]
                messages.stream -> {"text":"You said: hello there","pieces":["You"," said:"," hello"," there"],"stop":"end_turn"}
                messages.create, conversation -> "You said: how are you"
                messages.create, thinking -> ["Let me think.","You said: hello there"]
                messages.create, tools -> {"stop":"tool_use","name":"weather","input":{"city":"example"},"text":"You said: sunny"}
                messages.stream, tools -> {"input":{"city":"example"},"parts":1}
                beta.messages.toolRunner -> {"text":"You said: sunny","asked":["example"]}
                messages.create, picture -> "You said: what is it"
                messages.create, token instead of key -> "You said: hello there"
                """);
        ClientRequest.compare("anthropic", server.requests());
    }

    @Test
    void theAnthropicSdkThrowsItsOwnErrors() throws Exception {
        assertThat(outcomes("anthropic", "refused")).isEqualTo("""
                unknown model -> NotFoundError: 404 {"type":"error","error":{"type":"not_found_error","message":"model 'nope' not found"},"request_id":"req_H"}
                unknown model, stream -> NotFoundError: 404 {"type":"error","error":{"type":"not_found_error","message":"model 'nope' not found"},"request_id":"req_H"}
                no messages -> BadRequestError: 400 {"type":"error","error":{"type":"invalid_request_error","message":"messages is required"},"request_id":"req_H"}
                no tokens -> BadRequestError: 400 {"type":"error","error":{"type":"invalid_request_error","message":"max_tokens is required and must be positive"},"request_id":"req_H"}
                cloud model -> PermissionDeniedError: 403 {"error":"ollama cloud is disabled: remote model is unavailable"}
                blocked endpoint -> NotFoundError: 404 {"type":"error","error":{"type":"not_found_error","message":"aiserver: GET /v1/messages/batches is not open on this server; only the endpoint set all opens it","param":null,"code":"blocked"}}
                blocked endpoint with a body -> NotFoundError: 404 {"type":"error","error":{"type":"not_found_error","message":"aiserver: POST /v1/messages/count_tokens is not open on this server; its owner can open it with the endpoint set anthropic-count-tokens","param":null,"code":"blocked"}}
                blocked method -> NotFoundError: 404 {"type":"error","error":{"type":"not_found_error","message":"aiserver: DELETE /v1/files/file_1 is not open on this server; only the endpoint set all opens it","param":null,"code":"blocked"}}
                """);
        assertThat(arrived()).containsExactly("POST /v1/messages");
    }

    @Test
    void theOllamaSdkReachesOpenEndpoints() throws Exception {
        assertThat(outcomes("ollama", "served")).isEqualTo("""
                version -> "0.16.2"
                list -> ["llava:latest","nomic-embed-text:latest","qwen3:latest"]
                show -> ["completion","tools","thinking"]
                """);
        ClientRequest.compare("ollama", server.requests());
    }

    @Test
    void theOllamaSdkLearnsThatOtherEndpointsAreClosed() throws Exception {
        assertThat(outcomes("ollama", "refused")).isEqualTo("""
                chat -> ResponseError: aiserver: POST /api/chat is not open on this server; its owner can open it with the endpoint set ollama-native
                chat, stream -> ResponseError: aiserver: POST /api/chat is not open on this server; its owner can open it with the endpoint set ollama-native
                generate -> ResponseError: aiserver: POST /api/generate is not open on this server; its owner can open it with the endpoint set ollama-native
                embed -> ResponseError: aiserver: POST /api/embed is not open on this server; its owner can open it with the endpoint set ollama-native
                ps -> ResponseError: aiserver: GET /api/ps is not open on this server; its owner can open it with the endpoint set ollama-native
                pull -> ResponseError: aiserver: POST /api/pull is not open on this server; only the endpoint set all opens it
                delete -> ResponseError: aiserver: DELETE /api/delete is not open on this server; only the endpoint set all opens it
                show of an unknown model -> ResponseError: model 'nope:latest' not found
                """);
        assertThat(arrived()).containsExactly("POST /api/show");
    }

    /** Proves that each SDK reads its variable. Without it, an SDK sends the prompt to its vendor. */
    @Test
    void theDocumentedVariablesLeadToTheServer() throws Exception {
        ServerSpec spec = ServerSpec.defaults();
        String nextSteps = NextSteps.of(spec, "100.64.0.1", Path.of("/Users/ann"));
        String readme = Files.readString(Path.of("README.md"));
        String clients = Files.readString(Path.of("src/site/markdown/how-to/clients.md"));
        for (String page : List.of(nextSteps, readme, clients)) {
            told = variables(page);
            assertThat(outcomes("anthropic", "environment"))
                    .isEqualTo("messages.create -> \"You said: hello there\"\n");
        }
        for (String page : List.of(nextSteps, clients)) {
            told = variables(page);
            assertThat(outcomes("openai", "environment")).isEqualTo("models.list -> 3\n");
        }
    }

    private Map<String, String> variables(String page) {
        Map<String, String> variables = new HashMap<>();
        Matcher matcher =
                Pattern.compile("\\b((?:OPENAI|ANTHROPIC)_[A-Z_]+)=([^\\s`]+)").matcher(page);
        while (matcher.find()) {
            variables.put(
                    matcher.group(1), matcher.group(2).replace("remote-ollama:11434", "127.0.0.1:" + proxy.port()));
        }
        return variables;
    }

    /** Returns the requests that passed the proxy. */
    private Set<String> arrived() {
        return server.requests().stream()
                .map(request -> request.method() + " " + request.target())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** Returns a line for each case: its result or its error. */
    private String outcomes(String client, String cases) throws IOException, InterruptedException {
        StringBuilder lines = new StringBuilder();
        for (Map.Entry<String, JsonNode> each : drive(client, cases).properties()) {
            JsonNode outcome = each.getValue();
            String thrown = outcome.path("thrown").asText();
            String told = thrown.isEmpty()
                    ? outcome.toString()
                    : thrown + ": " + outcome.path("message").asText();
            lines.append(each.getKey()).append(" -> ").append(told).append('\n');
        }
        return lines.toString().replaceAll("req_[0-9a-f]{24}", "req_H");
    }

    private JsonNode drive(String client, String cases) throws IOException, InterruptedException {
        assertThat(CLIENTS.resolve("node_modules"))
                .as("the SDKs are not there; run \"./install --test --yes\", or \"npm ci\" in " + CLIENTS)
                .isDirectory();
        Path out = directory.resolve("out");
        Path err = directory.resolve("err");
        ProcessBuilder command = new ProcessBuilder(
                        "node", "run.mjs", client, cases, "http://127.0.0.1:" + proxy.port())
                .directory(CLIENTS.toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
        // The SDKs read addresses and keys from variables that can be set on this machine.
        command.environment().keySet().retainAll(Set.of("PATH", "HOME"));
        command.environment().putAll(told);
        Process node = command.start();
        boolean ended = node.waitFor(SECONDS, TimeUnit.SECONDS);
        node.destroyForcibly().waitFor();
        String said = Files.readString(err, StandardCharsets.UTF_8);
        assertThat(ended && node.exitValue() == 0).as("node ends well: " + said).isTrue();
        assertThat(said).isEmpty();
        return JsonMapper.builder().build().readTree(out.toFile());
    }
}
