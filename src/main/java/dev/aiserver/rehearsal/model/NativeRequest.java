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

    static GenerationRequest chat(RequestBody body) {
        return ask(
                body,
                new Prompt(body.objectsOfTheirOwn("messages", "api.Message", "api.Alias").stream()
                        .map(NativeRequest::turn)
                        .toList()));
    }

    static GenerationRequest generate(RequestBody body) {
        return ask(body, new Prompt(List.of(new Prompt.Message("user", body.text("prompt"), pictures(body)))))
                .inserting(!body.text("suffix").isEmpty());
    }

    private static Prompt.Message turn(RequestBody message) {
        return new Prompt.Message(
                message.text("role").toLowerCase(Locale.ROOT), message.text("content"), pictures(message));
    }

    private static List<Image> pictures(RequestBody body) {
        return body.texts("images", "api.ImageData").stream()
                .map(text ->
                        Image.ofBase64(text, new ApiError(400, "illegal base64 data at input byte " + wrong(text))))
                .toList();
    }

    /** Where Go's decoder stops. */
    private static int wrong(String base64) {
        return base64.length()
                - base64.replaceFirst("^[A-Za-z0-9+/\r\n]*={0,2}", "").length();
    }

    private static GenerationRequest ask(RequestBody body, Prompt conversation) {
        body.object("options", "map[string]interface {}");
        return GenerationRequest.of(body.text("model"), body.flag("stream", true), conversation)
                .with(OpenAi.functions(body), format(body), thinking(body.at("think")), Options.of(body.at("options")))
                .kept(KeepAlive.ofRequest(body.at("keep_alive")))
                .withLogprobs(body.flag("logprobs", false), body.number("top_logprobs"));
    }

    /** An empty string asks for free text, as clients that always send the key know. */
    private static JsonNode format(RequestBody body) {
        JsonNode format = body.at("format");
        return format.isTextual() && format.asText().isEmpty() ? MissingNode.getInstance() : format;
    }

    private static GenerationRequest.Thinking thinking(JsonNode think) {
        if (think.isMissingNode()) {
            return GenerationRequest.Thinking.IF_ABLE;
        }
        String choice = "\"high\", \"medium\", \"low\", \"max\", true, or false)";
        if (think.isTextual() && !LEVELS.contains(think.asText())) {
            throw new ApiError(400, "invalid think value: \"" + think.asText() + "\" (must be " + choice);
        }
        if (!think.isTextual() && !think.isBoolean()) {
            throw new ApiError(400, "think must be a boolean or string (" + choice);
        }
        return think.isTextual() || think.asBoolean()
                ? GenerationRequest.Thinking.DEMANDED
                : GenerationRequest.Thinking.OFF;
    }
}
