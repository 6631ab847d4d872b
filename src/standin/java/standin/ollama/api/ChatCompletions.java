package standin.ollama.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.jspecify.annotations.Nullable;
import standin.ollama.generation.Generation;
import standin.ollama.generation.Logprobs;
import standin.ollama.generation.OutputPart;
import standin.ollama.generation.ResponseEncoder;
import standin.ollama.go.GoJson;
import standin.ollama.http.Exchange;

/** Encodes the responses of {@code /v1/chat/completions}. */
final class ChatCompletions implements ResponseEncoder {
    private final Generation generation;
    private final boolean includeUsage;
    private boolean started;

    ChatCompletions(Generation generation, boolean includeUsage) {
        this.generation = generation;
        this.includeUsage = includeUsage;
    }

    @Override
    public String streamType() {
        return Exchange.EVENT_STREAM;
    }

    @Override
    public ObjectNode whole() {
        ObjectNode message = GoJson.object().put("role", "assistant").put("content", generation.text());
        if (!generation.thinking().isEmpty()) {
            message.put("reasoning", generation.thinking());
        }
        if (!generation.calls().isEmpty()) {
            message.set("tool_calls", calls(generation.calls()));
        }
        ObjectNode choice = GoJson.object().put("index", 0);
        choice.set("message", message);
        choice.put("finish_reason", finishReason());
        addLogprobs(choice, generation.parts());
        ObjectNode whole = envelope("chat.completion", generation.model());
        whole.putArray("choices").add(choice);
        whole.set("usage", usage(generation));
        return whole;
    }

    @Override
    public String part(OutputPart part) {
        ObjectNode delta = delta();
        if (part instanceof OutputPart.Thinking thinking) {
            delta.put("content", "").put("reasoning", thinking.text());
        } else if (part instanceof OutputPart.Text text) {
            delta.put("content", text.text());
        } else if (part instanceof OutputPart.ToolCall call) {
            delta.put("content", "").set("tool_calls", calls(List.of(call)));
        }
        return chunk(generation.model(), delta, null, List.of(part));
    }

    private void addLogprobs(ObjectNode choice, List<OutputPart> parts) {
        generation
                .logprobs()
                .ifPresent(
                        alternatives -> choice.putObject("logprobs").set("content", Logprobs.of(parts, alternatives)));
    }

    @Override
    public String end() {
        String last = chunk(generation.model(), delta(), finishReason(), List.of());
        if (includeUsage) {
            ObjectNode chunk = envelope("chat.completion.chunk", generation.model());
            chunk.putArray("choices");
            chunk.set("usage", usage(generation));
            last += data(chunk);
        }
        return last + "data: [DONE]\n\n";
    }

    /** Encodes the error as an empty chunk, as Ollama does; the stream then ends without {@code [DONE]}. */
    @Override
    public String runnerDied(String error) {
        return chunk("", GoJson.object(), null, List.of());
    }

    static ObjectNode usage(Generation generation) {
        return GoJson.object()
                .put("prompt_tokens", generation.promptTokens())
                .put("completion_tokens", generation.tokens())
                .put("total_tokens", generation.promptTokens() + generation.tokens());
    }

    static String data(ObjectNode data) {
        return "data: " + GoJson.write(data) + "\n\n";
    }

    private ObjectNode delta() {
        ObjectNode delta = GoJson.object();
        if (!started) {
            delta.put("role", "assistant");
            started = true;
        }
        return delta;
    }

    private @Nullable String finishReason() {
        if (!generation.isComplete()) {
            return null;
        }
        return generation.calls().isEmpty() ? generation.doneReason() : "tool_calls";
    }

    private String chunk(String model, ObjectNode delta, @Nullable String finishReason, List<OutputPart> parts) {
        ObjectNode choice = GoJson.object().put("index", 0);
        choice.set("delta", delta);
        choice.put("finish_reason", finishReason);
        if (!parts.isEmpty()) {
            addLogprobs(choice, parts);
        }
        ObjectNode chunk = envelope("chat.completion.chunk", model);
        chunk.putArray("choices").add(choice);
        return data(chunk);
    }

    private ObjectNode envelope(String object, String model) {
        return GoJson.object()
                .put("id", "chatcmpl-" + generation.number())
                .put("object", object)
                .put("created", generation.created().getEpochSecond())
                .put("model", model)
                .put("system_fingerprint", "fp_ollama");
    }

    private static ArrayNode calls(List<OutputPart.ToolCall> calls) {
        ArrayNode array = GoJson.array();
        for (OutputPart.ToolCall call : calls) {
            ObjectNode node = array.addObject()
                    .put("id", call.id())
                    .put("index", array.size() - 1)
                    .put("type", "function");
            node.putObject("function").put("name", call.name()).put("arguments", GoJson.write(call.arguments()));
        }
        return array;
    }
}
