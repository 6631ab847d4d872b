package standin.ollama.go;

import com.fasterxml.jackson.databind.node.ObjectNode;

/** Formats errors in the three ways that Ollama's routes use. */
public enum ErrorFormat {
    NATIVE("missing request body") {
        @Override
        public ObjectNode body(int status, String message) {
            return GoJson.object().put("error", message);
        }
    },
    OPENAI("EOF") {
        @Override
        public ObjectNode body(int status, String message) {
            String type = switch (status) {
                case 400 -> "invalid_request_error";
                case 404 -> "not_found_error";
                default -> "api_error";
            };
            ObjectNode body = GoJson.object();
            body.putObject("error")
                    .put("message", message)
                    .put("type", type)
                    .putNull("param")
                    .putNull("code");
            return body;
        }
    },
    ANTHROPIC("EOF") {
        @Override
        public ObjectNode body(int status, String message) {
            String type = switch (status) {
                case 400 -> "invalid_request_error";
                case 401 -> "authentication_error";
                case 403 -> "permission_error";
                case 404 -> "not_found_error";
                case 429 -> "rate_limit_error";
                case 503, 529 -> "overloaded_error";
                default -> "api_error";
            };
            ObjectNode body = GoJson.object().put("type", "error");
            body.putObject("error").put("type", type).put("message", message);
            return body.put("request_id", "req_" + Digest.of(message).substring(0, 24));
        }
    };

    private final String emptyBody;

    ErrorFormat(String emptyBody) {
        this.emptyBody = emptyBody;
    }

    public abstract ObjectNode body(int status, String message);

    /** Returns the message for a request without a body. */
    public String emptyBody() {
        return emptyBody;
    }
}
