package dev.aiserver.verify;

import com.fasterxml.jackson.databind.JsonNode;
import dev.aiserver.net.ForbiddenRequests;
import dev.aiserver.net.RawHttpRequest;
import dev.aiserver.net.RawHttpResponse;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** Checks that clients of Anthropic's API get the responses that they expect. */
final class AnthropicChecks {
    private static final String MESSAGES = "/v1/messages";
    private static final String COUNT = MESSAGES + "/count_tokens";
    private static final String HELLO = "{\"role\":\"user\",\"content\":\"Say one word.\"}";
    private static final String NO_MODEL =
            "{\"model\":\"" + ForbiddenRequests.NO_MODEL + "\",\"max_tokens\":1,\"messages\":[" + HELLO + "]}";
    private static final String TOOLS =
            "\"tools\":[{\"name\":\"get_weather\",\"description\":\"The weather in a city\","
                    + "\"input_schema\":{\"type\":\"object\",\"properties\":{\"city\":{\"type\":\"string\"}},"
                    + "\"required\":[\"city\"]}}],";

    /** Allows one or more content blocks, such as thinking, text or tool calls. */
    private static final Pattern ORDER = Pattern.compile(
            "message_start( content_block_start content_block_delta content_block_stop)+ message_delta message_stop");

    private AnthropicChecks() {}

    static List<Check> all(ServerView client) {
        if (!client.opens("POST", MESSAGES)) {
            return List.of();
        }
        List<Check> checks = new ArrayList<>(List.of(
                error("anthropic.error.unknown-model", "unknown model", 404, NO_MODEL),
                error("anthropic.error.malformed", "malformed JSON", 400, "{\"model\":"),
                error(
                        "anthropic.error.no-max-tokens",
                        "request without max_tokens",
                        400,
                        NO_MODEL.replace("\"max_tokens\":1,", "")),
                error("anthropic.error.no-messages", "request without messages", 400, NO_MODEL.replace(HELLO, "")),
                accepted("anthropic.beta", "accepts ?beta=true", request("?beta=true")),
                accepted(
                        "anthropic.version",
                        "accepts the headers anthropic-version and anthropic-beta",
                        request("")
                                .header("anthropic-version", "2023-06-01")
                                .header("anthropic-beta", "tools-2024-05-16")),
                accepted(
                        "anthropic.key",
                        "accepts any API key",
                        request("").header("x-api-key", "any").header("Authorization", "Bearer any"))));
        String hello = "\"messages\":[" + HELLO + "]";
        checks.add(plain("anthropic.messages", "answers a message", hello));
        checks.add(
                plain("anthropic.system.text", "accepts a system prompt as text", "\"system\":\"Be brief.\"," + hello));
        checks.add(plain(
                "anthropic.system.blocks",
                "accepts a system prompt as a list of blocks",
                "\"system\":[{\"type\":\"text\",\"text\":\"Be brief.\"}]," + hello));
        checks.add(
                plain(
                        "anthropic.turns",
                        "answers a conversation of several turns",
                        "\"messages\":[{\"role\":\"user\",\"content\":\"My name is Ann.\"},{\"role\":\"assistant\",\"content\":"
                                + "[{\"type\":\"text\",\"text\":\"Hello Ann.\"}]},{\"role\":\"user\",\"content\":\"Who am I?\"}]"));
        checks.add(Check.ofModel(
                "anthropic.stream",
                "a stream sends its events in order and ends with message_stop",
                Models.Ability.COMPLETION,
                AnthropicChecks::stream));
        checks.add(Check.ofModel(
                "anthropic.tools", "a model calls a tool", Models.Ability.TOOLS, AnthropicChecks::toolUse));
        checks.add(Check.ofModel(
                "anthropic.tool-result",
                "accepts a tool result and answers it",
                Models.Ability.TOOLS,
                AnthropicChecks::toolResult));
        checks.add(Check.ofModel(
                "anthropic.thinking",
                "returns a model's thinking in a separate block",
                Models.Ability.THINKING,
                AnthropicChecks::thinking));
        checks.add(Check.ofModel(
                "anthropic.image", "a model accepts an image", Models.Ability.VISION, AnthropicChecks::image));
        checks.add(Check.of("anthropic.count-tokens", "count_tokens is supported", s -> count(s)));
        return checks;
    }

    private static RawHttpRequest request(String query) {
        return RawHttpRequest.post(MESSAGES + query, "", NO_MODEL);
    }

    /** Adds the Host header, which is known only when the check runs. */
    private static RawHttpRequest to(VerifyContext context, RawHttpRequest request) {
        RawHttpRequest addressed =
                RawHttpRequest.post(request.target(), context.host(), "").withBody(request.body());
        for (var header : request.headers()) {
            if (!header.getKey().equals("Host") && !header.getKey().equals("Content-Type")) {
                addressed = addressed.header(header.getKey(), header.getValue());
            }
        }
        return addressed;
    }

    private static Check error(String id, String what, int status, String body) {
        return Check.of(
                id,
                what + " returns " + status + " in Anthropic's error format",
                context -> isError(context.send(RawHttpRequest.post(MESSAGES, context.host(), body)), status));
    }

    /** Expects an error about the model: Ollama checks the model after headers and query, so it accepted those. */
    private static Check accepted(String id, String claim, RawHttpRequest request) {
        return Check.of(id, claim, context -> isError(context.send(to(context, request)), 404));
    }

    private static Outcome isError(RawHttpResponse response, int status) {
        String type = status == 404 ? "not_found_error" : "invalid_request_error";
        return JsonAssertions.of(response)
                .require(
                        response.status() == status && !ProxyResponses.isFromProxy(response),
                        "the request returns " + ProxyResponses.shown(response))
                .is("/type", "error")
                .is("/error/type", type)
                .hasText("/error/message")
                .outcome(status + " " + type);
    }

    private static Check plain(String id, String claim, String fields) {
        return Check.ofModel(id, claim, Models.Ability.COMPLETION, (context, model) -> {
            RawHttpResponse response = send(context, model, false, fields);
            String text = text(response);
            return message(response)
                    .require(!text.isEmpty(), "the response has no text")
                    .outcome(model + ": " + ProxyResponses.shortened(text));
        });
    }

    private static RawHttpResponse send(VerifyContext context, String model, boolean thinking, String fields)
            throws IOException {
        return context.generate(RawHttpRequest.post(MESSAGES, context.host(), body(model, thinking, fields)));
    }

    private static String body(String model, boolean thinking, String fields) {
        String thinkingMode = thinking ? "{\"type\":\"enabled\",\"budget_tokens\":1024}" : "{\"type\":\"disabled\"}";
        return "{\"model\":\"" + model + "\",\"max_tokens\":" + (thinking ? 1500 : 256) + ",\"thinking\":"
                + thinkingMode + "," + fields + "}";
    }

    private static JsonAssertions message(RawHttpResponse response) {
        return JsonAssertions.of(response)
                .require(response.status() == 200, ProxyResponses.shown(response))
                .is("/type", "message")
                .is("/role", "assistant")
                .hasText("/stop_reason")
                .isPositive("/usage/output_tokens");
    }

    private static Outcome stream(VerifyContext context, String model) throws IOException {
        EventStream stream = context.stream(RawHttpRequest.post(
                MESSAGES, context.host(), body(model, false, "\"stream\":true,\"messages\":[" + HELLO + "]")));
        Assertions assertions = new Assertions()
                .require(stream.status() == 200, "the stream returns " + stream.status())
                .require(
                        ORDER.matcher(String.join(" ", stream.order())).matches(),
                        "the stream's events are " + stream.order());
        for (EventStream.Event event : stream.events()) {
            assertions.require(
                    event.json().path("type").asText().equals(event.name()),
                    "the event " + event.name() + " has type " + event.json().path("type"));
        }
        return assertions.outcome(stream.events().size() + " events in order", Remedy.of(stream.status()));
    }

    private static final String WEATHER =
            "{\"role\":\"user\",\"content\":\"Use the tool get_weather: how is the weather in Paris?\"}";

    private static Outcome toolUse(VerifyContext context, String model) throws IOException {
        RawHttpResponse response = send(context, model, false, TOOLS + "\"messages\":[" + WEATHER + "]");
        JsonAssertions json = message(response);
        for (JsonNode block : json.at("/content")) {
            if (block.path("type").asText().equals("tool_use")) {
                return json.is("/stop_reason", "tool_use")
                        .require(block.path("name").asText().equals("get_weather"), "the model calls another tool")
                        .require(block.path("input").isObject(), "the tool input is not an object")
                        .require(!block.path("id").asText().isEmpty(), "the tool call has no id")
                        .outcome(model + " calls get_weather(" + block.path("input") + ")");
            }
        }
        return response.status() == 200 ? JsonAssertions.textInsteadOfToolCall(model) : json.outcome("");
    }

    private static Outcome toolResult(VerifyContext context, String model) throws IOException {
        RawHttpResponse response = send(
                context,
                model,
                false,
                TOOLS + "\"messages\":[" + WEATHER + ",{\"role\":\"assistant\",\"content\":[{\"type\":\"tool_use\","
                        + "\"id\":\"call_1\",\"name\":\"get_weather\",\"input\":{\"city\":\"Paris\"}}]},"
                        + "{\"role\":\"user\",\"content\":[{\"type\":\"tool_result\",\"tool_use_id\":\"call_1\","
                        + "\"content\":\"It is sunny.\"}]}]");
        JsonAssertions json = message(response);
        return json.require(!json.at("/content").isEmpty(), "the response has no text")
                .outcome(model + " answers");
    }

    private static Outcome thinking(VerifyContext context, String model) throws IOException {
        RawHttpResponse response = send(context, model, true, "\"messages\":[" + HELLO + "]");
        return message(response)
                .is("/content/0/type", "thinking")
                .hasText("/content/0/thinking")
                .outcome(model + " returns its thinking first");
    }

    private static Outcome image(VerifyContext context, String model) throws IOException {
        RawHttpResponse response = send(
                context,
                model,
                false,
                "\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"image\",\"source\":{\"type\":\"base64\","
                        + "\"media_type\":\"image/png\",\"data\":\"" + JsonAssertions.PNG
                        + "\"}},{\"type\":\"text\",\"text\":\"What color is this?\"}]}]");
        return message(response)
                .require(!text(response).isEmpty(), "the response has no text")
                .outcome(model + " answers");
    }

    /** Returns text and thinking: some models think although they are told not to, and then may not get to any text. */
    private static String text(RawHttpResponse response) {
        StringBuilder text = new StringBuilder();
        JsonAssertions.of(response)
                .at("/content")
                .forEach(block -> text.append(block.path("text").asText(""))
                        .append(block.path("thinking").asText("")));
        return text.toString();
    }

    /** Asks Ollama, because no release is known to support count_tokens. */
    private static Outcome count(VerifyContext context) throws IOException {
        if (!context.client().opens("POST", COUNT)) {
            return new Outcome.Skipped(
                    "not open; add anthropic-count-tokens to proxy.endpoints once your Ollama supports it");
        }
        RawHttpResponse response = context.send(RawHttpRequest.post(COUNT, context.host(), NO_MODEL));
        return response.status() == 404 && !response.text().startsWith("{")
                ? new Outcome.Warned(
                        "this version of Ollama has no count_tokens",
                        "nothing to do: clients estimate the number instead")
                : new Assertions()
                        .require(
                                response.status() < 500 && !ProxyResponses.isFromProxy(response),
                                ProxyResponses.shown(response))
                        .outcome("count_tokens is supported", Remedy.of(response.status()));
    }
}
