package dev.aiserver.verify;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.aiserver.host.JsonLimits;
import dev.aiserver.net.RawHttpResponse;
import java.io.IOException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads, classifies and prints HTTP responses of the proxy. */
final class ProxyResponses {
    /** A host name that no server has; stands for a web page that points its own name at the server. */
    static final String FOREIGN_HOST = "rebinding.example";

    /**
     * Matches the start of each error page that HAProxy's parser writes: its status, in all versions (http.c). Which
     * statuses the parser uses depends on the version.
     */
    private static final Pattern PARSER_PAGE = Pattern.compile("<html><body><h1>(\\d{3}) [^<]*</h1>\n");

    /** An origin that no configuration contains. */
    static final String FOREIGN_ORIGIN = "https://page.rebinding.example";

    private static final int REQUEST_TIMEOUT = 408;
    private static final int NOT_IMPLEMENTED = 501;
    private static final int MAX_LENGTH = 60;
    private static final JsonMapper MAPPER = JsonLimits.mapper().build();

    private ProxyResponses() {}

    /** Returns whether the proxy created this response by a rule; Ollama's responses never have that header. */
    static boolean isFromProxy(RawHttpResponse response) {
        return !reason(response).isEmpty();
    }

    private static String reason(RawHttpResponse response) {
        return response.header("x-aiserver");
    }

    /** Returns whether the proxy blocked the request because its endpoint is not open. */
    static boolean isBlocked(RawHttpResponse response) {
        return response.status() == 404 && reason(response).equals("blocked");
    }

    /**
     * Returns whether the proxy rejected the request, by a rule or because it is malformed. HAProxy's parser rejects
     * invalid HTTP with its own error page. Any other response without the {@code X-Aiserver} header comes from another
     * server. A timeout (408) is not a rejection: the proxy may have forwarded a slow request.
     */
    static boolean isRejected(RawHttpResponse response) {
        return isRejection(response.status()) && (isFromProxy(response) || isParserPage(response));
    }

    /** Returns whether the proxy rejected the request because of its origin. */
    static boolean isForeignOrigin(RawHttpResponse response) {
        return response.status() == 403 && reason(response).equals("foreign-origin");
    }

    /** Returns whether the proxy rejected the request because its body is too large. */
    static boolean isTooLarge(RawHttpResponse response) {
        return response.status() == 413 && reason(response).equals("body-too-large");
    }

    /** Returns whether the proxy allows a preflight request. */
    static boolean isPreflight(RawHttpResponse response) {
        return response.status() == 204 && reason(response).equals("preflight");
    }

    /** Returns whether a browser gives this response to pages of the origin; {@code *} means any origin. */
    static boolean isAllowedFor(String origin, RawHttpResponse response) {
        return response.header("access-control-allow-origin").equals(origin);
    }

    private static boolean isRejection(int status) {
        return status >= 400 && status < 500 && status != REQUEST_TIMEOUT || status == NOT_IMPLEMENTED;
    }

    /**
     * Returns whether this is a page of HAProxy's parser. Ollama and Go's HTTP server, which writes plain text, have no
     * such page.
     */
    private static boolean isParserPage(RawHttpResponse response) {
        boolean hasHeaders = response.header("content-type").equals("text/html")
                && response.header("cache-control").equals("no-cache");
        boolean hasNoPage =
                response.text().isEmpty() && !response.header("content-length").equals("0");
        Matcher page = PARSER_PAGE.matcher(response.text());
        return hasHeaders && (hasNoPage || page.lookingAt() && page.group(1).equals(String.valueOf(response.status())));
    }

    /** Returns status, reason of the proxy and start of the body, on one line. */
    static String shown(RawHttpResponse response) {
        String source = isFromProxy(response) ? " from the proxy (" + reason(response) + ")" : "";
        String text = shortened(response.text());
        return response.status() + source + (text.isEmpty() ? "" : " " + text);
    }

    /** Returns the start of a text on one line, without control characters. */
    static String shortened(String text) {
        String line = text.replaceAll("[\\s\\p{Cntrl}]+", " ").strip();
        return line.length() > MAX_LENGTH ? line.substring(0, MAX_LENGTH) + "…" : line;
    }

    /** @throws IOException if the response is not valid JSON */
    static JsonNode json(RawHttpResponse response) throws IOException {
        return json(response.text());
    }

    static JsonNode json(String text) throws IOException {
        try {
            return MAPPER.readTree(text);
        } catch (JsonProcessingException e) {
            throw new IOException("not valid JSON: " + shortened(text), e);
        }
    }

    /** Returns a JSON object with one text field. */
    static String object(String key, String value) {
        return JsonNodeFactory.instance.objectNode().put(key, value).toString();
    }
}
