package dev.aiserver.verify;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.aiserver.net.HttpAnswer;
import java.io.IOException;
import java.util.regex.Pattern;

/** How answers are read, judged and shown. */
final class Answers {
    /** A name that no server has, as of a web page that points it at one. */
    static final String FOREIGN_HOST = "rebinding.example";

    /** HAProxy's own pages for what is no HTTP request, and for encodings that it does not know. */
    private static final Pattern PARSERS =
            Pattern.compile("<html><body><h1>(400 Bad request|422 Unprocessable Content|501 Not Implemented)</h1>");

    /** A web page that no configuration names. */
    static final String FOREIGN_PAGE = "https://page.rebinding.example";

    private static final int LONGEST = 60;
    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    private Answers() {}

    /** Whether the proxy made this answer itself, and says why: Ollama's answers never carry that header. */
    static boolean isFromProxy(HttpAnswer answer) {
        return !mark(answer).isEmpty();
    }

    private static String mark(HttpAnswer answer) {
        return answer.header("x-aiserver");
    }

    /** Whether the proxy refused by its rules. */
    static boolean isBlocked(HttpAnswer answer) {
        return answer.status() == 404 && mark(answer).equals("blocked");
    }

    /**
     * Whether the proxy refused it by a rule or for its form. What is no HTTP at all, HAProxy's parser refuses with a
     * page of its own; every other answer without our mark is somebody else's.
     */
    static boolean isRefused(HttpAnswer answer) {
        return isFromParser(answer)
                || isBlocked(answer)
                || (answer.status() == 400 || answer.status() == 501)
                        && mark(answer).equals("bad-request")
                || answer.status() == 400 && mark(answer).equals("base-url")
                || answer.status() == 426 && mark(answer).equals("no-websocket")
                || answer.status() == 421 && mark(answer).equals("unknown-host");
    }

    /** Whether the proxy refused it because a web page sent it. */
    static boolean isForeignPage(HttpAnswer answer) {
        return answer.status() == 403 && mark(answer).equals("foreign-origin");
    }

    /** Whether the proxy refused it for the length of its body. */
    static boolean isTooLarge(HttpAnswer answer) {
        return answer.status() == 413 && mark(answer).equals("body-too-large");
    }

    /** Whether the proxy allows a web page what it asked for. */
    static boolean isPreflight(HttpAnswer answer) {
        return answer.status() == 204 && mark(answer).equals("preflight");
    }

    /** Whether a browser shows it to this web page; {@code *} means any. */
    static boolean isFor(String origin, HttpAnswer answer) {
        return answer.header("access-control-allow-origin").equals(origin);
    }

    private static boolean isFromParser(HttpAnswer answer) {
        boolean pageOfHead = answer.text().isEmpty()
                && answer.status() == 400
                && answer.header("content-type").equals("text/html")
                && answer.header("cache-control").equals("no-cache");
        return !isFromProxy(answer)
                && (pageOfHead || PARSERS.matcher(answer.text()).lookingAt());
    }

    static String shown(HttpAnswer answer) {
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
    static JsonNode json(HttpAnswer answer) throws IOException {
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
