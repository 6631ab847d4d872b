package dev.aiserver.net;

import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * A whole HTTP answer.
 *
 * @param headers by lower-case name; of several with one name, the last
 */
public record RawHttpResponse(int status, Map<String, String> headers, byte[] body) {

    public String header(String lowerCaseName) {
        return headers.getOrDefault(lowerCaseName, "");
    }

    public String text() {
        return new String(body, StandardCharsets.UTF_8);
    }
}
