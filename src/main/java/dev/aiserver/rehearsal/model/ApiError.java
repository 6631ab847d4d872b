package dev.aiserver.rehearsal.model;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/** A request ends with an error answer; its route's {@link ErrorFormat} decides how the message is dressed. */
final class ApiError extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int status;
    private final @Nullable ObjectNode body;

    ApiError(int status, String message) {
        this(status, message, null);
    }

    private ApiError(int status, String message, @Nullable ObjectNode body) {
        super(message);
        this.status = status;
        this.body = body;
    }

    /** An error whose body is the same on every route. */
    static ApiError withBody(int status, ObjectNode body) {
        return new ApiError(status, body.path("error").asText(), body);
    }

    static ApiError modelNotFound(String name) {
        return new ApiError(404, "model '" + name + "' not found");
    }

    int status() {
        return status;
    }

    String message() {
        return String.valueOf(getMessage());
    }

    ObjectNode body(ErrorFormat shape) {
        return body == null ? shape.dress(status, message()) : body;
    }
}
