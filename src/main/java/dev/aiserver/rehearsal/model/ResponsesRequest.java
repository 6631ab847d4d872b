package dev.aiserver.rehearsal.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.ArrayList;
import java.util.List;

/** How a request to {@code /v1/responses} is read. */
final class ResponsesRequest {
    private ResponsesRequest() {}

    static Ask ask(Body body) {
        Body format = body.object("text").object("format");
        JsonNode schema = format.text("type").equals("json_schema") ? format.at("schema") : MissingNode.getInstance();
        List<Ask.Tool> tools = body.objects("tools").stream()
                .filter(tool -> tool.text("type").equals("function"))
                .map(tool -> new Ask.Tool(tool.text("name"), tool.at("parameters")))
                .toList();
        return Ask.of(OpenAi.modelOf(body), body.flag("stream", false), conversation(body))
                .with(
                        tools,
                        schema,
                        OpenAi.thinking(body.object("reasoning").text("effort")),
                        body.number("max_output_tokens"));
    }

    private static Conversation conversation(Body body) {
        if (!body.at("input").isArray()) {
            String input = body.text("input");
            return input.isEmpty() ? new Conversation(List.of()) : Conversation.ofPrompt(input);
        }
        return new Conversation(
                body.objects("input").stream().map(ResponsesRequest::turn).toList());
    }

    private static Conversation.Turn turn(Body item) {
        String type = item.text("type");
        return switch (type) {
            case "", "message" ->
                new Conversation.Turn(item.text("role"), content(item), OpenAi.has(item.at("content"), "input_image"));
            case "function_call", "reasoning" -> new Conversation.Turn("assistant", "");
            case "function_call_output" ->
                new Conversation.Turn("tool", item.at("output").asText());
            default -> throw new ApiError(400, "unknown input item type: " + type);
        };
    }

    private static String content(Body item) {
        if (!item.at("content").isArray()) {
            return item.text("content");
        }
        List<String> texts = new ArrayList<>();
        for (Body part : item.objects("content")) {
            String type = part.text("type");
            switch (type) {
                case "input_text", "output_text" -> texts.add(part.text("text"));
                case "input_image" -> OpenAi.requirePicture(part.text("image_url"));
                default -> throw new ApiError(400, "unknown content type: " + type);
            }
        }
        return String.join(" ", texts);
    }
}
