package standin.ollama.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import standin.ollama.go.ApiError;
import standin.ollama.go.GoJson;
import standin.ollama.go.GoSyntax;

/**
 * Reads a JSON object of a request as Go decodes into a struct. An absent or null key has its zero value, and a value of
 * the wrong type is a 400 with Go's message. The case of keys does not matter; unknown keys and text behind the object are
 * ignored.
 *
 * @param type Go's name of the struct: {@code api.ChatRequest}
 * @param path path from the outermost object to this one, separated by dots
 */
public record RequestBody(JsonNode json, String type, String path) {

    public static RequestBody parse(byte[] bytes, String whenEmpty, String type) {
        GoSyntax.Reading reading = GoSyntax.read(bytes);
        if (reading.value().isEmpty()) {
            String error = reading.error();
            throw new ApiError(400, error.equals("EOF") ? whenEmpty : error);
        }
        try {
            JsonNode json = GoJson.MAPPER.readTree(reading.value().get());
            if (!json.isObject() && !json.isNull()) {
                throw new ApiError(
                        400, "json: cannot unmarshal " + kind(json, type) + " into Go value of type " + type);
            }
            return new RequestBody(json, type, "");
        } catch (JsonProcessingException e) {
            // JSON that Go accepts and Jackson does not is nested too deeply.
            throw new ApiError(400, "exceeded max depth");
        }
    }

    public boolean has(String key) {
        return !at(key).isMissingNode();
    }

    /** Returns true if the key is present and its value is null. */
    boolean isNull(String key) {
        return found(key).isNull();
    }

    /** Returns the value unchanged; a missing node if it is absent or null. */
    public JsonNode at(String key) {
        JsonNode value = found(key);
        return value.isNull() ? MissingNode.getInstance() : value;
    }

    /** Returns the value unchanged; null if it is absent. */
    @Nullable
    public JsonNode orNull(String key) {
        return has(key) ? at(key) : null;
    }

    /** Returns the value of the last key of this name, ignoring case. */
    private JsonNode found(String key) {
        JsonNode found = MissingNode.getInstance();
        for (Map.Entry<String, JsonNode> field : json.properties()) {
            if (field.getKey().equalsIgnoreCase(key)) {
                found = field.getValue();
            }
        }
        return found;
    }

    public String text(String key) {
        JsonNode value = at(key);
        require(value.isTextual(), key, "string");
        return value.asText("");
    }

    public boolean flag(String key, boolean defaultValue) {
        JsonNode value = at(key);
        require(value.isBoolean(), key, "bool");
        return value.asBoolean(defaultValue);
    }

    public int number(String key) {
        JsonNode value = at(key);
        require(value.isIntegralNumber() && value.canConvertToLong(), key, "int");
        return value.asInt(0);
    }

    /** @param elements Go type of the elements */
    public List<String> texts(String key, String elements) {
        List<String> texts = new ArrayList<>();
        for (JsonNode element : array(key, elements)) {
            require(element.isTextual(), element, key, elements);
            texts.add(element.asText());
        }
        return texts;
    }

    /** @param goType Go type of the object */
    public RequestBody object(String key, String goType) {
        JsonNode value = at(key);
        require(value.isObject(), key, goType);
        return new RequestBody(value, goType, place(key));
    }

    /** @param elements Go type of the elements */
    public List<RequestBody> objects(String key, String elements) {
        List<RequestBody> objects = new ArrayList<>();
        for (JsonNode element : array(key, elements)) {
            require(element.isObject() || element.isNull(), element, key, elements);
            objects.add(new RequestBody(element, elements, place(key)));
        }
        return objects;
    }

    /** Reads objects of a type with its own decoder in Go, whose errors do not name the place in the request. */
    public List<RequestBody> objectsWithOwnDecoder(String key, String elements, String alias) {
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

    /** Returns the name that Go's decoder gives this kind of value. */
    public static String kind(JsonNode value) {
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
