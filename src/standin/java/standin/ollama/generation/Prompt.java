package standin.ollama.generation;

import java.util.List;
import java.util.Locale;

/** Holds the messages that the model answers. */
public record Prompt(List<Message> messages) {

    /** @param images images in the message */
    public record Message(String role, String text, List<Image> images) {
        public Message {
            images = List.copyOf(images);
        }

        public Message(String role, String text) {
            this(role, text, List.of());
        }
    }

    List<Image> images() {
        return messages.stream().flatMap(message -> message.images().stream()).toList();
    }

    public Prompt {
        messages = List.copyOf(messages);
    }

    public static Prompt of(String text) {
        return new Prompt(List.of(new Message("user", text)));
    }

    public boolean isEmpty() {
        return messages.isEmpty();
    }

    public String lastText() {
        return messages.isEmpty() ? "" : messages.get(messages.size() - 1).text();
    }

    /** Returns true if the last user message mentions a tool. A tool result never leads to a second call. */
    boolean asksForTool() {
        return lastRole().equals("user") && lastText().toLowerCase(Locale.ROOT).contains("tool");
    }

    /** Returns true if the last message is the assistant's, which an answer would continue. */
    boolean endsWithAssistant() {
        return lastRole().equals("assistant");
    }

    boolean endsWithToolResult() {
        return lastRole().equals("tool");
    }

    private String lastRole() {
        return messages.isEmpty() ? "" : messages.get(messages.size() - 1).role();
    }

    /** Counts the tokens; each word is one token here. */
    int tokens() {
        return messages.stream()
                .mapToInt(message -> words(message.text()).size())
                .sum();
    }

    public static List<String> words(String text) {
        return text.isBlank() ? List.of() : List.of(text.strip().split("\\s+"));
    }
}
