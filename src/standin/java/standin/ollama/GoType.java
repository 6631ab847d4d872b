package standin.ollama;

import com.fasterxml.jackson.databind.JsonNode;

/** Names the Go type of a JSON value that was decoded without a target type. */
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
