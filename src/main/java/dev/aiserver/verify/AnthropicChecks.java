package dev.aiserver.verify;

import com.fasterxml.jackson.databind.JsonNode;
import dev.aiserver.net.ForbiddenRequests;
import dev.aiserver.net.RawHttpRequest;
import dev.aiserver.net.RawHttpResponse;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** That Anthropic's clients get what they know. */
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

    /** A block for each kind of what is said: thoughts, words, calls of tools. */
    private static final Pattern ORDER = Pattern.compile(
            "message_start( content_block_start content_block_delta content_block_stop)+ message_delta message_stop");

    private AnthropicChecks() {}

    static List<Check> all(ServerView client) {
        if (!client.opens("POST", MESSAGES)) {
            return List.of();
        }
        List<Check> checks = new ArrayList<>(List.of(
                error("anthropic.error.unknown-model", "an unknown model", 404, NO_MODEL),
                error("anthropic.error.malformed", "malformed JSON", 400, "{\"model\":"),
                error(
                        "anthropic.error.no-max-tokens",
                        "a missing max_tokens",
                        400,
                        NO_MODEL.replace("\"max_tokens\":1,", "")),
                error("anthropic.error.no-messages", "missing messages", 400, NO_MODEL.replace(HELLO, "")),
                accepted("anthropic.beta", "?beta=true is accepted", call("?beta=true")),
                accepted(
                        "anthropic.version",
                        "anthropic-version and anthropic-beta are accepted",
                        call("").header("anthropic-version", "2023-06-01")
                                .header("anthropic-beta", "tools-2024-05-16")),
                accepted(
                        "anthropic.key",
                        "any key is accepted",
                        call("").header("x-api-key", "any").header("Authorization", "Bearer any"))));
        String hello = "\"messages\":[" + HELLO + "]";
        checks.add(plain("anthropic.messages", "a message is answered", hello));
        checks.add(
                plain("anthropic.system.text", "a system prompt may be a text", "\"system\":\"Be brief.\"," + hello));
        checks.add(plain(
                "anthropic.system.blocks",
                "a system prompt may be a list of blocks",
                "\"system\":[{\"type\":\"text\",\"text\":\"Be brief.\"}]," + hello));
        checks.add(
                plain(
                        "anthropic.turns",
                        "a conversation of several turns is answered",
                        "\"messages\":[{\"role\":\"user\",\"content\":\"My name is Ann.\"},{\"role\":\"assistant\",\"content\":"
                                + "[{\"type\":\"text\",\"text\":\"Hello Ann.\"}]},{\"role\":\"user\",\"content\":\"Who am I?\"}]"));
        checks.add(Check.ofModel(
                "anthropic.stream",
                "a stream has its events in order, to message_stop",
                Models.Ability.COMPLETION,
                AnthropicChecks::stream));
        checks.add(Check.ofModel(
                "anthropic.tools", "a model calls a tool", Models.Ability.TOOLS, AnthropicChecks::toolUse));
        checks.add(Check.ofModel(
                "anthropic.tool-result",
                "a tool's result is taken and answered",
                Models.Ability.TOOLS,
                AnthropicChecks::toolResult));
        checks.add(Check.ofModel(
                "anthropic.thinking",
                "a model's thoughts come in a block of their own",
                Models.Ability.THINKING,
                AnthropicChecks::thinking));
        checks.add(Check.ofModel(
                "anthropic.image", "a model takes an image", Models.Ability.VISION, AnthropicChecks::image));
        checks.add(Check.of("anthropic.count-tokens", "count_tokens is offered, or said not to be", s -> count(s)));
        return checks;
    }

    private static RawHttpRequest call(String query) {
        return RawHttpRequest.post(MESSAGES + query, "", NO_MODEL);
    }

    /** The host is known when the check is carried out. */
    private static RawHttpRequest to(VerifyContext subject, RawHttpRequest call) {
        RawHttpRequest addressed =
                RawHttpRequest.post(call.target(), subject.host(), "").withBody(call.body());
        for (var header : call.headers()) {
            if (!header.getKey().equals("Host") && !header.getKey().equals("Content-Type")) {
                addressed = addressed.header(header.getKey(), header.getValue());
            }
        }
        return addressed;
    }

    private static Check error(String id, String what, int status, String body) {
        return Check.of(
                id,
                what + " is a " + status + " as Anthropic words it",
                subject -> isError(subject.send(RawHttpRequest.post(MESSAGES, subject.host(), body)), status));
    }

    /** Refused for its model only, which comes after all that a header or a query could be refused for. */
    private static Check accepted(String id, String claim, RawHttpRequest call) {
        return Check.of(id, claim, subject -> isError(subject.send(to(subject, call)), 404));
    }

    private static Outcome isError(RawHttpResponse answer, int status) {
        String type = status == 404 ? "not_found_error" : "invalid_request_error";
        return JsonAssertions.of(answer)
                .demand(
                        answer.status() == status && !ProxyResponses.isFromProxy(answer),
                        "it gets " + ProxyResponses.shown(answer))
                .is("/type", "error")
                .is("/error/type", type)
                .hasText("/error/message")
                .outcome(status + " " + type);
    }

    private static Check plain(String id, String claim, String fields) {
        return Check.ofModel(id, claim, Models.Ability.COMPLETION, (subject, model) -> {
            RawHttpResponse answer = said(subject, model, false, fields);
            String words = words(answer);
            return message(answer)
                    .demand(!words.isEmpty(), "it says nothing")
                    .outcome(model + ": " + ProxyResponses.shortened(words));
        });
    }

    private static RawHttpResponse said(VerifyContext subject, String model, boolean thinking, String fields)
            throws IOException {
        return subject.generate(RawHttpRequest.post(MESSAGES, subject.host(), body(model, thinking, fields)));
    }

    private static String body(String model, boolean thinking, String fields) {
        String thoughts = thinking ? "{\"type\":\"enabled\",\"budget_tokens\":1024}" : "{\"type\":\"disabled\"}";
        return "{\"model\":\"" + model + "\",\"max_tokens\":" + (thinking ? 1500 : 256) + ",\"thinking\":" + thoughts
                + "," + fields + "}";
    }

    private static JsonAssertions message(RawHttpResponse answer) {
        return JsonAssertions.of(answer)
                .demand(answer.status() == 200, ProxyResponses.shown(answer))
                .is("/type", "message")
                .is("/role", "assistant")
                .hasText("/stop_reason")
                .isPositive("/usage/output_tokens");
    }

    private static Outcome stream(VerifyContext subject, String model) throws IOException {
        EventStream stream = subject.stream(RawHttpRequest.post(
                MESSAGES, subject.host(), body(model, false, "\"stream\":true,\"messages\":[" + HELLO + "]")));
        Assertions findings = new Assertions()
                .demand(stream.status() == 200, "it gets " + stream.status())
                .demand(ORDER.matcher(String.join(" ", stream.order())).matches(), "its events are " + stream.order());
        for (EventStream.Event event : stream.events()) {
            findings.demand(
                    event.json().path("type").asText().equals(event.name()),
                    "an event " + event.name() + " says it is " + event.json().path("type"));
        }
        return findings.outcome(stream.events().size() + " events in order", Remedy.of(stream.status()));
    }

    private static final String WEATHER =
            "{\"role\":\"user\",\"content\":\"Use the tool get_weather: how is the weather in Paris?\"}";

    private static Outcome toolUse(VerifyContext subject, String model) throws IOException {
        RawHttpResponse answer = said(subject, model, false, TOOLS + "\"messages\":[" + WEATHER + "]");
        JsonAssertions shape = message(answer);
        for (JsonNode block : shape.at("/content")) {
            if (block.path("type").asText().equals("tool_use")) {
                return shape.is("/stop_reason", "tool_use")
                        .demand(block.path("name").asText().equals("get_weather"), "it calls another tool")
                        .demand(block.path("input").isObject(), "its input is no object")
                        .demand(!block.path("id").asText().isEmpty(), "the call has no id")
                        .outcome(model + " calls get_weather(" + block.path("input") + ")");
            }
        }
        return answer.status() == 200 ? JsonAssertions.wordsInsteadOfTool(model) : shape.outcome("");
    }

    private static Outcome toolResult(VerifyContext subject, String model) throws IOException {
        RawHttpResponse answer = said(
                subject,
                model,
                false,
                TOOLS + "\"messages\":[" + WEATHER + ",{\"role\":\"assistant\",\"content\":[{\"type\":\"tool_use\","
                        + "\"id\":\"call_1\",\"name\":\"get_weather\",\"input\":{\"city\":\"Paris\"}}]},"
                        + "{\"role\":\"user\",\"content\":[{\"type\":\"tool_result\",\"tool_use_id\":\"call_1\","
                        + "\"content\":\"It is sunny.\"}]}]");
        JsonAssertions shape = message(answer);
        return shape.demand(!shape.at("/content").isEmpty(), "it says nothing").outcome(model + " answers");
    }

    private static Outcome thinking(VerifyContext subject, String model) throws IOException {
        RawHttpResponse answer = said(subject, model, true, "\"messages\":[" + HELLO + "]");
        return message(answer)
                .is("/content/0/type", "thinking")
                .hasText("/content/0/thinking")
                .outcome(model + " thinks first");
    }

    private static Outcome image(VerifyContext subject, String model) throws IOException {
        RawHttpResponse answer = said(
                subject,
                model,
                false,
                "\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"image\",\"source\":{\"type\":\"base64\","
                        + "\"media_type\":\"image/png\",\"data\":\"" + JsonAssertions.PNG
                        + "\"}},{\"type\":\"text\",\"text\":\"What colour is this?\"}]}]");
        return message(answer)
                .demand(!words(answer).isEmpty(), "it says nothing")
                .outcome(model + " answers");
    }

    /** What it says or thinks: some models think also when they are asked not to, and may come to no word. */
    private static String words(RawHttpResponse answer) {
        StringBuilder words = new StringBuilder();
        JsonAssertions.of(answer)
                .at("/content")
                .forEach(block -> words.append(block.path("text").asText(""))
                        .append(block.path("thinking").asText("")));
        return words.toString();
    }

    /** No release of Ollama is known to have it, so this is asked and not assumed. */
    private static Outcome count(VerifyContext subject) throws IOException {
        if (!subject.client().opens("POST", COUNT)) {
            return new Outcome.Skipped(
                    "not open; add anthropic-count-tokens to proxy.endpoints once your Ollama has it");
        }
        RawHttpResponse answer = subject.send(RawHttpRequest.post(COUNT, subject.host(), NO_MODEL));
        return answer.status() == 404 && !answer.text().startsWith("{")
                ? new Outcome.Warned("this Ollama has no count_tokens", "clients estimate instead; nothing to do")
                : new Assertions()
                        .demand(
                                answer.status() < 500 && !ProxyResponses.isFromProxy(answer),
                                ProxyResponses.shown(answer))
                        .outcome("offered", Remedy.of(answer.status()));
    }
}
