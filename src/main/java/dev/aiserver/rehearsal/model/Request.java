package dev.aiserver.rehearsal.model;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * A request with its target taken apart.
 *
 * @param complaint about the body, which only who reads it notices
 * @param host the Host header, or the authority of an absolute target, or empty
 * @param rawPath as sent
 * @param path percent-decoded, which is what Ollama routes by
 * @param query with its question mark, or empty
 */
record Request(
        RequestHistory.Entry received,
        boolean http11,
        Optional<String> complaint,
        String host,
        String rawPath,
        String path,
        String query) {

    static Request of(RequestHistory.Entry received, boolean http11, Optional<String> complaint) throws BadRequest {
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
        return new Request(received, http11, complaint, host, rawPath, decoded(rawPath), query);
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
