package standin.ollama.go;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/** Ends a request with an error response. The {@link ErrorFormat} of its route formats the message. */
public final class ApiError extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int status;
    private final @Nullable ObjectNode body;

    public ApiError(int status, String message) {
        this(status, message, null);
    }

    private ApiError(int status, String message, @Nullable ObjectNode body) {
        super(message);
        this.status = status;
        this.body = body;
    }

    /** Returns an error with this body on every route. */
    public static ApiError withBody(int status, ObjectNode body) {
        return new ApiError(status, body.path("error").asText(), body);
    }

    public static ApiError modelNotFound(String name) {
        return new ApiError(404, "model '" + name + "' not found");
    }

    public int status() {
        return status;
    }

    public String message() {
        return String.valueOf(getMessage());
    }

    public ObjectNode body(ErrorFormat format) {
        return body == null ? format.body(status, message()) : body;
    }
}
