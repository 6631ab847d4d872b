package dev.aiserver.proxy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.aiserver.host.JsonLimits;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * One request in the proxy's log. HAProxy writes it as {@link #format} says, and {@link #parse} reads it.
 *
 * @param path without the query string; "-" if HAProxy could not parse the request
 * @param bytesOut from HAProxy 3.3 on, 0 for a response that the proxy itself generated
 * @param connectMillis -1 if there was no connection to Ollama
 * @param firstByteMillis -1 if Ollama did not respond
 * @param end HAProxy's termination state, such as {@code ----}
 * @param running the connections to the proxy at that moment
 */
public record AccessLogLine(
        Instant time,
        String client,
        String method,
        String path,
        int status,
        long bytesIn,
        long bytesOut,
        long connectMillis,
        long firstByteMillis,
        long totalMillis,
        String end,
        int running) {

    /** HAProxy cuts longer lines. */
    public static final int MAX_LENGTH = 4096;

    private static final JsonMapper JSON = JsonLimits.mapper()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    /** The name of each field and the expression that HAProxy replaces with its value. */
    private static final List<Field> FIELDS = List.of(
            Field.number("time", "%Ts.%ms"),
            Field.text("client", "%ci"),
            Field.text("method", "%HM"),
            Field.text("path", "%[var(txn.path),json(utf8s)]"),
            Field.number("status", "%ST"),
            Field.number("bytes_in", "%U"),
            Field.number("bytes_out", "%B"),
            Field.number("connect_ms", "%Tc"),
            Field.number("first_byte_ms", "%Tr"),
            Field.number("total_ms", "%Ta"),
            Field.text("end", "%tsc"),
            Field.number("running", "%fc"));

    private record Field(String name, String expression, boolean isText) {
        static Field text(String name, String expression) {
            return new Field(name, expression, true);
        }

        static Field number(String name, String expression) {
            return new Field(name, expression, false);
        }

        String json() {
            return "\"" + name + "\":" + (isText ? "\"" + expression + "\"" : expression);
        }

        boolean isIn(JsonNode line) {
            JsonNode value = line.path(name);
            return isText ? value.isTextual() : value.isNumber();
        }
    }

    /** Returns HAProxy's log-format: one JSON object. */
    public static String format() {
        return FIELDS.stream().map(Field::json).collect(Collectors.joining(",", "{", "}"));
    }

    /**
     * Reads a line of the log. The log also has HAProxy's notices, and a rotation can cut a line.
     *
     * @return empty if the line is not a request
     */
    public static Optional<AccessLogLine> parse(String line) {
        if (line.length() > MAX_LENGTH || !line.startsWith("{")) {
            return Optional.empty();
        }
        try {
            JsonNode read = JSON.readTree(line);
            return read.size() == FIELDS.size() && FIELDS.stream().allMatch(field -> field.isIn(read))
                    ? Optional.of(of(read))
                    : Optional.empty();
        } catch (JsonProcessingException e) {
            return Optional.empty();
        }
    }

    private static AccessLogLine of(JsonNode line) {
        return new AccessLogLine(
                Instant.ofEpochMilli(Math.round(line.path("time").asDouble() * 1000)),
                line.path("client").asText(),
                line.path("method").asText(),
                line.path("path").asText(),
                line.path("status").asInt(),
                line.path("bytes_in").asLong(),
                line.path("bytes_out").asLong(),
                line.path("connect_ms").asLong(),
                line.path("first_byte_ms").asLong(),
                line.path("total_ms").asLong(),
                line.path("end").asText(),
                line.path("running").asInt());
    }
}
