package standin.ollama.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.jspecify.annotations.Nullable;
import standin.ollama.generation.Generation;
import standin.ollama.generation.OutputPart;
import standin.ollama.generation.ResponseEncoder;
import standin.ollama.go.GoJson;
import standin.ollama.http.Exchange;
import standin.ollama.http.RequestBody;

/** Encodes the responses of {@code /v1/responses}. A stream ends with {@code response.completed}, never with [DONE]. */
final class Responses implements ResponseEncoder {
    private final Generation generation;
    private final RequestBody request;
    private final String id;
    private final StringBuilder itemText = new StringBuilder();
    private @Nullable Item open;
    private int sequence;
    private int output;

    /** Identifies the kind of the output item that is open. */
    private enum Item {
        REASONING,
        MESSAGE
    }

    Responses(Generation generation, RequestBody request) {
        this.generation = generation;
        this.request = request;
        this.id = "resp_" + (100_000 + generation.number());
    }

    @Override
    public String streamType() {
        return Exchange.EVENT_STREAM;
    }

    @Override
    public ObjectNode whole() {
        ArrayNode items = GoJson.array();
        if (!generation.thinking().isEmpty()) {
            items.add(reasoning(generation.thinking()));
        }
        if (generation.calls().isEmpty()) {
            items.add(message("completed", generation.text()));
        }
        for (OutputPart.ToolCall call : generation.calls()) {
            items.add(functionCall("completed", call, GoJson.write(call.arguments())));
        }
        ObjectNode usage = GoJson.object()
                .put("input_tokens", generation.promptTokens())
                .put("output_tokens", generation.tokens())
                .put("total_tokens", generation.promptTokens() + generation.tokens());
        usage.putObject("input_tokens_details").put("cached_tokens", 0);
        usage.putObject("output_tokens_details").put("reasoning_tokens", 0);
        return response("completed", items, usage);
    }

    @Override
    public String part(OutputPart part) {
        if (part instanceof OutputPart.Thinking thinking) {
            String before = start() + openReasoning();
            itemText.append(thinking.text());
            return before
                    + event(of("response.reasoning_summary_text.delta", reasoningId())
                            .put("summary_index", 0)
                            .put("delta", thinking.text()));
        }
        if (part instanceof OutputPart.Text text) {
            String before = start() + openMessage();
            itemText.append(text.text());
            ObjectNode delta = of("response.output_text.delta", messageId())
                    .put("content_index", 0)
                    .put("delta", text.text());
            delta.putArray("logprobs");
            return before + event(delta);
        }
        if (part instanceof OutputPart.ToolCall call) {
            return start() + close() + call(call);
        }
        throw new IllegalStateException("unknown part: " + part);
    }

    @Override
    public String end() {
        // An empty answer still has a message item.
        String last = start() + (generation.parts().isEmpty() ? openMessage() : "") + close();
        ObjectNode completed = GoJson.object().put("type", "response.completed");
        completed.set("response", whole());
        return last + event(completed);
    }

    private String start() {
        if (sequence > 0) {
            return "";
        }
        ObjectNode created = GoJson.object().put("type", "response.created");
        created.set("response", response("in_progress", GoJson.array(), null));
        ObjectNode inProgress = GoJson.object().put("type", "response.in_progress");
        inProgress.set("response", response("in_progress", GoJson.array(), null));
        return event(created) + event(inProgress);
    }

    private String openReasoning() {
        if (open == Item.REASONING) {
            return "";
        }
        String before = close();
        open = Item.REASONING;
        ObjectNode item = GoJson.object().put("id", reasoningId()).put("type", "reasoning");
        item.putArray("summary");
        return before + item("response.output_item.added", item);
    }

    private String openMessage() {
        if (open == Item.MESSAGE) {
            return "";
        }
        String before = close();
        open = Item.MESSAGE;
        ObjectNode item = message("in_progress", "");
        item.putArray("content");
        ObjectNode part = of("response.content_part.added", messageId()).put("content_index", 0);
        part.set("part", outputText(""));
        return before + item("response.output_item.added", item) + event(part);
    }

    private String close() {
        if (open == null) {
            return "";
        }
        String text = itemText.toString();
        itemText.setLength(0);
        String events = open == Item.REASONING ? closeReasoning(text) : closeMessage(text);
        open = null;
        output++;
        return events;
    }

    private String closeReasoning(String text) {
        return event(of("response.reasoning_summary_text.done", reasoningId())
                        .put("summary_index", 0)
                        .put("text", text))
                + item("response.output_item.done", reasoning(text));
    }

    private String closeMessage(String text) {
        ObjectNode textDone = of("response.output_text.done", messageId())
                .put("content_index", 0)
                .put("text", text);
        textDone.putArray("logprobs");
        ObjectNode partDone = of("response.content_part.done", messageId()).put("content_index", 0);
        partDone.set("part", outputText(text));
        return event(textDone) + event(partDone) + item("response.output_item.done", message("completed", text));
    }

    private String call(OutputPart.ToolCall call) {
        String arguments = GoJson.write(call.arguments());
        String itemId = functionCall("", call, "").path("id").asText();
        String events = item("response.output_item.added", functionCall("in_progress", call, ""))
                + event(of("response.function_call_arguments.delta", itemId).put("delta", arguments))
                + event(of("response.function_call_arguments.done", itemId).put("arguments", arguments))
                + item("response.output_item.done", functionCall("completed", call, arguments));
        output++;
        return events;
    }

    private ObjectNode of(String type, String itemId) {
        return GoJson.object().put("type", type).put("item_id", itemId).put("output_index", output);
    }

    private String item(String type, ObjectNode item) {
        ObjectNode event = GoJson.object().put("type", type).put("output_index", output);
        event.set("item", item);
        return event(event);
    }

    private String event(ObjectNode data) {
        return ResponseEncoder.event(GoJson.sorted(data.put("sequence_number", sequence++)));
    }

    private ObjectNode reasoning(String text) {
        ObjectNode item = GoJson.object().put("id", reasoningId()).put("type", "reasoning");
        item.putArray("summary").addObject().put("type", "summary_text").put("text", text);
        return item.put("encrypted_content", text);
    }

    private ObjectNode message(String status, String text) {
        ObjectNode item = GoJson.object()
                .put("id", messageId())
                .put("type", "message")
                .put("status", status)
                .put("role", "assistant");
        item.putArray("content").add(outputText(text));
        return item;
    }

    private static ObjectNode outputText(String text) {
        ObjectNode part = GoJson.object().put("type", "output_text").put("text", text);
        part.putArray("annotations");
        part.putArray("logprobs");
        return part;
    }

    private ObjectNode functionCall(String status, OutputPart.ToolCall call, String arguments) {
        return GoJson.object()
                .put("id", "fc_" + id + "_" + generation.calls().indexOf(call))
                .put("type", "function_call")
                .put("status", status)
                .put("call_id", call.id())
                .put("name", call.name())
                .put("arguments", arguments);
    }

    private String reasoningId() {
        return "rs_" + id;
    }

    private String messageId() {
        return "msg_" + (10_000 + generation.number());
    }

    private ObjectNode response(String status, ArrayNode items, @Nullable JsonNode usage) {
        ObjectNode response = GoJson.object()
                .put("id", id)
                .put("object", "response")
                .put("created_at", generation.created().getEpochSecond());
        response.set(
                "completed_at",
                status.equals("completed")
                        ? GoJson.object().numberNode(generation.created().getEpochSecond())
                        : null);
        response.put("status", status).putNull("incomplete_details").put("model", generation.model());
        response.putNull("previous_response_id");
        response.set("instructions", orNull("instructions"));
        response.set("output", items);
        response.putNull("error");
        response.set(
                "tools",
                GoJson.array(request.objects("tools", "openai.ResponsesTool").stream()
                        .map(Responses::tool)
                        .toList()));
        response.put("tool_choice", "auto")
                .put("truncation", request.text("truncation").isEmpty() ? "disabled" : request.text("truncation"))
                .put("parallel_tool_calls", true);
        response.putObject("text").set("format", format());
        response.set("top_p", numberOrOne("top_p"));
        response.put("presence_penalty", 0).put("frequency_penalty", 0).put("top_logprobs", 0);
        response.set("temperature", numberOrOne("temperature"));
        ObjectNode reasoning =
                subset(request.object("reasoning", "openai.ResponsesReasoning"), List.of("effort", "summary"));
        response.set("reasoning", reasoning.isEmpty() ? null : reasoning);
        response.set("usage", usage);
        response.set("max_output_tokens", orNull("max_output_tokens"));
        response.putNull("max_tool_calls").put("store", false).put("background", false);
        response.put("service_tier", "default").putObject("metadata");
        return response.putNull("safety_identifier").putNull("prompt_cache_key");
    }

    /** Returns the keys of a tool that Ollama knows; a missing key is null. */
    private static ObjectNode tool(RequestBody tool) {
        ObjectNode echo = GoJson.object().put("type", tool.text("type")).put("name", tool.text("name"));
        for (String key : List.of("description", "strict", "parameters")) {
            echo.set(key, tool.at(key) instanceof ObjectNode object ? GoJson.sorted(object) : tool.orNull(key));
        }
        if (!tool.objects("tools", "openai.ResponsesTool").isEmpty()) {
            echo.set(
                    "tools",
                    GoJson.array(tool.objects("tools", "openai.ResponsesTool").stream()
                            .map(Responses::tool)
                            .toList()));
        }
        return echo;
    }

    private ObjectNode format() {
        ObjectNode echo = subset(
                request.object("text", "openai.ResponsesText").object("format", "openai.ResponsesTextFormat"),
                List.of("type", "name", "schema", "strict"));
        return echo.isEmpty() ? GoJson.object().put("type", "text") : echo;
    }

    private static ObjectNode subset(RequestBody from, List<String> keys) {
        ObjectNode subset = GoJson.object();
        keys.stream().filter(from::has).forEach(key -> subset.set(key, from.at(key)));
        return subset;
    }

    private JsonNode numberOrOne(String key) {
        return request.has(key) ? request.at(key) : GoJson.object().numberNode(1);
    }

    private @Nullable JsonNode orNull(String key) {
        return request.orNull(key);
    }
}
