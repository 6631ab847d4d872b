package dev.aiserver.rehearsal.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** How the requests of {@code /api/chat} and {@code /api/generate} are read. */
final class NativeRequest {
    private static final Set<String> LEVELS = Set.of("high", "medium", "low", "max");

    private NativeRequest() {}

    static Ask chat(Body body) {
        return ask(
                body,
                new Conversation(body.objectsOfTheirOwn("messages", "api.Message", "api.Alias").stream()
                        .map(NativeRequest::turn)
                        .toList()));
    }

    static Ask generate(Body body) {
        return ask(body, new Conversation(List.of(new Conversation.Turn("user", body.text("prompt"), pictures(body)))))
                .inserting(!body.text("suffix").isEmpty());
    }

    private static Conversation.Turn turn(Body message) {
        return new Conversation.Turn(
                message.text("role").toLowerCase(Locale.ROOT), message.text("content"), pictures(message));
    }

    private static List<Picture> pictures(Body body) {
        return body.texts("images", "api.ImageData").stream()
                .map(text ->
                        Picture.ofBase64(text, new ApiError(400, "illegal base64 data at input byte " + wrong(text))))
                .toList();
    }

    /** Where Go's decoder stops. */
    private static int wrong(String base64) {
        return base64.length()
                - base64.replaceFirst("^[A-Za-z0-9+/\r\n]*={0,2}", "").length();
    }

    private static Ask ask(Body body, Conversation conversation) {
        body.object("options", "map[string]interface {}");
        return Ask.of(body.text("model"), body.flag("stream", true), conversation)
                .with(OpenAi.functions(body), format(body), thinking(body.at("think")), Options.of(body.at("options")))
                .kept(KeepAlive.ofRequest(body.at("keep_alive")))
                .withLogprobs(body.flag("logprobs", false), body.number("top_logprobs"));
    }

    /** An empty string asks for free text, as clients that always send the key know. */
    private static JsonNode format(Body body) {
        JsonNode format = body.at("format");
        return format.isTextual() && format.asText().isEmpty() ? MissingNode.getInstance() : format;
    }

    private static Ask.Thinking thinking(JsonNode think) {
        if (think.isMissingNode()) {
            return Ask.Thinking.IF_ABLE;
        }
        String choice = "\"high\", \"medium\", \"low\", \"max\", true, or false)";
        if (think.isTextual() && !LEVELS.contains(think.asText())) {
            throw new ApiError(400, "invalid think value: \"" + think.asText() + "\" (must be " + choice);
        }
        if (!think.isTextual() && !think.isBoolean()) {
            throw new ApiError(400, "think must be a boolean or string (" + choice);
        }
        return think.isTextual() || think.asBoolean() ? Ask.Thinking.DEMANDED : Ask.Thinking.OFF;
    }
}
