package dev.aiserver.rehearsal.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** How a request to {@code /v1/responses} is read. */
final class ResponsesRequest {
    private static final Set<String> WITHOUT_WORDS = Set.of("function_call", "reasoning", "web_search_call");
    private static final Set<String> PARTS = Set.of("input_text", "output_text", "input_image", "input_file");

    private ResponsesRequest() {}

    static GenerationRequest ask(RequestBody body) {
        RequestBody format = body.object("text", "openai.ResponsesText").object("format", "openai.ResponsesTextFormat");
        JsonNode schema = format.text("type").equals("json_schema") ? format.at("schema") : MissingNode.getInstance();
        List<GenerationRequest.Tool> tools = body.objects("tools", "openai.ResponsesTool").stream()
                .filter(tool -> tool.text("type").equals("function"))
                .map(tool -> new GenerationRequest.Tool(tool.text("name"), tool.at("parameters")))
                .toList();
        Prompt conversation = conversation(body.at("input"));
        return GenerationRequest.of(body.text("model"), body.flag("stream", false), conversation)
                .with(
                        tools,
                        schema,
                        OpenAi.thinking(body.object("reasoning", "openai.ResponsesReasoning")
                                .text("effort")),
                        Options.limit(body.number("max_output_tokens")));
    }

    private static Prompt conversation(JsonNode input) {
        if (!input.isArray()) {
            if (!input.isTextual() && !input.isMissingNode()) {
                throw neither("input", input);
            }
            String text = input.asText("");
            return text.isEmpty() ? new Prompt(List.of()) : Prompt.ofPrompt(text);
        }
        List<Prompt.Message> turns = new ArrayList<>();
        // All is read before anything is done with it.
        for (int at = 0; at < input.size(); at++) {
            requireReadable(input.path(at), "input[" + at + "]: ");
        }
        input.forEach(item -> turns.add(turn(item)));
        return new Prompt(turns);
    }

    private static ApiError neither(String what, JsonNode value) {
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

    private static void requireReadable(JsonNode item, String place) {
        String type = type(item);
        if (type.isEmpty()) {
            throw new ApiError(400, place + "input item missing required 'type' field");
        }
        boolean message = type.equals("message");
        if (!message && !type.equals("function_call_output")) {
            if (!WITHOUT_WORDS.contains(type)) {
                throw new ApiError(400, place + "unknown input item type: \"" + type + "\"");
            }
            return;
        }
        String key = message ? "content" : "output";
        JsonNode content = item.path(key);
        if (!content.isArray() && !content.isTextual() && !content.isMissingNode() && !content.isNull()) {
            throw new ApiError(400, place + neither(key, content).message());
        }
        for (int at = 0; content.isArray() && at < content.size(); at++) {
            String part = content.path(at).path("type").asText();
            if (!PARTS.contains(part)) {
                throw new ApiError(400, place + key + "[" + at + "]: unknown content type: " + part);
            }
        }
    }

    private static Prompt.Message turn(JsonNode item) {
        return switch (type(item)) {
            case "message" -> said(item.path("role").asText(), item.path("content"));
            case "function_call_output" -> said("tool", item.path("output"));
            default -> new Prompt.Message("assistant", "");
        };
    }

    private static Prompt.Message said(String role, JsonNode content) {
        if (!content.isArray()) {
            return new Prompt.Message(role, content.asText(""));
        }
        StringBuilder text = new StringBuilder();
        List<Image> pictures = new ArrayList<>();
        for (JsonNode part : content) {
            switch (part.path("type").asText()) {
                case "input_file" -> throw new ApiError(400, "file inputs are not currently supported");
                case "input_image" -> {
                    // One that is named by an identifier is passed over.
                    if (!part.path("image_url").asText().isEmpty()) {
                        pictures.add(Image.ofUrl(part.path("image_url").asText()));
                    }
                }
                default -> text.append(part.path("text").asText());
            }
        }
        return new Prompt.Message(role, text.toString(), pictures);
    }
}
