package standin.ollama.http;

/** Reports bytes that are not a valid HTTP request. The message is the status and reason; the connection is closed. */
final class BadRequest extends Exception {
    private static final long serialVersionUID = 1L;

    BadRequest(String statusAndReason) {
        super(statusAndReason);
    }
}
