package standin.ollama.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.List;
import standin.ollama.generation.Generation;
import standin.ollama.generation.Logprobs;
import standin.ollama.generation.OutputPart;
import standin.ollama.generation.ResponseEncoder;
import standin.ollama.go.ErrorFormat;
import standin.ollama.go.GoJson;
import standin.ollama.http.Exchange;

/** Encodes the responses of {@code /api/chat} and {@code /api/generate}, with one JSON line per token. */
final class NativeChat implements ResponseEncoder {
    private final Generation generation;
    private final boolean inMessage;

    private NativeChat(Generation generation, boolean inMessage) {
        this.generation = generation;
        this.inMessage = inMessage;
    }

    static NativeChat chat(Generation generation) {
        return new NativeChat(generation, true);
    }

    /** Returns the encoder of {@code /api/generate}, which puts text into {@code response} instead of a message. */
    static NativeChat generate(Generation generation) {
        return new NativeChat(generation, false);
    }

    /** Returns the response to a request that only loaded or unloaded the model. */
    static ObjectNode empty(String model, boolean inMessage, String doneReason) {
        ObjectNode line = line(model, inMessage, "", "", List.of());
        return line.put("done", true).put("done_reason", doneReason);
    }

    @Override
    public String streamType() {
        return Exchange.NDJSON;
    }

    @Override
    public ObjectNode whole() {
        ObjectNode whole =
                done(line(generation.model(), inMessage, generation.text(), generation.thinking(), generation.calls()));
        return withLogprobs(whole, generation.parts());
    }

    @Override
    public String part(OutputPart part) {
        String text = part instanceof OutputPart.Text answer ? answer.text() : "";
        String thinking = part instanceof OutputPart.Thinking thought ? thought.text() : "";
        List<OutputPart.ToolCall> calls = part instanceof OutputPart.ToolCall call ? List.of(call) : List.of();
        return GoJson.line(withLogprobs(
                line(generation.model(), inMessage, text, thinking, calls).put("done", false), List.of(part)));
    }

    private ObjectNode withLogprobs(ObjectNode line, List<OutputPart> parts) {
        generation.logprobs().ifPresent(alternatives -> line.set("logprobs", Logprobs.of(parts, alternatives)));
        return line;
    }

    @Override
    public String end() {
        return GoJson.line(done(line(generation.model(), inMessage, "", "", List.of())));
    }

    @Override
    public String runnerDied(String error) {
        return GoJson.line(ErrorFormat.NATIVE.body(500, error));
    }

    private ObjectNode done(ObjectNode line) {
        line.put("done", true).put("done_reason", generation.doneReason());
        if (!inMessage) {
            // The tokens so far, which a client sends back with its next request; meaningless numbers here.
            ArrayNode context = line.putArray("context");
            for (int token = 0; token < generation.promptTokens() + generation.tokens(); token++) {
                context.add(token);
            }
        }
        return line.put("total_duration", 1_000_000L * (1 + generation.tokens()))
                .put("load_duration", 1_000_000L)
                .put("prompt_eval_count", generation.promptTokens())
                .put("prompt_eval_duration", 1_000_000L)
                .put("eval_count", generation.tokens())
                .put("eval_duration", 1_000_000L * generation.tokens());
    }

    private static ObjectNode line(
            String model, boolean inMessage, String text, String thinking, List<OutputPart.ToolCall> calls) {
        ObjectNode line = GoJson.object()
                .put("model", model)
                .put("created_at", Instant.now().toString());
        ObjectNode content = inMessage ? line.putObject("message").put("role", "assistant") : line;
        content.put(inMessage ? "content" : "response", text);
        if (!thinking.isEmpty()) {
            content.put("thinking", thinking);
        }
        if (!calls.isEmpty()) {
            ArrayNode array = content.putArray("tool_calls");
            for (OutputPart.ToolCall call : calls) {
                array.addObject()
                        .put("id", call.id())
                        .putObject("function")
                        .put("index", array.size() - 1)
                        .put("name", call.name())
                        .set("arguments", call.arguments());
            }
        }
        return line;
    }
}
