package dev.aiserver.rehearsal.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** How requests in OpenAI's form are read, and Ollama's own, which are nearly the same. */
final class OpenAi {
    private static final Set<String> EFFORTS =
            Set.of("minimal", "low", "medium", "high", "xhigh", "ultra", "max", "none");

    private OpenAi() {}

    static Ask chat(Body body) {
        List<Body> messages = body.objects("messages");
        if (messages.isEmpty()) {
            throw new ApiError(400, "[] is too short - 'messages'");
        }
        if (messages.stream().anyMatch(message -> message.isNull("content") && !message.has("tool_calls"))) {
            throw new ApiError(400, "invalid message content type: <nil>");
        }
        Conversation conversation = conversation(messages);
        String effort = body.text("reasoning_effort");
        return Ask.of(modelOf(body), body.flag("stream", false), conversation)
                .with(
                        functions(body),
                        format(body.object("response_format")),
                        thinking(effort.isEmpty() ? body.object("reasoning").text("effort") : effort),
                        body.number("max_tokens"));
    }

    /** @throws ApiError 400 when there is none */
    static String modelOf(Body body) {
        String model = body.text("model");
        if (model.isEmpty()) {
            throw new ApiError(400, "model is required");
        }
        return model;
    }

    static Conversation conversation(List<Body> messages) {
        return new Conversation(messages.stream()
                .map(message -> new Conversation.Turn(
                        message.text("role"), content(message.at("content")), has(message.at("content"), "image_url")))
                .toList());
    }

    /** The offered functions, where each stands in an object of its own. */
    static List<Ask.Tool> functions(Body body) {
        return body.objects("tools").stream()
                .map(tool -> tool.object("function"))
                .map(function -> new Ask.Tool(function.text("name"), function.at("parameters")))
                .toList();
    }

    static Ask.Thinking thinking(String effort) {
        if (effort.isEmpty()) {
            return Ask.Thinking.IF_ABLE;
        }
        if (!EFFORTS.contains(effort)) {
            throw new ApiError(400, "invalid reasoning value: '" + effort + "'");
        }
        return effort.equals("none") ? Ask.Thinking.OFF : Ask.Thinking.DEMANDED;
    }

    private static JsonNode format(Body wanted) {
        return switch (wanted.text("type")) {
            case "json_object" -> Json.object();
            case "json_schema" -> wanted.object("json_schema").at("schema");
            default -> MissingNode.getInstance();
        };
    }

    private static String content(JsonNode content) {
        if (content.isMissingNode() || content.isTextual()) {
            return content.asText("");
        }
        if (!content.isArray()) {
            throw new ApiError(400, "invalid message content type: " + content.getNodeType());
        }
        List<String> texts = new ArrayList<>();
        for (JsonNode part : content) {
            switch (part.path("type").asText()) {
                case "text" -> texts.add(part.path("text").asText());
                case "image_url" ->
                    requirePicture(
                            part.path("image_url").isTextual()
                                    ? part.path("image_url").asText()
                                    : part.path("image_url").path("url").asText());
                default -> throw new ApiError(400, "invalid message format");
            }
        }
        return texts.stream().collect(Collectors.joining(" "));
    }

    /** Whether one of these parts is of that type. */
    static boolean has(JsonNode parts, String type) {
        for (JsonNode part : parts) {
            if (part.path("type").asText().equals(type)) {
                return true;
            }
        }
        return false;
    }

    /** Only pictures that are in the request itself: the server fetches nothing. */
    static void requirePicture(String url) {
        if (!url.matches("data:(image/(jpeg|jpg|png|webp))?;base64,(?s:.*)")) {
            throw new ApiError(400, "invalid image input");
        }
    }
}
