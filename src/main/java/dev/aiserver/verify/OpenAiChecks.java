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

/** That OpenAI's clients get what they know: models, chat completions and responses, whole and as streams. */
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
            checks.add(Check.of("openai.models", "the models are listed as OpenAI lists them", OpenAiChecks::models));
        }
        if (client.opens("GET", "/v1/models/{model}")) {
            checks.add(
                    Check.of("openai.model.unknown", "an unknown model is a 404 in JSON", OpenAiChecks::unknownModel));
            checks.add(Check.ofModel(
                    "openai.model",
                    "an installed model is found by its name",
                    Models.Ability.COMPLETION,
                    OpenAiChecks::oneModel));
        }
        if (client.opens("POST", CHAT)) {
            checks.add(error(
                    "openai.error.unknown-model",
                    "an unknown model",
                    CHAT,
                    404,
                    "{\"model\":\"" + ForbiddenRequests.NO_MODEL
                            + "\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}"));
            checks.add(error("openai.error.malformed", "malformed JSON", CHAT, 400, "{\"model\":"));
            checks.add(error(
                    "openai.error.no-model",
                    "a missing model",
                    CHAT,
                    400,
                    "{\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}"));
            checks.add(error(
                    "openai.error.no-messages",
                    "missing messages",
                    CHAT,
                    400,
                    "{\"model\":\"" + ForbiddenRequests.NO_MODEL + "\"}"));
            checks.add(
                    Check.ofModel("openai.chat", "a chat is completed", Models.Ability.COMPLETION, OpenAiChecks::chat));
            checks.add(Check.ofModel(
                    "openai.chat.stream",
                    "a streamed chat ends with [DONE]",
                    Models.Ability.COMPLETION,
                    (s, m) -> chatStream(s, m, false)));
            checks.add(Check.ofModel(
                    "openai.chat.usage",
                    "a stream tells its usage when asked to",
                    Models.Ability.COMPLETION,
                    (s, m) -> chatStream(s, m, true)));
            checks.add(Check.ofModel(
                    "openai.chat.json", "JSON mode gives JSON", Models.Ability.COMPLETION, OpenAiChecks::jsonMode));
            checks.add(Check.ofModel(
                    "openai.chat.tools", "a model calls a tool", Models.Ability.TOOLS, OpenAiChecks::tools));
            checks.add(Check.ofModel(
                    "openai.chat.vision", "a model takes an image", Models.Ability.VISION, OpenAiChecks::vision));
        }
        if (client.opens("POST", RESPONSES)) {
            checks.add(error(
                    "openai.responses.error.unknown-model",
                    "an unknown model",
                    RESPONSES,
                    404,
                    "{\"model\":\"" + ForbiddenRequests.NO_MODEL + "\",\"input\":\"x\"}"));
            checks.add(error("openai.responses.error.malformed", "malformed JSON", RESPONSES, 400, "{\"model\":"));
            checks.add(Check.ofModel(
                    "openai.responses", "a response is completed", Models.Ability.COMPLETION, OpenAiChecks::response));
            checks.add(Check.ofModel(
                    "openai.responses.stream",
                    "a streamed response has its events in order, to response.completed",
                    Models.Ability.COMPLETION,
                    OpenAiChecks::responseStream));
        }
        return checks;
    }

    private static Check error(String id, String what, String path, int status, String body) {
        return Check.of(id, what + " is a " + status + " as OpenAI words it", subject -> {
            RawHttpResponse answer = subject.send(RawHttpRequest.post(path, subject.host(), body));
            return isError(answer, status);
        });
    }

    private static Outcome isError(RawHttpResponse answer, int status) {
        String type = status == 404 ? "not_found_error" : "invalid_request_error";
        return JsonAssertions.of(answer)
                .demand(
                        answer.status() == status && !ProxyResponses.isFromProxy(answer),
                        "it gets " + ProxyResponses.shown(answer))
                .is("/error/type", type)
                .hasText("/error/message")
                .outcome(status + " " + type);
    }

    private static Outcome models(VerifyContext subject) throws IOException {
        RawHttpResponse answer = subject.send(RawHttpRequest.get(MODELS, subject.host()));
        JsonAssertions shape = JsonAssertions.of(answer)
                .demand(answer.status() == 200, ProxyResponses.shown(answer))
                .is("/object", "list");
        JsonNode data = shape.at("/data");
        // Without any model Ollama says null.
        shape.demand(data.isArray() || data.isNull(), "data is no list");
        data.forEach(model -> shape.demand(
                model.path("object").asText().equals("model")
                        && !model.path("id").asText().isEmpty()
                        && model.path("created").isNumber(),
                "an entry is no model: " + ProxyResponses.shortened(model.toString())));
        Set<String> names = new TreeSet<>();
        data.forEach(model -> names.add(model.path("id").asText()));
        shape.demand(
                names.equals(subject.models().names()),
                "it lists " + names + ", and /api/tags "
                        + new TreeSet<>(subject.models().names()));
        return shape.outcome(data.size() + " models");
    }

    private static Outcome oneModel(VerifyContext subject, String model) throws IOException {
        RawHttpResponse answer = subject.send(RawHttpRequest.get(MODELS + "/" + model, subject.host()));
        if (model.contains("/")) {
            return new Outcome.Skipped("Ollama has no route for a model whose name has a slash");
        }
        return JsonAssertions.of(answer)
                .demand(answer.status() == 200, ProxyResponses.shown(answer))
                .is("/object", "model")
                .is("/id", model)
                .outcome(model);
    }

    private static Outcome unknownModel(VerifyContext subject) throws IOException {
        return isError(
                subject.send(RawHttpRequest.get(MODELS + "/" + ForbiddenRequests.NO_MODEL, subject.host())), 404);
    }

    private static String chat(String model, String text, String more) {
        return "{\"model\":\"" + model + "\",\"max_tokens\":256,\"temperature\":0,\"reasoning_effort\":\"none\","
                + "\"messages\":[{\"role\":\"user\",\"content\":" + text + "}]" + more + "}";
    }

    private static RawHttpResponse chatted(VerifyContext subject, String body) throws IOException {
        return subject.generate(RawHttpRequest.post(CHAT, subject.host(), body));
    }

    private static JsonAssertions completion(RawHttpResponse answer) {
        return JsonAssertions.of(answer)
                .demand(answer.status() == 200, ProxyResponses.shown(answer))
                .is("/object", "chat.completion")
                .is("/choices/0/message/role", "assistant")
                .hasText("/choices/0/finish_reason")
                .isPositive("/usage/completion_tokens");
    }

    /** What it says or thinks: some models think also when they are asked not to, and may come to no word. */
    private static String words(RawHttpResponse answer) {
        JsonNode message = JsonAssertions.of(answer).at("/choices/0/message");
        return message.path("content").asText("") + message.path("reasoning").asText("");
    }

    private static Outcome chat(VerifyContext subject, String model) throws IOException {
        RawHttpResponse answer = chatted(subject, chat(model, "\"Say one word.\"", ""));
        String words = words(answer);
        return completion(answer)
                .demand(!words.isEmpty(), "it says nothing")
                .outcome(model + ": " + ProxyResponses.shortened(words));
    }

    private static Outcome chatStream(VerifyContext subject, String model, boolean usage) throws IOException {
        String more = ",\"stream\":true" + (usage ? ",\"stream_options\":{\"include_usage\":true}" : "");
        RawHttpRequest call = RawHttpRequest.post(CHAT, subject.host(), chat(model, "\"Say one word.\"", more));
        EventStream stream = subject.stream(call);
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
                .demand(stream.status() == 200, "it gets " + stream.status())
                .demand(stream.contentType().startsWith("text/event-stream"), "its type is " + stream.contentType())
                .demand(stream.last().equals("[DONE]"), "it ends with " + ProxyResponses.shortened(stream.last()))
                .demand(finished, "no chunk has a finish_reason")
                .demand(text.length() > 0, "it says nothing")
                .demand(counted == usage, usage ? "no chunk tells the usage" : "the usage is told unasked")
                .outcome(stream.events().size() + " events, then [DONE]", Remedy.of(stream.status()));
    }

    private static Outcome jsonMode(VerifyContext subject, String model) throws IOException {
        JsonAssertions shape = completion(inJson(subject, model, "{\"type\":\"json_object\"}"));
        String text = shape.at("/choices/0/message/content").asText();
        boolean cut = shape.at("/choices/0/finish_reason").asText().equals("length");
        if (shape.isGood() && !cut && !JsonAssertions.isObject(text)) {
            JsonAssertions withSchema = completion(inJson(
                    subject,
                    model,
                    "{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"answer\",\"schema\":" + OK_SCHEMA + "}}"));
            // Ollama leaves the prompt of a model without a Go template to its engine, which knows schemas only.
            if (withSchema.isGood()
                    && JsonAssertions.isObject(
                            withSchema.at("/choices/0/message/content").asText())) {
                return new Outcome.Warned(
                        "\"json_object\" has no effect on " + model + ", and \"json_schema\" has: Ollama leaves a model"
                                + " that has only a Jinja template to its engine",
                        "ask this model with a json_schema, or use a model that has a template of Ollama's own");
            }
        }
        return shape.demand(
                        cut || JsonAssertions.isObject(text),
                        "the content is no JSON object: " + ProxyResponses.shortened(text))
                .outcome(ProxyResponses.shortened(text));
    }

    private static RawHttpResponse inJson(VerifyContext subject, String model, String format) throws IOException {
        return chatted(
                subject, chat(model, "\"Answer in JSON: {\\\"ok\\\": true}\"", ",\"response_format\":" + format));
    }

    private static Outcome tools(VerifyContext subject, String model) throws IOException {
        String tools = ",\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"get_weather\","
                + "\"description\":\"The weather in a city\",\"parameters\":" + TOOL + "}}]";
        RawHttpResponse answer =
                chatted(subject, chat(model, "\"Use the tool get_weather: how is the weather in Paris?\"", tools));
        JsonAssertions shape = completion(answer);
        JsonNode call = shape.at("/choices/0/message/tool_calls/0");
        if (answer.status() == 200 && call.isMissingNode()) {
            return JsonAssertions.wordsInsteadOfTool(model);
        }
        return shape.is("/choices/0/finish_reason", "tool_calls")
                .is("/choices/0/message/tool_calls/0/type", "function")
                .is("/choices/0/message/tool_calls/0/function/name", "get_weather")
                .hasText("/choices/0/message/tool_calls/0/id")
                .demand(
                        JsonAssertions.isObject(call.at("/function/arguments").asText()),
                        "its arguments are no JSON object in a text")
                .outcome(model + " calls get_weather("
                        + call.at("/function/arguments").asText() + ")");
    }

    private static Outcome vision(VerifyContext subject, String model) throws IOException {
        RawHttpResponse answer = chatted(
                subject,
                chat(
                        model,
                        "[{\"type\":\"text\",\"text\":\"What colour is this?\"},{\"type\":\"image_url\",\"image_url\":{\"url\":"
                                + "\"data:image/png;base64," + JsonAssertions.PNG + "\"}}]",
                        ""));
        return completion(answer)
                .demand(!words(answer).isEmpty(), "it says nothing")
                .outcome(model + " answers");
    }

    private static String response(String model, boolean stream) {
        return "{\"model\":\"" + model + "\",\"max_output_tokens\":256,\"reasoning\":{\"effort\":\"none\"},\"stream\":"
                + stream + ",\"input\":\"Say one word.\"}";
    }

    private static Outcome response(VerifyContext subject, String model) throws IOException {
        RawHttpResponse answer =
                subject.generate(RawHttpRequest.post(RESPONSES, subject.host(), response(model, false)));
        JsonAssertions shape = JsonAssertions.of(answer)
                .demand(answer.status() == 200, ProxyResponses.shown(answer))
                .is("/object", "response")
                .is("/status", "completed")
                .isPositive("/usage/output_tokens");
        String text = "";
        for (JsonNode item : shape.at("/output")) {
            text += item.at("/content/0/text").asText("");
        }
        return shape.demand(!text.isEmpty(), "no item of the output is a text")
                .outcome(model + ": " + ProxyResponses.shortened(text));
    }

    private static Outcome responseStream(VerifyContext subject, String model) throws IOException {
        EventStream stream = subject.stream(RawHttpRequest.post(RESPONSES, subject.host(), response(model, true)));
        List<String> order = stream.order();
        Assertions findings = new Assertions()
                .demand(stream.status() == 200, "it gets " + stream.status())
                .demand(
                        order.size() > 2
                                && order.subList(0, 2).equals(List.of("response.created", "response.in_progress")),
                        "it does not begin with response.created, response.in_progress: " + order)
                .demand(
                        JsonAssertions.inOrder(
                                order,
                                "response.output_item.added",
                                "response.content_part.added",
                                "response.output_text.delta",
                                "response.output_text.done",
                                "response.content_part.done",
                                "response.output_item.done"),
                        "the events of the text are not in order: " + order)
                .demand(
                        !order.isEmpty() && order.get(order.size() - 1).equals("response.completed"),
                        "it does not end with response.completed");
        for (int i = 0; i < stream.events().size(); i++) {
            JsonNode data = stream.events().get(i).json();
            findings.demand(
                    data.path("sequence_number").asInt(-1) == i
                            && data.path("type")
                                    .asText()
                                    .equals(stream.events().get(i).name()),
                    "event " + i + " has another number or type: " + ProxyResponses.shortened(data.toString()));
        }
        return findings.outcome(stream.events().size() + " events, numbered from 0", Remedy.of(stream.status()));
    }

    /** One that is streamed for a while. */
    static RawHttpRequest longChat(String host, String model, int tokens, String query) {
        return longChat(host, model, tokens, query, "");
    }

    /** The same, behind a prompt that takes a while to read and that no model has read before. */
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
