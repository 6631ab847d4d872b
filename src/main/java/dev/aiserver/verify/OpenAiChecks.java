package dev.aiserver.verify;

import com.fasterxml.jackson.databind.JsonNode;
import dev.aiserver.net.ForbiddenRequests;
import dev.aiserver.net.RawHttpRequest;
import dev.aiserver.net.RawHttpResponse;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Checks that clients of OpenAI's API get the models, chat completions and responses that they expect. */
final class OpenAiChecks {
    private static final String CHAT = "/v1/chat/completions";
    private static final String RESPONSES = "/v1/responses";
    private static final String MODELS = "/v1/models";
    private static final String TOOL =
            "{\"type\":\"object\",\"properties\":{\"city\":{\"type\":\"string\"}},\"required\":[\"city\"]}";

    private static final String OK_SCHEMA =
            "{\"type\":\"object\",\"properties\":{\"ok\":{\"type\":\"boolean\"}},\"required\":[\"ok\"]}";

    private OpenAiChecks() {}

    static List<Check> all(ServerView client) {
        List<Check> checks = new ArrayList<>();
        if (client.opens("GET", MODELS)) {
            checks.add(Check.of("openai.models", "the model list has OpenAI's format", OpenAiChecks::models));
        }
        if (client.opens("GET", "/v1/models/{model}")) {
            checks.add(Check.of(
                    "openai.model.unknown",
                    "unknown model returns 404 in OpenAI's error format",
                    OpenAiChecks::unknownModel));
            checks.add(Check.ofModel(
                    "openai.model",
                    "an installed model can be retrieved by name",
                    Models.Ability.COMPLETION,
                    OpenAiChecks::oneModel));
        }
        if (client.opens("POST", CHAT)) {
            checks.add(error(
                    "openai.error.unknown-model",
                    "unknown model",
                    CHAT,
                    404,
                    "{\"model\":\"" + ForbiddenRequests.NO_MODEL
                            + "\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}"));
            checks.add(error("openai.error.malformed", "malformed JSON", CHAT, 400, "{\"model\":"));
            checks.add(error(
                    "openai.error.no-model",
                    "request without a model",
                    CHAT,
                    400,
                    "{\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}"));
            checks.add(error(
                    "openai.error.no-messages",
                    "request without messages",
                    CHAT,
                    400,
                    "{\"model\":\"" + ForbiddenRequests.NO_MODEL + "\"}"));
            checks.add(Check.ofModel(
                    "openai.chat", "answers a chat completion", Models.Ability.COMPLETION, OpenAiChecks::chat));
            checks.add(Check.ofModel(
                    "openai.chat.stream",
                    "a streamed chat ends with [DONE]",
                    Models.Ability.COMPLETION,
                    (s, m) -> chatStream(s, m, false)));
            checks.add(Check.ofModel(
                    "openai.chat.usage",
                    "a stream reports its usage on request",
                    Models.Ability.COMPLETION,
                    (s, m) -> chatStream(s, m, true)));
            checks.add(Check.ofModel(
                    "openai.chat.json", "JSON mode returns JSON", Models.Ability.COMPLETION, OpenAiChecks::jsonMode));
            checks.add(Check.ofModel(
                    "openai.chat.tools", "a model calls a tool", Models.Ability.TOOLS, OpenAiChecks::tools));
            checks.add(Check.ofModel(
                    "openai.chat.vision", "a model accepts an image", Models.Ability.VISION, OpenAiChecks::vision));
        }
        if (client.opens("POST", RESPONSES)) {
            checks.add(error(
                    "openai.responses.error.unknown-model",
                    "unknown model",
                    RESPONSES,
                    404,
                    "{\"model\":\"" + ForbiddenRequests.NO_MODEL + "\",\"input\":\"x\"}"));
            checks.add(error("openai.responses.error.malformed", "malformed JSON", RESPONSES, 400, "{\"model\":"));
            checks.add(Check.ofModel(
                    "openai.responses",
                    "returns a completed response",
                    Models.Ability.COMPLETION,
                    OpenAiChecks::response));
            checks.add(Check.ofModel(
                    "openai.responses.stream",
                    "a streamed response sends its events in order and ends with response.completed",
                    Models.Ability.COMPLETION,
                    OpenAiChecks::responseStream));
        }
        return checks;
    }

    private static Check error(String id, String what, String path, int status, String body) {
        return Check.of(id, what + " returns " + status + " in OpenAI's error format", context -> {
            RawHttpResponse response = context.send(RawHttpRequest.post(path, context.host(), body));
            return isError(response, status);
        });
    }

    private static Outcome isError(RawHttpResponse response, int status) {
        String type = status == 404 ? "not_found_error" : "invalid_request_error";
        return JsonAssertions.of(response)
                .require(
                        response.status() == status && !ProxyResponses.isFromProxy(response),
                        "the request returns " + ProxyResponses.shown(response))
                .is("/error/type", type)
                .hasText("/error/message")
                .outcome(status + " " + type);
    }

    private static Outcome models(VerifyContext context) throws IOException {
        RawHttpResponse response = context.send(RawHttpRequest.get(MODELS, context.host()));
        JsonAssertions json = JsonAssertions.of(response)
                .require(response.status() == 200, ProxyResponses.shown(response))
                .is("/object", "list");
        JsonNode data = json.at("/data");
        // Ollama returns null if no model is installed.
        json.require(data.isArray() || data.isNull(), "data is not a list");
        data.forEach(model -> json.require(
                model.path("object").asText().equals("model")
                        && !model.path("id").asText().isEmpty()
                        && model.path("created").isNumber(),
                "an entry is not a model: " + ProxyResponses.shortened(model.toString())));
        Set<String> names = new TreeSet<>();
        data.forEach(model -> names.add(model.path("id").asText()));
        json.require(
                names.equals(context.models().names()),
                "it lists " + names + ", but /api/tags lists "
                        + new TreeSet<>(context.models().names()));
        return json.outcome(data.size() + " models");
    }

    private static Outcome oneModel(VerifyContext context, String model) throws IOException {
        RawHttpResponse response = context.send(RawHttpRequest.get(MODELS + "/" + model, context.host()));
        if (model.contains("/")) {
            return new Outcome.Skipped("Ollama has no route for a model name with a slash");
        }
        return JsonAssertions.of(response)
                .require(response.status() == 200, ProxyResponses.shown(response))
                .is("/object", "model")
                .is("/id", model)
                .outcome(model);
    }

    private static Outcome unknownModel(VerifyContext context) throws IOException {
        return isError(
                context.send(RawHttpRequest.get(MODELS + "/" + ForbiddenRequests.NO_MODEL, context.host())), 404);
    }

    private static String chat(String model, String text, String more) {
        return "{\"model\":\"" + model + "\",\"max_tokens\":256,\"temperature\":0,\"reasoning_effort\":\"none\","
                + "\"messages\":[{\"role\":\"user\",\"content\":" + text + "}]" + more + "}";
    }

    private static RawHttpResponse sendChat(VerifyContext context, String body) throws IOException {
        return context.generate(RawHttpRequest.post(CHAT, context.host(), body));
    }

    private static JsonAssertions completion(RawHttpResponse response) {
        return JsonAssertions.of(response)
                .require(response.status() == 200, ProxyResponses.shown(response))
                .is("/object", "chat.completion")
                .is("/choices/0/message/role", "assistant")
                .hasText("/choices/0/finish_reason")
                .isPositive("/usage/completion_tokens");
    }

    /** Returns text and thinking: some models think although they are told not to, and then may not get to any text. */
    private static String text(RawHttpResponse response) {
        JsonNode message = JsonAssertions.of(response).at("/choices/0/message");
        return message.path("content").asText("") + message.path("reasoning").asText("");
    }

    private static Outcome chat(VerifyContext context, String model) throws IOException {
        RawHttpResponse response = sendChat(context, chat(model, "\"Say one word.\"", ""));
        String text = text(response);
        return completion(response)
                .require(!text.isEmpty(), "the response has no text")
                .outcome(model + ": " + ProxyResponses.shortened(text));
    }

    private static Outcome chatStream(VerifyContext context, String model, boolean usage) throws IOException {
        String more = ",\"stream\":true" + (usage ? ",\"stream_options\":{\"include_usage\":true}" : "");
        RawHttpRequest request = RawHttpRequest.post(CHAT, context.host(), chat(model, "\"Say one word.\"", more));
        EventStream stream = context.stream(request);
        StringBuilder text = new StringBuilder();
        boolean counted = false;
        boolean finished = false;
        for (EventStream.Event event : stream.events()) {
            if (!event.data().equals("[DONE]")) {
                JsonNode chunk = event.json();
                text.append(chunk.at("/choices/0/delta/content").asText(""))
                        .append(chunk.at("/choices/0/delta/reasoning").asText(""));
                finished |= !chunk.at("/choices/0/finish_reason").asText("").isEmpty()
                        && !chunk.at("/choices/0/finish_reason").isNull();
                counted |= chunk.at("/usage/completion_tokens").asInt() > 0;
            }
        }
        return new Assertions()
                .require(stream.status() == 200, "the stream returns " + stream.status())
                .require(
                        stream.contentType().startsWith("text/event-stream"),
                        "the stream has the content type " + stream.contentType())
                .require(
                        stream.last().equals("[DONE]"),
                        "the stream ends with " + ProxyResponses.shortened(stream.last()))
                .require(finished, "no chunk has a finish_reason")
                .require(text.length() > 0, "the response has no text")
                .require(
                        counted == usage,
                        usage ? "no chunk reports the usage" : "the stream reports its usage without a request")
                .outcome(stream.events().size() + " events, then [DONE]", Remedy.of(stream.status()));
    }

    private static Outcome jsonMode(VerifyContext context, String model) throws IOException {
        JsonAssertions json = completion(inJson(context, model, "{\"type\":\"json_object\"}"));
        String text = json.at("/choices/0/message/content").asText();
        boolean cut = json.at("/choices/0/finish_reason").asText().equals("length");
        if (json.hold() && !cut && !JsonAssertions.isObject(text)) {
            JsonAssertions withSchema = completion(inJson(
                    context,
                    model,
                    "{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"answer\",\"schema\":" + OK_SCHEMA + "}}"));
            // For a model without a Go template, Ollama leaves the prompt to its engine, which supports only schemas.
            if (withSchema.hold()
                    && JsonAssertions.isObject(
                            withSchema.at("/choices/0/message/content").asText())) {
                return new Outcome.Warned(
                        "\"json_object\" has no effect on " + model + ", but \"json_schema\" has: Ollama leaves a model"
                                + " that has only a Jinja template to its engine",
                        "use a json_schema with this model, or use a model that has an Ollama template");
            }
        }
        return json.require(
                        cut || JsonAssertions.isObject(text),
                        "the content is not a JSON object: " + ProxyResponses.shortened(text))
                .outcome(ProxyResponses.shortened(text));
    }

    private static RawHttpResponse inJson(VerifyContext context, String model, String format) throws IOException {
        return sendChat(
                context, chat(model, "\"Answer in JSON: {\\\"ok\\\": true}\"", ",\"response_format\":" + format));
    }

    private static Outcome tools(VerifyContext context, String model) throws IOException {
        String tools = ",\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"get_weather\","
                + "\"description\":\"The weather in a city\",\"parameters\":" + TOOL + "}}]";
        RawHttpResponse response =
                sendChat(context, chat(model, "\"Use the tool get_weather: how is the weather in Paris?\"", tools));
        JsonAssertions json = completion(response);
        JsonNode call = json.at("/choices/0/message/tool_calls/0");
        if (response.status() == 200 && call.isMissingNode()) {
            return JsonAssertions.textInsteadOfToolCall(model);
        }
        return json.is("/choices/0/finish_reason", "tool_calls")
                .is("/choices/0/message/tool_calls/0/type", "function")
                .is("/choices/0/message/tool_calls/0/function/name", "get_weather")
                .hasText("/choices/0/message/tool_calls/0/id")
                .require(
                        JsonAssertions.isObject(call.at("/function/arguments").asText()),
                        "the tool call's arguments are not a JSON object as text")
                .outcome(model + " calls get_weather("
                        + call.at("/function/arguments").asText() + ")");
    }

    private static Outcome vision(VerifyContext context, String model) throws IOException {
        RawHttpResponse response = sendChat(
                context,
                chat(
                        model,
                        "[{\"type\":\"text\",\"text\":\"What color is this?\"},{\"type\":\"image_url\",\"image_url\":{\"url\":"
                                + "\"data:image/png;base64," + JsonAssertions.PNG + "\"}}]",
                        ""));
        return completion(response)
                .require(!text(response).isEmpty(), "the response has no text")
                .outcome(model + " answers");
    }

    private static String response(String model, boolean stream) {
        return "{\"model\":\"" + model + "\",\"max_output_tokens\":256,\"reasoning\":{\"effort\":\"none\"},\"stream\":"
                + stream + ",\"input\":\"Say one word.\"}";
    }

    private static Outcome response(VerifyContext context, String model) throws IOException {
        RawHttpResponse response =
                context.generate(RawHttpRequest.post(RESPONSES, context.host(), response(model, false)));
        JsonAssertions json = JsonAssertions.of(response)
                .require(response.status() == 200, ProxyResponses.shown(response))
                .is("/object", "response")
                .is("/status", "completed")
                .isPositive("/usage/output_tokens");
        String text = "";
        for (JsonNode item : json.at("/output")) {
            text += item.at("/content/0/text").asText("");
        }
        return json.require(!text.isEmpty(), "no item of the output has text")
                .outcome(model + ": " + ProxyResponses.shortened(text));
    }

    private static Outcome responseStream(VerifyContext context, String model) throws IOException {
        EventStream stream = context.stream(RawHttpRequest.post(RESPONSES, context.host(), response(model, true)));
        List<String> order = stream.order();
        Assertions assertions = new Assertions()
                .require(stream.status() == 200, "the stream returns " + stream.status())
                .require(
                        order.size() > 2
                                && order.subList(0, 2).equals(List.of("response.created", "response.in_progress")),
                        "the stream does not begin with response.created, response.in_progress: " + order)
                .require(
                        JsonAssertions.inOrder(
                                order,
                                "response.output_item.added",
                                "response.content_part.added",
                                "response.output_text.delta",
                                "response.output_text.done",
                                "response.content_part.done",
                                "response.output_item.done"),
                        "the events of the text are not in order: " + order)
                .require(
                        !order.isEmpty() && order.get(order.size() - 1).equals("response.completed"),
                        "the stream does not end with response.completed");
        for (int i = 0; i < stream.events().size(); i++) {
            JsonNode data = stream.events().get(i).json();
            assertions.require(
                    data.path("sequence_number").asInt(-1) == i
                            && data.path("type")
                                    .asText()
                                    .equals(stream.events().get(i).name()),
                    "event " + i + " has the wrong number or type: " + ProxyResponses.shortened(data.toString()));
        }
        return assertions.outcome(stream.events().size() + " events, numbered from 0", Remedy.of(stream.status()));
    }

    /** Returns a request whose response takes a while to stream. */
    static RawHttpRequest longChat(String host, String model, int tokens, String query) {
        return longChat(host, model, tokens, query, "");
    }

    /** Returns a {@link #longChat} with a prompt that takes a while to process and that no model has cached. */
    static RawHttpRequest longPrompt(String host, String model, int tokens, String query) {
        return longChat(host, model, tokens, query, query + " and so on".repeat(1000) + ". ");
    }

    private static RawHttpRequest longChat(String host, String model, int tokens, String query, String preface) {
        return RawHttpRequest.post(
                        CHAT,
                        host,
                        "{\"model\":\"" + model + "\",\"max_tokens\":" + tokens + ",\"temperature\":0,\"stream\":true,"
                                + "\"reasoning_effort\":\"none\",\"messages\":[{\"role\":\"user\",\"content\":\""
                                + preface
                                + "Count from one to five hundred in words, one number per line.\"}]}")
                .withQuery(query);
    }
}
