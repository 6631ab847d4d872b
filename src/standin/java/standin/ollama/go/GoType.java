package standin.ollama.go;

import com.fasterxml.jackson.databind.JsonNode;

/** Names the Go type of a JSON value that was decoded without a target type. */
public final class GoType {
    private GoType() {}

    public static String of(JsonNode value) {
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
