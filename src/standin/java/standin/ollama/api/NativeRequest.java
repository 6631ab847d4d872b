package standin.ollama.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import standin.ollama.generation.GenerationRequest;
import standin.ollama.generation.Image;
import standin.ollama.generation.ModelOptions;
import standin.ollama.generation.Prompt;
import standin.ollama.go.ApiError;
import standin.ollama.go.KeepAliveDuration;
import standin.ollama.http.RequestBody;

/** Reads the requests of {@code /api/chat} and {@code /api/generate}. */
final class NativeRequest {
    private static final Set<String> LEVELS = Set.of("high", "medium", "low", "max");

    private NativeRequest() {}

    static GenerationRequest chat(RequestBody body) {
        return request(
                body,
                new Prompt(body.objectsWithOwnDecoder("messages", "api.Message", "api.Alias").stream()
                        .map(NativeRequest::message)
                        .toList()));
    }

    static GenerationRequest generate(RequestBody body) {
        return request(body, new Prompt(List.of(new Prompt.Message("user", body.text("prompt"), images(body)))))
                .inserting(!body.text("suffix").isEmpty());
    }

    private static Prompt.Message message(RequestBody message) {
        return new Prompt.Message(
                message.text("role").toLowerCase(Locale.ROOT), message.text("content"), images(message));
    }

    private static List<Image> images(RequestBody body) {
        return body.texts("images", "api.ImageData").stream()
                .map(text -> Image.ofBase64(
                        text, new ApiError(400, "illegal base64 data at input byte " + firstInvalidByte(text))))
                .toList();
    }

    /** Returns the index at which Go's decoder stops. */
    private static int firstInvalidByte(String base64) {
        return base64.length()
                - base64.replaceFirst("^[A-Za-z0-9+/\r\n]*={0,2}", "").length();
    }

    private static GenerationRequest request(RequestBody body, Prompt prompt) {
        body.object("options", "map[string]interface {}");
        return GenerationRequest.of(body.text("model"), body.flag("stream", true), prompt)
                .with(
                        OpenAi.functions(body),
                        format(body),
                        thinking(body.at("think")),
                        ModelOptions.of(body.at("options")))
                .keptFor(KeepAliveDuration.ofRequest(body.at("keep_alive")))
                .withLogprobs(body.flag("logprobs", false), body.number("top_logprobs"));
    }

    /** Reads the format. An empty string means free text, for clients that always send the key. */
    private static JsonNode format(RequestBody body) {
        JsonNode format = body.at("format");
        return format.isTextual() && format.asText().isEmpty() ? MissingNode.getInstance() : format;
    }

    private static GenerationRequest.Thinking thinking(JsonNode think) {
        if (think.isMissingNode()) {
            return GenerationRequest.Thinking.IF_SUPPORTED;
        }
        String choice = "\"high\", \"medium\", \"low\", \"max\", true, or false)";
        if (think.isTextual() && !LEVELS.contains(think.asText())) {
            throw new ApiError(400, "invalid think value: \"" + think.asText() + "\" (must be " + choice);
        }
        if (!think.isTextual() && !think.isBoolean()) {
            throw new ApiError(400, "think must be a boolean or string (" + choice);
        }
        return think.isTextual() || think.asBoolean()
                ? GenerationRequest.Thinking.REQUIRED
                : GenerationRequest.Thinking.OFF;
    }
}
