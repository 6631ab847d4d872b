package dev.aiserver.net;

import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * A complete HTTP response.
 *
 * @param headers by lower-case name; the last value of a repeated header
 */
public record RawHttpResponse(int status, Map<String, String> headers, byte[] body) {

    public String header(String lowerCaseName) {
        return headers.getOrDefault(lowerCaseName, "");
    }

    public String text() {
        return new String(body, StandardCharsets.UTF_8);
    }
}
