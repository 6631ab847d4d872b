package standin.ollama.go;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.TreeMap;

/** Reads and writes JSON for this package. */
public final class GoJson {

    /** Parses strings of any length, because an image arrives as one long string. */
    public static final ObjectMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxStringLength(Integer.MAX_VALUE)
                            .build())
                    .build())
            .build();

    private GoJson() {}

    public static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }

    public static ArrayNode array(JsonNode... elements) {
        return array(List.of(elements));
    }

    public static ArrayNode array(List<? extends JsonNode> elements) {
        return JsonNodeFactory.instance.arrayNode().addAll(elements);
    }

    public static ArrayNode strings(List<String> texts) {
        ArrayNode array = JsonNodeFactory.instance.arrayNode();
        texts.forEach(array::add);
        return array;
    }

    /** Returns the object with its keys in alphabetical order at every depth, as Go writes a map. */
    public static ObjectNode sorted(ObjectNode node) {
        ObjectNode sorted = object();
        TreeMap<String, JsonNode> fields = new TreeMap<>();
        node.properties().forEach(field -> fields.put(field.getKey(), field.getValue()));
        fields.forEach((key, value) -> sorted.set(key, sortedValue(value)));
        return sorted;
    }

    private static JsonNode sortedValue(JsonNode value) {
        if (value instanceof ObjectNode object) {
            return sorted(object);
        }
        return value instanceof ArrayNode array
                ? array(array.valueStream().map(GoJson::sortedValue).toList())
                : value;
    }

    public static String write(JsonNode node) {
        try {
            // Go escapes these characters so that JSON is safe inside HTML.
            return MAPPER.writeValueAsString(node)
                    .replace("<", "\\u003c")
                    .replace(">", "\\u003e")
                    .replace("&", "\\u0026");
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a JSON tree can always be written", e);
        }
    }

    /** Returns one line of NDJSON. */
    public static String line(JsonNode node) {
        return write(node) + "\n";
    }
}
