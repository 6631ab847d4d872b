package dev.aiserver.spec;

import dev.aiserver.value.GoDuration;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A type whose values are single: texts, numbers and booleans. YAML's own types do not matter, so {@code name: 2024} is a
 * text too.
 *
 * @param parse returns the value, or empty if the text is not one
 * @param problem returns what is wrong with a text that is not a value, as a phrase that follows the key's name and a
 *     colon
 * @param write returns a value as a string, number or boolean
 */
record TextType<T>(
        String words,
        Map<String, Object> schema,
        Function<String, Optional<T>> parse,
        Function<String, String> problem,
        Function<T, Object> write)
        implements ValueType<T> {

    /** The types of JSON that a text may have, since YAML takes an unquoted {@code 2024} or {@code true} for another. */
    static final List<String> ANY_SCALAR = List.of("string", "number", "boolean");

    private static final Pattern MEBIBYTES = Pattern.compile("([1-9][0-9]{0,4})MiB");

    @Override
    public Object write(T value) {
        return write.apply(value);
    }

    @Override
    public T read(YamlValue value) {
        return read(value, value.name());
    }

    /** @param key the name in an error about the value; that of an error about its shape is the value's own */
    T read(YamlValue value, String key) {
        String text = value.text();
        return parse.apply(text).orElseThrow(() -> value.error(key + ": " + problem.apply(text)));
    }

    /** Returns a problem that quotes the text: {@code "abc" is not a …}. */
    static Function<String, String> quoting(String rest) {
        return text -> "\"" + YamlValue.printable(text) + "\" " + rest;
    }

    /** A text that a rule accepts. */
    static TextType<String> text(
            String words, Map<String, Object> schema, Predicate<String> rule, Function<String, String> problem) {
        return new TextType<>(words, schema, text -> Optional.of(text).filter(rule), problem, text -> text);
    }

    /** Returns the schema of texts that match a regular expression in the syntax of ECMA-262. */
    static Map<String, Object> matching(String pattern) {
        return Map.of("type", "string", "pattern", "^(?:" + pattern + ")$");
    }

    /** Returns the schema of texts that match a regular expression, and may look like a number or a boolean. */
    static Map<String, Object> matchingAny(String pattern) {
        return Map.of("type", ANY_SCALAR, "pattern", "^(?:" + pattern + ")$");
    }

    /** A whole number in a range, both ends included. */
    static TextType<Integer> integer(String words, int first, int last, String problem) {
        return new TextType<>(
                words,
                Map.of("type", "integer", "minimum", first, "maximum", last),
                text -> Optional.of(text)
                        .filter(digits -> digits.matches("[0-9]{1,9}"))
                        .map(Integer::valueOf)
                        .filter(number -> number >= first && number <= last),
                quoting(problem),
                number -> number);
    }

    static TextType<Boolean> bool() {
        return new TextType<>(
                "`true` or `false`",
                Map.of("type", "boolean"),
                text -> Stream.of(true, false)
                        .filter(value -> value.toString().equals(text))
                        .findFirst(),
                quoting("is not a boolean; write true or false"),
                value -> value);
    }

    /** One of a few values, each with its spelling. */
    static <T> TextType<T> oneOf(String words, List<T> values, Function<T, String> spelling, String problem) {
        Map<String, T> spelled = new LinkedHashMap<>();
        values.forEach(value -> spelled.put(spelling.apply(value), value));
        return new TextType<>(
                words,
                Map.of("enum", List.copyOf(spelled.keySet())),
                text -> Optional.ofNullable(spelled.get(text)),
                quoting(problem),
                spelling::apply);
    }

    /** A size that is written in MiB and held in bytes, at most 99999MiB. */
    static TextType<Long> mebibytes() {
        return new TextType<>(
                "size in MiB",
                matching(MEBIBYTES.pattern()),
                text -> Optional.of(MEBIBYTES.matcher(text))
                        .filter(Matcher::matches)
                        .map(size -> Long.parseLong(size.group(1)) << 20),
                quoting("is not a size in MiB; write one such as 128MiB, at most 99999MiB"),
                bytes -> (bytes >> 20) + "MiB");
    }

    /** A duration such as {@code 90s} or {@code 1h30m} in a range, both ends included. */
    static TextType<Duration> duration(Duration shortest, Duration longest) {
        return new TextType<>(
                "duration, " + spelled(shortest) + " to " + spelled(longest),
                matching("(?:[0-9.]+(?:ns|us|µs|ms|s|m|h))+"),
                text -> GoDuration.parse(text)
                        .filter(length -> length.compareTo(shortest) >= 0 && length.compareTo(longest) <= 0)
                        .filter(length -> length.equals(Duration.ofMillis(length.toMillis()))),
                quoting("is not a duration from " + spelled(shortest) + " to " + spelled(longest)
                        + "; write one such as 30s or 5m"),
                TextType::spelled);
    }

    private static String spelled(Duration duration) {
        return duration.toMillis() % 1000 == 0 ? duration.toSeconds() + "s" : duration.toMillis() + "ms";
    }
}
