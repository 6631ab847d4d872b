package dev.aiserver.rehearsal.model;

import com.fasterxml.jackson.databind.node.ObjectNode;

/** One token of an answer, or one whole tool call, which always comes at once. */
sealed interface Piece {

    record Thought(String text) implements Piece {}

    record Text(String text) implements Piece {}

    record Call(String id, String name, ObjectNode arguments) implements Piece {}
}
