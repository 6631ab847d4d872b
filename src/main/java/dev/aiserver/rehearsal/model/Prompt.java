package dev.aiserver.rehearsal.model;

import java.util.List;
import java.util.Locale;

/** What has been said before the answer. */
record Prompt(List<Message> turns) {

    /** @param pictures that come with it */
    record Message(String role, String text, List<Image> pictures) {
        Message {
            pictures = List.copyOf(pictures);
        }

        Message(String role, String text) {
            this(role, text, List.of());
        }
    }

    List<Image> pictures() {
        return turns.stream().flatMap(turn -> turn.pictures().stream()).toList();
    }

    Prompt {
        turns = List.copyOf(turns);
    }

    static Prompt ofPrompt(String prompt) {
        return new Prompt(List.of(new Message("user", prompt)));
    }

    boolean isEmpty() {
        return turns.isEmpty();
    }

    String lastText() {
        return turns.isEmpty() ? "" : turns.get(turns.size() - 1).text();
    }

    /** Whether the user now speaks of a tool; the answer to a tool's result is never a second call. */
    boolean asksForTool() {
        return lastRole().equals("user") && lastText().toLowerCase(Locale.ROOT).contains("tool");
    }

    /** Whether the last word was the assistant's own, which an answer would go on with. */
    boolean isAnswered() {
        return lastRole().equals("assistant");
    }

    boolean isToolResult() {
        return lastRole().equals("tool");
    }

    private String lastRole() {
        return turns.isEmpty() ? "" : turns.get(turns.size() - 1).role();
    }

    /** A word is a token here. */
    int tokens() {
        return turns.stream().mapToInt(turn -> words(turn.text()).size()).sum();
    }

    static List<String> words(String text) {
        return text.isBlank() ? List.of() : List.of(text.strip().split("\\s+"));
    }
}
