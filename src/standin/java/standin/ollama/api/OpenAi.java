package standin.ollama.api;

import com.fasterxml.jackson.core.JsonProcessingException;
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
import standin.ollama.go.GoJson;
import standin.ollama.go.GoType;
import standin.ollama.http.RequestBody;

/** Reads requests in OpenAI's format. */
final class OpenAi {
    private static final Set<String> EFFORTS =
            Set.of("minimal", "low", "medium", "high", "xhigh", "ultra", "max", "none");

    private OpenAi() {}

    static GenerationRequest chat(RequestBody body) {
        // A wrong type is reported before an invalid value, because Go decodes the whole body first.
        String model = body.text("model");
        boolean stream = body.flag("stream", false);
        List<RequestBody> messages = body.objects("messages", "openai.Message");
        List<GenerationRequest.Tool> functions = functions(body);
        JsonNode format = format(body.object("response_format", "openai.ResponseFormat"));
        ModelOptions options = ModelOptions.limit(body.number("max_tokens"));
        RequestBody reasoning = body.object("reasoning", "openai.Reasoning");
        String effort = body.has("reasoning") ? reasoning.text("effort") : body.text("reasoning_effort");
        boolean logprobs = body.flag("logprobs", false);
        int alternatives = body.number("top_logprobs");
        if (messages.isEmpty()) {
            throw new ApiError(400, "[] is too short - 'messages'");
        }
        Prompt prompt = new Prompt(messages.stream().map(OpenAi::message).toList());
        return GenerationRequest.of(model, stream, prompt)
                .with(functions, format, thinking(effort), options)
                .withLogprobs(logprobs, alternatives);
    }

    private static Prompt.Message message(RequestBody message) {
        String role = message.text("role");
        JsonNode content = message.at("content");
        boolean callsTools = message.has("tool_calls");
        message.objects("tool_calls", "openai.ToolCall").forEach(OpenAi::requireArguments);
        if (content.isTextual()) {
            return new Prompt.Message(role, content.asText());
        }
        if (!content.isArray()) {
            if (!callsTools) {
                throw new ApiError(400, "invalid message content type: " + GoType.of(content));
            }
            return new Prompt.Message(role, "");
        }
        List<String> texts = new ArrayList<>();
        List<Image> images = new ArrayList<>();
        for (JsonNode part : content) {
            JsonNode url =
                    part.path("image_url").isObject() ? part.path("image_url").path("url") : part.path("image_url");
            boolean text = part.path("type").asText().equals("text")
                    && part.path("text").isTextual();
            if (text) {
                texts.add(part.path("text").asText());
            } else if (part.path("type").asText().equals("image_url") && url.isTextual()) {
                images.add(Image.ofUrl(url.asText()));
            } else {
                throw new ApiError(400, "invalid message format");
            }
        }
        return new Prompt.Message(role, String.join(" ", texts), images);
    }

    private static void requireArguments(RequestBody call) {
        String arguments = call.object(
                        "function",
                        "struct { Name string \"json:\\\"name\\\"\"; Arguments string "
                                + "\"json:\\\"arguments\\\"\" }")
                .text("arguments");
        try {
            JsonNode read = GoJson.MAPPER.readTree(arguments);
            if (!read.isObject() && !read.isNull()) {
                throw new ApiError(400, "invalid tool call arguments");
            }
        } catch (JsonProcessingException e) {
            throw new ApiError(400, "invalid tool call arguments");
        }
    }

    /** @throws ApiError 400 if the body names no model */
    static String modelOf(RequestBody body) {
        String model = body.text("model");
        if (model.isBlank()) {
            throw new ApiError(400, "model is required");
        }
        return model;
    }

    /** Reads the offered functions, each of which is wrapped in a tool object. */
    static List<GenerationRequest.Tool> functions(RequestBody body) {
        return body.objects("tools", "api.Tool").stream()
                .map(tool -> tool.object("function", "api.ToolFunction"))
                .map(function -> new GenerationRequest.Tool(function.text("name"), function.at("parameters")))
                .toList();
    }

    static GenerationRequest.Thinking thinking(String effort) {
        if (effort.isEmpty()) {
            return GenerationRequest.Thinking.IF_SUPPORTED;
        }
        if (!EFFORTS.contains(effort)) {
            throw new ApiError(
                    400,
                    "invalid reasoning value: \"" + effort + "\" (must be \"minimal\", \"low\", \"medium\", \"high\", "
                            + "\"xhigh\", \"ultra\", \"max\", or \"none\")");
        }
        return effort.equals("none") ? GenerationRequest.Thinking.OFF : GenerationRequest.Thinking.REQUIRED;
    }

    private static JsonNode format(RequestBody wanted) {
        return switch (wanted.text("type").strip()) {
            case "json_object" -> GoJson.object();
            case "json_schema" ->
                wanted.object("json_schema", "openai.JsonSchema").at("schema");
            default -> MissingNode.getInstance();
        };
    }
}
