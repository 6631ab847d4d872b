package dev.aiserver.rehearsal.model;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.List;

/** The answers of {@code /api/chat} and {@code /api/generate}: one JSON line per token. */
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

    /** {@code /api/generate}, which has its words in {@code response} instead of a message. */
    static NativeChat generate(Generation generation) {
        return new NativeChat(generation, false);
    }

    /** What is said when there was nothing to say: the model was only loaded or unloaded. */
    static ObjectNode nothingSaid(String model, boolean inMessage, String doneReason) {
        ObjectNode line = said(model, inMessage, "", "", List.of());
        return line.put("done", true).put("done_reason", doneReason);
    }

    @Override
    public String streamType() {
        return NDJSON;
    }

    @Override
    public ObjectNode whole() {
        ObjectNode whole =
                done(said(generation.model(), inMessage, generation.text(), generation.thoughts(), generation.calls()));
        return withLogprobs(whole, generation.pieces());
    }

    @Override
    public String piece(OutputPart piece) {
        String text = piece instanceof OutputPart.Text said ? said.text() : "";
        String thought = piece instanceof OutputPart.Thinking thinking ? thinking.text() : "";
        List<OutputPart.ToolCall> calls = piece instanceof OutputPart.ToolCall call ? List.of(call) : List.of();
        return Json.line(withLogprobs(
                said(generation.model(), inMessage, text, thought, calls).put("done", false), List.of(piece)));
    }

    private ObjectNode withLogprobs(ObjectNode line, List<OutputPart> pieces) {
        generation.logprobs().ifPresent(others -> line.set("logprobs", Logprobs.of(pieces, others)));
        return line;
    }

    @Override
    public String end() {
        return Json.line(done(said(generation.model(), inMessage, "", "", List.of())));
    }

    @Override
    public String broken(String error) {
        return Json.line(ErrorFormat.NATIVE.dress(500, error));
    }

    private ObjectNode done(ObjectNode line) {
        line.put("done", true).put("done_reason", generation.doneReason());
        if (!inMessage) {
            // What was said so far, for a next request: in numbers that mean nothing.
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

    private static ObjectNode said(
            String model, boolean inMessage, String text, String thought, List<OutputPart.ToolCall> calls) {
        ObjectNode line = Json.object()
                .put("model", model)
                .put("created_at", Instant.now().toString());
        ObjectNode words = inMessage ? line.putObject("message").put("role", "assistant") : line;
        words.put(inMessage ? "content" : "response", text);
        if (!thought.isEmpty()) {
            words.put("thinking", thought);
        }
        if (!calls.isEmpty()) {
            ArrayNode array = words.putArray("tool_calls");
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
