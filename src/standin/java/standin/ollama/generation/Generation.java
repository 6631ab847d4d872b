package standin.ollama.generation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import standin.ollama.go.Digest;
import standin.ollama.go.GoJson;
import standin.ollama.model.CatalogueModel;
import standin.ollama.model.ModelBehavior;

/**
 * Holds a complete answer. It depends on the prompt only, so that a test can predict it.
 *
 * @param model model name as the client sent it
 * @param number number below 999, for identifiers
 * @param logprobs number of alternative tokens listed with each token; empty for no log probabilities
 * @param doneReason stop or length; empty if the model repeated itself, which Ollama cuts off without a reason
 */
public record Generation(
        String model,
        int number,
        Instant created,
        List<OutputPart> parts,
        String doneReason,
        int promptTokens,
        OptionalInt logprobs) {

    private static final int MAX_ECHOED_WORDS = 8;
    private static final int JSON_PART_LENGTH = 8;

    /** Ollama stops after more equal tokens in a row (llm/llama_server.go:1692). */
    private static final int MAX_EQUAL_TOKENS = 30;

    /**
     * Generates the answer: thinking first, then the text. An empty prompt, or one that ends with the assistant's message,
     * gets an empty answer.
     */
    static Generation answering(GenerationRequest request, boolean thinking, CatalogueModel model) {
        List<OutputPart> parts = new ArrayList<>();
        if (!Prompt.words(request.prompt().lastText()).isEmpty()
                && !request.prompt().endsWithAssistant()) {
            if (thinking) {
                List.of("Let", " me", " think", ".").forEach(word -> parts.add(new OutputPart.Thinking(word)));
            }
            parts.addAll(answer(request, model.behavior()));
        }
        int maxTokens = request.options().maxTokens();
        int number = Math.floorMod(request.prompt().hashCode(), 999);
        int repetition = firstRepetition(parts);
        if (repetition < parts.size() && (maxTokens == 0 || repetition < maxTokens)) {
            return new Generation(
                    request.model(),
                    number,
                    Instant.now(),
                    List.copyOf(parts.subList(0, repetition)),
                    "",
                    0,
                    request.logprobs());
        }
        boolean cut = maxTokens > 0 && parts.size() > maxTokens;
        return new Generation(
                request.model(),
                number,
                Instant.now(),
                List.copyOf(cut ? parts.subList(0, maxTokens) : parts),
                cut ? "length" : "stop",
                request.prompt().tokens(),
                request.logprobs());
    }

    /** Returns an empty generation, for a request that only loaded or unloaded the model. */
    public static Generation empty(GenerationRequest request, String doneReason) {
        return new Generation(request.model(), 0, Instant.now(), List.of(), doneReason, 0, request.logprobs());
    }

    /** Returns a tool call, the model's fixed answer, JSON, or the user's first words repeated. */
    private static List<OutputPart> answer(GenerationRequest request, ModelBehavior behavior) {
        Prompt prompt = request.prompt();
        boolean callsTool = !request.tools().isEmpty()
                && (behavior.alwaysCallsTools() && !prompt.endsWithToolResult()
                        || behavior.answer().isEmpty() && prompt.asksForTool());
        if (callsTool) {
            return List.of(call(request.tools().get(0)));
        }
        if (!behavior.answer().isEmpty()) {
            return texts(behavior.answer());
        }
        List<String> words = Prompt.words(prompt.lastText());
        // The engine ignores a format without a schema when it renders the prompt itself, from a Jinja template.
        boolean formatted = !request.format().isMissingNode()
                && !(behavior.jinjaOnly() && request.format().isEmpty());
        if (formatted) {
            ObjectNode answer = request.format().path("properties").isObject()
                    ? example(request.format())
                    : GoJson.object().put("answer", String.join(" ", words));
            return texts(split(GoJson.write(answer)));
        }
        List<String> echo = new ArrayList<>(List.of("You", " said:"));
        words.stream().limit(MAX_ECHOED_WORDS).forEach(word -> echo.add(" " + word));
        return texts(echo);
    }

    private static List<OutputPart> texts(List<String> texts) {
        return texts.stream().<OutputPart>map(OutputPart.Text::new).toList();
    }

    private static OutputPart call(GenerationRequest.Tool tool) {
        String id = "call_" + Digest.of(tool.name()).substring(0, 8);
        return new OutputPart.ToolCall(id, tool.name(), example(tool.parameters()));
    }

    /** Returns the index of the token at which the model has repeated itself too often; the size if it has not. */
    private static int firstRepetition(List<OutputPart> parts) {
        int equal = 1;
        for (int at = 1; at < parts.size(); at++) {
            equal = parts.get(at).equals(parts.get(at - 1)) ? equal + 1 : 1;
            if (equal > MAX_EQUAL_TOKENS) {
                return at;
            }
        }
        return parts.size();
    }

    /** Returns true if the answer has a done reason. */
    public boolean isComplete() {
        return !doneReason.isEmpty();
    }

    public String text() {
        return parts.stream()
                .map(part -> part instanceof OutputPart.Text text ? text.text() : "")
                .collect(Collectors.joining());
    }

    public String thinking() {
        return parts.stream()
                .map(part -> part instanceof OutputPart.Thinking thinking ? thinking.text() : "")
                .collect(Collectors.joining());
    }

    public List<OutputPart.ToolCall> calls() {
        return parts.stream()
                .filter(OutputPart.ToolCall.class::isInstance)
                .map(OutputPart.ToolCall.class::cast)
                .toList();
    }

    /** Returns the token count that the response reports: 0 without a done reason. */
    public int tokens() {
        return isComplete() ? parts.size() : 0;
    }

    /** Returns an object that satisfies a simple JSON schema. */
    private static ObjectNode example(JsonNode schema) {
        ObjectNode example = GoJson.object();
        schema.path("properties").properties().forEach(property -> {
            JsonNode type = property.getValue();
            if (type.path("enum").isArray() && !type.path("enum").isEmpty()) {
                example.set(property.getKey(), type.path("enum").get(0));
                return;
            }
            switch (type.path("type").asText()) {
                case "integer", "number" -> example.put(property.getKey(), 1);
                case "boolean" -> example.put(property.getKey(), true);
                case "array" -> example.putArray(property.getKey());
                case "object" -> example.set(property.getKey(), example(type));
                default -> example.put(property.getKey(), "example");
            }
        });
        return example;
    }

    private static List<String> split(String json) {
        List<String> parts = new ArrayList<>();
        for (int at = 0; at < json.length(); at += JSON_PART_LENGTH) {
            parts.add(json.substring(at, Math.min(json.length(), at + JSON_PART_LENGTH)));
        }
        return parts;
    }
}
