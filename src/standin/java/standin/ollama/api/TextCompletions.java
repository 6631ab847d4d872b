package standin.ollama.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;
import standin.ollama.generation.Generation;
import standin.ollama.generation.GenerationRequest;
import standin.ollama.generation.ModelOptions;
import standin.ollama.generation.OutputPart;
import standin.ollama.generation.Prompt;
import standin.ollama.generation.ResponseEncoder;
import standin.ollama.go.GoJson;
import standin.ollama.http.Exchange;
import standin.ollama.http.RequestBody;

/** Reads and encodes {@code /v1/completions}. */
final class TextCompletions implements ResponseEncoder {
    private final Generation generation;
    private final boolean includeUsage;

    TextCompletions(Generation generation, boolean includeUsage) {
        this.generation = generation;
        this.includeUsage = includeUsage;
    }

    static GenerationRequest read(RequestBody body) {
        GenerationRequest request =
                GenerationRequest.of(body.text("model"), body.flag("stream", false), Prompt.of(body.text("prompt")));
        return request.with(
                        request.tools(),
                        request.format(),
                        GenerationRequest.Thinking.OFF,
                        ModelOptions.limit(body.number("max_tokens")))
                .inserting(!body.text("suffix").isEmpty());
    }

    @Override
    public String streamType() {
        return Exchange.EVENT_STREAM;
    }

    @Override
    public ObjectNode whole() {
        ObjectNode whole = envelope(generation.model(), generation.text(), generation.doneReason());
        whole.set("usage", ChatCompletions.usage(generation));
        return whole;
    }

    @Override
    public String part(OutputPart part) {
        String text = part instanceof OutputPart.Text answer ? answer.text() : "";
        return ChatCompletions.data(chunk(text, null));
    }

    /** Returns a chunk. If usage was requested, every chunk has it, but only the last one has real numbers. */
    private ObjectNode chunk(String text, @Nullable String finishReason) {
        ObjectNode chunk = envelope(generation.model(), text, finishReason);
        if (includeUsage) {
            chunk.putObject("usage")
                    .put("prompt_tokens", 0)
                    .put("completion_tokens", 0)
                    .put("total_tokens", 0);
        }
        return chunk;
    }

    @Override
    public String end() {
        String last = ChatCompletions.data(chunk("", generation.doneReason()));
        if (includeUsage) {
            ObjectNode chunk = envelope(generation.model(), "", null);
            chunk.putArray("choices");
            chunk.set("usage", ChatCompletions.usage(generation));
            last += ChatCompletions.data(chunk);
        }
        return last + "data: [DONE]\n\n";
    }

    @Override
    public String runnerDied(String error) {
        return ChatCompletions.data(envelope("", "", null));
    }

    private ObjectNode envelope(String model, String text, @Nullable String finishReason) {
        ObjectNode envelope = GoJson.object()
                .put("id", "cmpl-" + generation.number())
                .put("object", "text_completion")
                .put("created", generation.created().getEpochSecond())
                .put("model", model)
                .put("system_fingerprint", "fp_ollama");
        envelope.putArray("choices")
                .addObject()
                .put("text", text)
                .put("index", 0)
                .put("finish_reason", finishReason);
        return envelope;
    }
}
