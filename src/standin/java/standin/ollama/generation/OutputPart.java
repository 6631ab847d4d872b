package standin.ollama.generation;

import com.fasterxml.jackson.databind.node.ObjectNode;

/** Holds one token of an answer, or one complete tool call, which is never split. */
public sealed interface OutputPart {

    public record Thinking(String text) implements OutputPart {}

    record Text(String text) implements OutputPart {}

    record ToolCall(String id, String name, ObjectNode arguments) implements OutputPart {}
}
