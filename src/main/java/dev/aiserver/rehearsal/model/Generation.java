package dev.aiserver.rehearsal.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.Collectors;

/**
 * An answer in full. It follows from the question alone, so that a test knows it beforehand.
 *
 * @param model as the client named it
 * @param number below 999, for identifiers
 * @param logprobs how many other tokens are named with each one; empty for no probabilities
 * @param doneReason stop or length; empty for a model that repeated itself, which Ollama stops without an ending
 */
record Generation(
        String model,
        int number,
        Instant created,
        List<OutputPart> pieces,
        String doneReason,
        int promptTokens,
        OptionalInt logprobs) {

    private static final int WORDS_REPEATED = 8;
    private static final int JSON_PIECE = 8;

    /** After more equal tokens in a row Ollama gives up (llm/llama_server.go:1692). */
    private static final int MOST_EQUAL_TOKENS = 30;

    /** Thoughts first, then what is said; no words get no answer, nor does the model's own last word. */
    static Generation answering(GenerationRequest ask, boolean thinking, Model model) {
        List<OutputPart> pieces = new ArrayList<>();
        if (!Prompt.words(ask.conversation().lastText()).isEmpty()
                && !ask.conversation().isAnswered()) {
            if (thinking) {
                List.of("Let", " me", " think", ".").forEach(word -> pieces.add(new OutputPart.Thinking(word)));
            }
            pieces.addAll(said(ask, model.habits()));
        }
        int most = ask.options().maxTokens();
        int number = Math.floorMod(ask.conversation().hashCode(), 999);
        int equal = equalFrom(pieces);
        if (equal < pieces.size() && (most == 0 || equal < most)) {
            return new Generation(
                    ask.model(), number, Instant.now(), List.copyOf(pieces.subList(0, equal)), "", 0, ask.logprobs());
        }
        boolean cut = most > 0 && pieces.size() > most;
        return new Generation(
                ask.model(),
                number,
                Instant.now(),
                List.copyOf(cut ? pieces.subList(0, most) : pieces),
                cut ? "length" : "stop",
                ask.conversation().tokens(),
                ask.logprobs());
    }

    /** Of a request that has only loaded the model, or let it go. */
    static Generation ofNothing(GenerationRequest ask, String doneReason) {
        return new Generation(ask.model(), 0, Instant.now(), List.of(), doneReason, 0, ask.logprobs());
    }

    /** A tool call, what this model always says, JSON, or the user's first words again. */
    private static List<OutputPart> said(GenerationRequest ask, ModelBehavior habits) {
        Prompt conversation = ask.conversation();
        boolean callsTool = !ask.tools().isEmpty()
                && (habits.eager() && !conversation.isToolResult()
                        || habits.says().isEmpty() && conversation.asksForTool());
        if (callsTool) {
            return List.of(call(ask.tools().get(0)));
        }
        if (!habits.says().isEmpty()) {
            return texts(habits.says());
        }
        List<String> words = Prompt.words(conversation.lastText());
        // The engine does nothing with a format that is no schema where it makes the prompt itself, from Jinja.
        boolean formatted = !ask.format().isMissingNode()
                && !(habits.jinja() && ask.format().isEmpty());
        if (formatted) {
            ObjectNode answer = ask.format().path("properties").isObject()
                    ? example(ask.format())
                    : Json.object().put("answer", String.join(" ", words));
            return texts(split(Json.write(answer)));
        }
        List<String> again = new ArrayList<>(List.of("You", " said:"));
        words.stream().limit(WORDS_REPEATED).forEach(word -> again.add(" " + word));
        return texts(again);
    }

    private static List<OutputPart> texts(List<String> texts) {
        return texts.stream().<OutputPart>map(OutputPart.Text::new).toList();
    }

    private static OutputPart call(GenerationRequest.Tool tool) {
        String id = "call_" + Digest.of(tool.name()).substring(0, 8);
        return new OutputPart.ToolCall(id, tool.name(), example(tool.parameters()));
    }

    /** The index of the token at which the model has repeated itself too often. */
    private static int equalFrom(List<OutputPart> pieces) {
        int equal = 1;
        for (int at = 1; at < pieces.size(); at++) {
            equal = pieces.get(at).equals(pieces.get(at - 1)) ? equal + 1 : 1;
            if (equal > MOST_EQUAL_TOKENS) {
                return at;
            }
        }
        return pieces.size();
    }

    /** Whether the answer has an ending. */
    boolean isEnded() {
        return !doneReason.isEmpty();
    }

    String text() {
        return pieces.stream()
                .map(piece -> piece instanceof OutputPart.Text text ? text.text() : "")
                .collect(Collectors.joining());
    }

    String thoughts() {
        return pieces.stream()
                .map(piece -> piece instanceof OutputPart.Thinking thought ? thought.text() : "")
                .collect(Collectors.joining());
    }

    List<OutputPart.ToolCall> calls() {
        return pieces.stream()
                .filter(OutputPart.ToolCall.class::isInstance)
                .map(OutputPart.ToolCall.class::cast)
                .toList();
    }

    /** As the answer counts them, which is not at all where it has no ending. */
    int tokens() {
        return isEnded() ? pieces.size() : 0;
    }

    /** An object that fulfils a JSON schema of the plain kind. */
    private static ObjectNode example(JsonNode schema) {
        ObjectNode example = Json.object();
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
        for (int at = 0; at < json.length(); at += JSON_PIECE) {
            parts.add(json.substring(at, Math.min(json.length(), at + JSON_PIECE)));
        }
        return parts;
    }
}
