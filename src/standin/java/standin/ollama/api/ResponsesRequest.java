package standin.ollama.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import standin.ollama.generation.GenerationRequest;
import standin.ollama.generation.Image;
import standin.ollama.generation.ModelOptions;
import standin.ollama.generation.Prompt;
import standin.ollama.go.ApiError;
import standin.ollama.go.GoType;
import standin.ollama.http.RequestBody;

/** Reads a request to {@code /v1/responses}. */
final class ResponsesRequest {
    private static final Set<String> WITHOUT_TEXT = Set.of("function_call", "reasoning", "web_search_call");
    private static final Set<String> PARTS = Set.of("input_text", "output_text", "input_image", "input_file");

    private ResponsesRequest() {}

    static GenerationRequest read(RequestBody body) {
        RequestBody format = body.object("text", "openai.ResponsesText").object("format", "openai.ResponsesTextFormat");
        JsonNode schema = format.text("type").equals("json_schema") ? format.at("schema") : MissingNode.getInstance();
        List<GenerationRequest.Tool> tools = body.objects("tools", "openai.ResponsesTool").stream()
                .filter(tool -> tool.text("type").equals("function"))
                .map(tool -> new GenerationRequest.Tool(tool.text("name"), tool.at("parameters")))
                .toList();
        Prompt prompt = prompt(body.at("input"));
        return GenerationRequest.of(body.text("model"), body.flag("stream", false), prompt)
                .with(
                        tools,
                        schema,
                        OpenAi.thinking(body.object("reasoning", "openai.ResponsesReasoning")
                                .text("effort")),
                        ModelOptions.limit(body.number("max_output_tokens")));
    }

    private static Prompt prompt(JsonNode input) {
        if (!input.isArray()) {
            if (!input.isTextual() && !input.isMissingNode()) {
                throw wrongType("input", input);
            }
            String text = input.asText("");
            return text.isEmpty() ? new Prompt(List.of()) : Prompt.of(text);
        }
        List<Prompt.Message> messages = new ArrayList<>();
        // Ollama reads all items before it uses any.
        for (int at = 0; at < input.size(); at++) {
            requireValid(input.path(at), "input[" + at + "]: ");
        }
        input.forEach(item -> messages.add(message(item)));
        return new Prompt(messages);
    }

    private static ApiError wrongType(String what, JsonNode value) {
        String kind = GoType.of(value).replaceFirst("^map.*", "object").replace("float64", "number");
        return new ApiError(
                400,
                what + " must be a string or array: json: cannot unmarshal " + kind
                        + " into Go value of type []json.RawMessage");
    }

    private static String type(JsonNode item) {
        String type = item.path("type").asText();
        return type.isEmpty() && !item.path("role").asText().isEmpty() ? "message" : type;
    }

    private static void requireValid(JsonNode item, String place) {
        String type = type(item);
        if (type.isEmpty()) {
            throw new ApiError(400, place + "input item missing required 'type' field");
        }
        boolean message = type.equals("message");
        if (!message && !type.equals("function_call_output")) {
            if (!WITHOUT_TEXT.contains(type)) {
                throw new ApiError(400, place + "unknown input item type: \"" + type + "\"");
            }
            return;
        }
        String key = message ? "content" : "output";
        JsonNode content = item.path(key);
        if (!content.isArray() && !content.isTextual() && !content.isMissingNode() && !content.isNull()) {
            throw new ApiError(400, place + wrongType(key, content).message());
        }
        for (int at = 0; content.isArray() && at < content.size(); at++) {
            String part = content.path(at).path("type").asText();
            if (!PARTS.contains(part)) {
                throw new ApiError(400, place + key + "[" + at + "]: unknown content type: " + part);
            }
        }
    }

    private static Prompt.Message message(JsonNode item) {
        return switch (type(item)) {
            case "message" -> message(item.path("role").asText(), item.path("content"));
            case "function_call_output" -> message("tool", item.path("output"));
            default -> new Prompt.Message("assistant", "");
        };
    }

    private static Prompt.Message message(String role, JsonNode content) {
        if (!content.isArray()) {
            return new Prompt.Message(role, content.asText(""));
        }
        StringBuilder text = new StringBuilder();
        List<Image> images = new ArrayList<>();
        for (JsonNode part : content) {
            switch (part.path("type").asText()) {
                case "input_file" -> throw new ApiError(400, "file inputs are not currently supported");
                case "input_image" -> {
                    // An image that is named by an identifier is ignored.
                    if (!part.path("image_url").asText().isEmpty()) {
                        images.add(Image.ofUrl(part.path("image_url").asText()));
                    }
                }
                default -> text.append(part.path("text").asText());
            }
        }
        return new Prompt.Message(role, text.toString(), images);
    }
}
