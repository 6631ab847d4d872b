package dev.aiserver.rehearsal.model;

import com.fasterxml.jackson.databind.JsonNode;

/** What Go calls a value of JSON that it has read without knowing a type for it. */
final class GoType {
    private GoType() {}

    static String of(JsonNode value) {
        return switch (value.getNodeType()) {
            case STRING -> "string";
            case NUMBER -> "float64";
            case BOOLEAN -> "bool";
            case ARRAY -> "[]interface {}";
            case OBJECT -> "map[string]interface {}";
            default -> "<nil>";
        };
    }
}
