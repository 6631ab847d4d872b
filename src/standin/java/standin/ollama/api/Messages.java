package standin.ollama.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import standin.ollama.generation.Generation;
import standin.ollama.generation.GenerationRequest;
import standin.ollama.generation.Image;
import standin.ollama.generation.ModelOptions;
import standin.ollama.generation.OutputPart;
import standin.ollama.generation.Prompt;
import standin.ollama.generation.ResponseEncoder;
import standin.ollama.go.ApiError;
import standin.ollama.go.Digest;
import standin.ollama.go.GoJson;
import standin.ollama.http.Exchange;
import standin.ollama.http.RequestBody;

/** Reads and encodes {@code /v1/messages}, Anthropic's API as Ollama serves it: no pings, error events or stop sequence. */
final class Messages implements ResponseEncoder {
    private static final int BYTES_PER_TOKEN = 4;

    private final Generation generation;
    private final int estimatedInput;
    private boolean started;
    private String openBlock = "";
    private int index = -1;

    Messages(Generation generation, int requestBytes) {
        this.generation = generation;
        this.estimatedInput = requestBytes / BYTES_PER_TOKEN;
    }

    static GenerationRequest read(RequestBody body) {
        // A wrong type is reported before an invalid value, because Go decodes the whole body first.
        String model = body.text("model");
        boolean stream = body.flag("stream", false);
        int maxTokens = body.number("max_tokens");
        List<RequestBody> messages = body.objects("messages", "anthropic.MessageParam");
        List<GenerationRequest.Tool> tools = body.objects("tools", "anthropic.Tool").stream()
                .map(tool -> new GenerationRequest.Tool(tool.text("name"), tool.at("input_schema")))
                .toList();
        if (model.isEmpty()) {
            throw new ApiError(400, "model is required");
        }
        if (maxTokens <= 0) {
            throw new ApiError(400, "max_tokens is required and must be positive");
        }
        if (messages.isEmpty()) {
            throw new ApiError(400, "messages is required");
        }
        Prompt prompt = new Prompt(messages.stream().map(Messages::message).toList());
        // Unlike the other APIs, this one does not refuse a model that cannot think.
        GenerationRequest.Thinking thinking =
                body.object("thinking", "anthropic.ThinkingConfig").text("type").equals("disabled")
                        ? GenerationRequest.Thinking.OFF
                        : GenerationRequest.Thinking.IF_SUPPORTED;
        return GenerationRequest.of(model, stream, prompt)
                .with(tools, MissingNode.getInstance(), thinking, ModelOptions.limit(maxTokens));
    }

    private static Prompt.Message message(RequestBody message) {
        String role = message.text("role");
        JsonNode content = message.at("content");
        if (!content.isArray()) {
            if (!content.isTextual() && !content.isMissingNode()) {
                throw new ApiError(
                        400,
                        "json: cannot unmarshal " + RequestBody.kind(content)
                                + " into Go value of type []anthropic.ContentBlock");
            }
            return new Prompt.Message(role, content.asText(""));
        }
        List<Image> images = new ArrayList<>();
        List<String> texts = new ArrayList<>();
        for (JsonNode block : content) {
            switch (block.path("type").asText()) {
                case "text" -> texts.add(block.path("text").asText());
                case "image" -> images.add(image(block.path("source")));
                case "tool_result" -> {
                    texts.add(block.path("content").asText());
                    role = "tool";
                }
                default -> {
                    // Ollama silently drops documents and unknown block types.
                }
            }
        }
        return new Prompt.Message(role, String.join(" ", texts), images);
    }

    private static Image image(JsonNode source) {
        if (!source.isObject()) {
            throw new ApiError(400, "invalid image source");
        }
        String type = source.path("type").asText();
        if (!type.equals("base64")) {
            throw new ApiError(400, "invalid image source type: " + type + ". Only base64 images are supported.");
        }
        return Image.ofBase64(
                source.path("data").asText(), new ApiError(400, "invalid base64 image data: illegal base64 data"));
    }

    @Override
    public String streamType() {
        return Exchange.EVENT_STREAM;
    }

    @Override
    public ObjectNode whole() {
        ArrayNode content = GoJson.array();
        if (!generation.thinking().isEmpty()) {
            content.addObject().put("type", "thinking").put("thinking", generation.thinking());
        }
        if (!generation.text().isEmpty()) {
            content.addObject().put("type", "text").put("text", generation.text());
        }
        for (OutputPart.ToolCall call : generation.calls()) {
            content.add(toolUse(call, call.arguments()));
        }
        ObjectNode message = envelope();
        message.set("content", content.isEmpty() ? null : content);
        if (generation.isComplete()) {
            message.put("stop_reason", stopReason());
        }
        message.set("usage", usage(generation.promptTokens(), generation.tokens()));
        return message;
    }

    @Override
    public String part(OutputPart part) {
        if (part instanceof OutputPart.Thinking thinking) {
            return start()
                    + open("thinking", GoJson.object().put("type", "thinking").put("thinking", ""))
                    + delta(GoJson.object().put("type", "thinking_delta").put("thinking", thinking.text()));
        }
        if (part instanceof OutputPart.Text text) {
            return start()
                    + open("text", GoJson.object().put("type", "text").put("text", ""))
                    + delta(GoJson.object().put("type", "text_delta").put("text", text.text()));
        }
        if (part instanceof OutputPart.ToolCall call) {
            return start()
                    + open(call.id(), toolUse(call, GoJson.object()))
                    + delta(GoJson.object()
                            .put("type", "input_json_delta")
                            .put("partial_json", GoJson.write(call.arguments())));
        }
        throw new IllegalStateException("unknown part: " + part);
    }

    @Override
    public String end() {
        ObjectNode delta = GoJson.object().put("type", "message_delta");
        delta.putObject("delta").put("stop_reason", stopReason());
        delta.set("usage", usage(generation.promptTokens(), generation.tokens()));
        return start()
                + close()
                + ResponseEncoder.event(delta)
                + ResponseEncoder.event(GoJson.object().put("type", "message_stop"));
    }

    private String start() {
        if (started) {
            return "";
        }
        started = true;
        ObjectNode message = envelope();
        message.putArray("content");
        message.set("usage", usage(estimatedInput, 0));
        ObjectNode start = GoJson.object().put("type", "message_start");
        start.set("message", message);
        return ResponseEncoder.event(start);
    }

    private String open(String block, ObjectNode content) {
        if (openBlock.equals(block)) {
            return "";
        }
        String before = close();
        openBlock = block;
        index++;
        ObjectNode start = GoJson.object().put("type", "content_block_start").put("index", index);
        start.set("content_block", content);
        return before + ResponseEncoder.event(start);
    }

    private String delta(ObjectNode delta) {
        ObjectNode event = GoJson.object().put("type", "content_block_delta").put("index", index);
        event.set("delta", delta);
        return ResponseEncoder.event(event);
    }

    private String close() {
        if (openBlock.isEmpty()) {
            return "";
        }
        openBlock = "";
        return ResponseEncoder.event(
                GoJson.object().put("type", "content_block_stop").put("index", index));
    }

    private ObjectNode envelope() {
        String id = Digest.of(generation.model() + generation.number()).substring(0, 24);
        return GoJson.object()
                .put("id", "msg_" + id)
                .put("type", "message")
                .put("role", "assistant")
                .put("model", generation.model());
    }

    private static ObjectNode toolUse(OutputPart.ToolCall call, ObjectNode input) {
        ObjectNode block =
                GoJson.object().put("type", "tool_use").put("id", call.id()).put("name", call.name());
        block.set("input", input);
        return block;
    }

    private static ObjectNode usage(int input, int output) {
        return GoJson.object().put("input_tokens", input).put("output_tokens", output);
    }

    private String stopReason() {
        if (!generation.calls().isEmpty()) {
            return "tool_use";
        }
        return generation.doneReason().equals("length") ? "max_tokens" : "end_turn";
    }
}
