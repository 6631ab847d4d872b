package dev.aiserver.rehearsal.model;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A JSON object of a request, read as Go reads into a struct: what is absent or null has its zero value, what has the
 * wrong type is a 400 in Go's words, the case of keys does not matter, and what is unknown or stands behind the object is
 * ignored.
 *
 * @param type the struct, as Go names it: {@code api.ChatRequest}
 * @param path to it from the outermost object, with dots
 */
record RequestBody(JsonNode json, String type, String path) {

    static RequestBody parse(byte[] bytes, String whenEmpty, String type) {
        GoSyntax.Reading reading = GoSyntax.read(bytes);
        if (reading.value().isEmpty()) {
            String complaint = reading.complaint();
            throw new ApiError(400, complaint.equals("EOF") ? whenEmpty : complaint);
        }
        try {
            JsonNode json = Json.MAPPER.readTree(reading.value().get());
            if (!json.isObject() && !json.isNull()) {
                throw new ApiError(
                        400, "json: cannot unmarshal " + kind(json, type) + " into Go value of type " + type);
            }
            return new RequestBody(json, type, "");
        } catch (JsonProcessingException e) {
            // What is right for Go and not for Jackson is nested too deeply.
            throw new ApiError(400, "exceeded max depth");
        }
    }

    boolean has(String key) {
        return !at(key).isMissingNode();
    }

    /** Whether it is there, and null. */
    boolean isNull(String key) {
        return found(key).isNull();
    }

    /** The value as it stands; missing when absent or null. */
    JsonNode at(String key) {
        JsonNode value = found(key);
        return value.isNull() ? MissingNode.getInstance() : value;
    }

    /** The value as it stands; null when absent. */
    @Nullable
    JsonNode orNull(String key) {
        return has(key) ? at(key) : null;
    }

    /** The last one of this name counts, however it is written. */
    private JsonNode found(String key) {
        JsonNode found = MissingNode.getInstance();
        for (Map.Entry<String, JsonNode> field : json.properties()) {
            if (field.getKey().equalsIgnoreCase(key)) {
                found = field.getValue();
            }
        }
        return found;
    }

    String text(String key) {
        JsonNode value = at(key);
        require(value.isTextual(), key, "string");
        return value.asText("");
    }

    boolean flag(String key, boolean otherwise) {
        JsonNode value = at(key);
        require(value.isBoolean(), key, "bool");
        return value.asBoolean(otherwise);
    }

    int number(String key) {
        JsonNode value = at(key);
        require(value.isIntegralNumber() && value.canConvertToLong(), key, "int");
        return value.asInt(0);
    }

    /** @param elements of that type in Go */
    List<String> texts(String key, String elements) {
        List<String> texts = new ArrayList<>();
        for (JsonNode element : array(key, elements)) {
            require(element.isTextual(), element, key, elements);
            texts.add(element.asText());
        }
        return texts;
    }

    /** @param goType of that object in Go */
    RequestBody object(String key, String goType) {
        JsonNode value = at(key);
        require(value.isObject(), key, goType);
        return new RequestBody(value, goType, place(key));
    }

    /** @param elements of that type in Go */
    List<RequestBody> objects(String key, String elements) {
        List<RequestBody> objects = new ArrayList<>();
        for (JsonNode element : array(key, elements)) {
            require(element.isObject() || element.isNull(), element, key, elements);
            objects.add(new RequestBody(element, elements, place(key)));
        }
        return objects;
    }

    /** The same, of a type that reads itself from a copy of the bytes, so that its errors know nothing of where it stood. */
    List<RequestBody> objectsOfTheirOwn(String key, String elements, String alias) {
        List<RequestBody> objects = new ArrayList<>();
        for (JsonNode element : array(key, elements)) {
            if (!element.isObject() && !element.isNull()) {
                throw new ApiError(
                        400, "json: cannot unmarshal " + kind(element, alias) + " into Go value of type " + alias);
            }
            objects.add(new RequestBody(element, alias, ""));
        }
        return objects;
    }

    private JsonNode array(String key, String elements) {
        JsonNode value = at(key);
        require(value.isArray(), key, "[]" + elements);
        return value;
    }

    private String place(String key) {
        return path.isEmpty() ? key : path + "." + key;
    }

    private void require(boolean fits, String key, String goType) {
        require(fits || !has(key), at(key), key, goType);
    }

    private void require(boolean fits, JsonNode value, String key, String goType) {
        if (!fits) {
            throw new ApiError(
                    400,
                    "json: cannot unmarshal " + kind(value, goType) + " into Go struct field "
                            + type.substring(type.indexOf('.') + 1) + "." + place(key) + " of type " + goType);
        }
    }

    /** What Go's decoder calls it. */
    static String kind(JsonNode value) {
        return kind(value, "");
    }

    private static String kind(JsonNode value, String goType) {
        return switch (value.getNodeType()) {
            case BOOLEAN -> "bool";
            case NUMBER -> goType.equals("int") ? "number " + value.asText() : "number";
            case STRING -> "string";
            case ARRAY -> "array";
            default -> "object";
        };
    }
}
