package dev.aiserver.rehearsal.model;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.io.JsonEOFException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A JSON object of a request, read as Go reads into a struct: what is absent or null has its zero value, what has the
 * wrong type is a 400, what is unknown or stands behind the object is ignored.
 */
record Body(JsonNode json) {

    static Body parse(byte[] bytes, String whenEmpty) {
        JsonNode json;
        try {
            json = Json.MAPPER.readTree(bytes);
        } catch (JsonEOFException e) {
            throw new ApiError(400, "unexpected EOF");
        } catch (JsonProcessingException e) {
            long at = e.getLocation() == null ? 0 : e.getLocation().getByteOffset();
            char found = at < bytes.length ? (char) (bytes[(int) at] & 0xff) : '?';
            throw new ApiError(400, "invalid character '" + found + "' looking for beginning of value");
        } catch (IOException e) {
            throw new IllegalStateException("bytes in memory can always be read", e);
        }
        if (json.isMissingNode()) {
            throw new ApiError(400, whenEmpty);
        }
        return of(json, "value");
    }

    static Body of(JsonNode json, String place) {
        if (!json.isObject() && !absent(json)) {
            throw wrongType(json, place, "object");
        }
        return new Body(json);
    }

    boolean has(String key) {
        return !absent(json.path(key));
    }

    /** Whether it is there, and null. */
    boolean isNull(String key) {
        return json.path(key).isNull();
    }

    /** The value as it stands; missing when absent or null. */
    JsonNode at(String key) {
        return has(key) ? json.path(key) : MissingNode.getInstance();
    }

    /** The value as it stands; null when absent. */
    @Nullable
    JsonNode orNull(String key) {
        return has(key) ? json.path(key) : null;
    }

    String text(String key) {
        JsonNode value = at(key);
        if (!value.isTextual() && !absent(value)) {
            throw wrongType(value, "field ." + key, "string");
        }
        return value.asText("");
    }

    boolean flag(String key, boolean otherwise) {
        JsonNode value = at(key);
        if (!value.isBoolean() && !absent(value)) {
            throw wrongType(value, "field ." + key, "bool");
        }
        return value.asBoolean(otherwise);
    }

    int number(String key) {
        JsonNode value = at(key);
        if (!value.isNumber() && !absent(value)) {
            throw wrongType(value, "field ." + key, "int");
        }
        return value.asInt(0);
    }

    Body object(String key) {
        return of(at(key), "field ." + key);
    }

    List<Body> objects(String key) {
        JsonNode value = at(key);
        if (!value.isArray() && !absent(value)) {
            throw wrongType(value, "field ." + key, "array");
        }
        List<Body> objects = new ArrayList<>();
        value.forEach(element -> objects.add(of(element, "element of ." + key)));
        return objects;
    }

    private static boolean absent(JsonNode value) {
        return value.isMissingNode() || value.isNull();
    }

    private static ApiError wrongType(JsonNode value, String place, String wanted) {
        return new ApiError(
                400,
                "json: cannot unmarshal " + value.getNodeType().name().toLowerCase(Locale.ROOT) + " into Go struct "
                        + place + " of type " + wanted);
    }
}
