package dev.aiserver.rehearsal.model;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/** The answers of {@code /v1/completions}. */
final class TextCompletions implements Dialect {
    private final Generation generation;
    private final boolean includeUsage;

    TextCompletions(Generation generation, boolean includeUsage) {
        this.generation = generation;
        this.includeUsage = includeUsage;
    }

    static Ask ask(Body body) {
        String prompt = body.at("prompt").isArray() ? body.at("prompt").path(0).asText() : body.text("prompt");
        Ask ask = Ask.of(OpenAi.modelOf(body), body.flag("stream", false), Conversation.ofPrompt(prompt));
        return ask.with(ask.tools(), ask.format(), Ask.Thinking.OFF, body.number("max_tokens"));
    }

    @Override
    public String streamType() {
        return EVENT_STREAM;
    }

    @Override
    public ObjectNode whole() {
        ObjectNode whole = envelope(generation.model(), generation.text(), generation.doneReason());
        whole.set("usage", ChatCompletions.usage(generation));
        return whole;
    }

    @Override
    public String piece(Piece piece) {
        String text = piece instanceof Piece.Text said ? said.text() : "";
        return ChatCompletions.data(envelope(generation.model(), text, null));
    }

    @Override
    public String end() {
        String last = ChatCompletions.data(envelope(generation.model(), "", generation.doneReason()));
        if (includeUsage) {
            ObjectNode chunk = envelope(generation.model(), "", null);
            chunk.putArray("choices");
            chunk.set("usage", ChatCompletions.usage(generation));
            last += ChatCompletions.data(chunk);
        }
        return last + "data: [DONE]\n\n";
    }

    @Override
    public String broken(String error) {
        return ChatCompletions.data(envelope("", "", null));
    }

    private ObjectNode envelope(String model, String text, @Nullable String finishReason) {
        ObjectNode envelope = Json.object()
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
