package dev.aiserver.rehearsal.model;

import com.fasterxml.jackson.databind.node.ObjectNode;

/** One token of an answer, or one whole tool call, which always comes at once. */
sealed interface OutputPart {

    record Thinking(String text) implements OutputPart {}

    record Text(String text) implements OutputPart {}

    record ToolCall(String id, String name, ObjectNode arguments) implements OutputPart {}
}
