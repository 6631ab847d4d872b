package standin.ollama.http;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Holds a request with its target split into parts.
 *
 * @param bodyError error in the body, which matters only to a route that reads the body
 * @param host Host header, or the authority of an absolute target; empty without either
 * @param rawPath path as sent
 * @param path percent-decoded path, which Ollama uses for routing
 * @param query query with its question mark; empty without a query
 */
public record ReceivedRequest(
        RequestHistory.Entry received,
        boolean http11,
        Optional<String> bodyError,
        String host,
        String rawPath,
        String path,
        String query) {

    static ReceivedRequest of(RequestHistory.Entry received, boolean http11, Optional<String> bodyError)
            throws BadRequest {
        String target = received.target();
        String host = received.header("host").orElse("");
        if (!target.startsWith("/") && !target.equals("*")) {
            int authority = target.indexOf("://") + 3;
            if (authority < 3) {
                throw new BadRequest("400 Bad Request");
            }
            String rest = target.substring(authority);
            int end = rest.length() - rest.replaceFirst("^[^/?]*", "").length();
            host = rest.substring(0, end);
            target = rest.substring(end).startsWith("/") ? rest.substring(end) : "/" + rest.substring(end);
        }
        int question = target.indexOf('?');
        String rawPath = question < 0 ? target : target.substring(0, question);
        String query = question < 0 ? "" : target.substring(question);
        return new ReceivedRequest(received, http11, bodyError, host, rawPath, decoded(rawPath), query);
    }

    String method() {
        return received.method();
    }

    byte[] body() {
        return received.body();
    }

    boolean wantsKeepAlive() {
        String connection = received.header("connection").orElse("").strip();
        return http11 ? !connection.equalsIgnoreCase("close") : connection.equalsIgnoreCase("keep-alive");
    }

    private static String decoded(String raw) throws BadRequest {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int at = 0; at < raw.length(); at++) {
            char c = raw.charAt(at);
            if (c != '%') {
                bytes.write(c);
                continue;
            }
            int high = at + 2 < raw.length() ? Character.digit(raw.charAt(at + 1), 16) : -1;
            int low = at + 2 < raw.length() ? Character.digit(raw.charAt(at + 2), 16) : -1;
            if (high < 0 || low < 0) {
                throw new BadRequest("400 Bad Request");
            }
            bytes.write(high * 16 + low);
            at += 2;
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
