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

/** How answers are read, judged and shown. */
final class ProxyResponses {
    /** A name that no server has, as of a web page that points it at one. */
    static final String FOREIGN_HOST = "rebinding.example";

    /**
     * How each page of HAProxy's own begins, whatever it refuses: with its status, in all versions (its http.c). Which
     * statuses its parser uses differs from version to version.
     */
    private static final Pattern OWN_PAGE = Pattern.compile("<html><body><h1>(\\d{3}) [^<]*</h1>\n");

    /** A web page that no configuration names. */
    static final String FOREIGN_PAGE = "https://page.rebinding.example";

    private static final int REQUEST_TIMEOUT = 408;
    private static final int NOT_IMPLEMENTED = 501;
    private static final int LONGEST = 60;
    private static final JsonMapper MAPPER = JsonLimits.mapper().build();

    private ProxyResponses() {}

    /** Whether the proxy made this answer itself, and says why: Ollama's answers never carry that header. */
    static boolean isFromProxy(RawHttpResponse answer) {
        return !mark(answer).isEmpty();
    }

    private static String mark(RawHttpResponse answer) {
        return answer.header("x-aiserver");
    }

    /** Whether the proxy refused by its rules. */
    static boolean isBlocked(RawHttpResponse answer) {
        return answer.status() == 404 && mark(answer).equals("blocked");
    }

    /**
     * Whether the proxy refused it by a rule or for its form. What is no HTTP at all, HAProxy's parser refuses with a
     * page of its own; every other answer without our mark is somebody else's. A time-out refuses nothing: what came
     * too slowly may have been passed on.
     */
    static boolean isRefused(RawHttpResponse answer) {
        return isRefusal(answer.status()) && (isFromProxy(answer) || isOwnPage(answer));
    }

    /** Whether the proxy refused it because a web page sent it. */
    static boolean isForeignPage(RawHttpResponse answer) {
        return answer.status() == 403 && mark(answer).equals("foreign-origin");
    }

    /** Whether the proxy refused it for the length of its body. */
    static boolean isTooLarge(RawHttpResponse answer) {
        return answer.status() == 413 && mark(answer).equals("body-too-large");
    }

    /** Whether the proxy allows a web page what it asked for. */
    static boolean isPreflight(RawHttpResponse answer) {
        return answer.status() == 204 && mark(answer).equals("preflight");
    }

    /** Whether a browser shows it to this web page; {@code *} means any. */
    static boolean isFor(String origin, RawHttpResponse answer) {
        return answer.header("access-control-allow-origin").equals(origin);
    }

    private static boolean isRefusal(int status) {
        return status >= 400 && status < 500 && status != REQUEST_TIMEOUT || status == NOT_IMPLEMENTED;
    }

    /** Neither Ollama nor Go's HTTP server below it, which answers in plain text, has such an answer. */
    private static boolean isOwnPage(RawHttpResponse answer) {
        boolean headed = answer.header("content-type").equals("text/html")
                && answer.header("cache-control").equals("no-cache");
        boolean hasNoPage =
                answer.text().isEmpty() && !answer.header("content-length").equals("0");
        Matcher page = OWN_PAGE.matcher(answer.text());
        return headed && (hasNoPage || page.lookingAt() && page.group(1).equals(String.valueOf(answer.status())));
    }

    static String shown(RawHttpResponse answer) {
        String by = isFromProxy(answer) ? " by the proxy (" + mark(answer) + ")" : "";
        String text = shortened(answer.text());
        return answer.status() + by + (text.isEmpty() ? "" : " " + text);
    }

    /** On one line, no longer than fits there, with nothing that a terminal would obey. */
    static String shortened(String text) {
        String line = text.replaceAll("[\\s\\p{Cntrl}]+", " ").strip();
        return line.length() > LONGEST ? line.substring(0, LONGEST) + "…" : line;
    }

    /** @throws IOException for an answer that is no JSON */
    static JsonNode json(RawHttpResponse answer) throws IOException {
        return json(answer.text());
    }

    static JsonNode json(String text) throws IOException {
        try {
            return MAPPER.readTree(text);
        } catch (JsonProcessingException e) {
            throw new IOException("this is no JSON: " + shortened(text), e);
        }
    }

    /** A JSON object with one text. */
    static String object(String key, String value) {
        return JsonNodeFactory.instance.objectNode().put(key, value).toString();
    }
}
