package dev.aiserver.value;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Parses durations as Ollama writes them, in Go's syntax: {@code 90s}, {@code 1h30m}, {@code -1m}. */
public final class GoDuration {
    /** In characters. Each repetition of the pattern's group uses stack space, so the length is limited. */
    private static final int MAX_LENGTH = 100;

    private static final Pattern PART = Pattern.compile("(\\d+(?:\\.\\d*)?|\\.\\d+)(ns|us|µs|ms|s|m|h)");
    private static final Pattern WHOLE = Pattern.compile("[+-]?(?:0|(?:" + PART.pattern() + ")+)");
    private static final Map<String, Long> NANOS = Map.of(
            "ns", 1L,
            "us", 1_000L,
            "µs", 1_000L,
            "ms", 1_000_000L,
            "s", 1_000_000_000L,
            "m", 60_000_000_000L,
            "h", 3_600_000_000_000L);

    private static final Pattern SECONDS = Pattern.compile("[+-]?\\d{1,18}");

    private GoDuration() {}

    /** Returns the duration of a whole number of seconds or a text in Go's syntax, as Ollama reads its own settings. */
    public static Optional<Duration> orSeconds(String text) {
        return parse(isSeconds(text) ? text + "s" : text);
    }

    /** Returns whether the text is a whole number, so that {@link #orSeconds} takes it for seconds. */
    public static boolean isSeconds(String text) {
        return SECONDS.matcher(text).matches();
    }

    /** Returns the duration, or empty if the text is not one or exceeds the 292 years that Go can represent. */
    public static Optional<Duration> parse(String text) {
        if (text.length() > MAX_LENGTH || !WHOLE.matcher(text).matches()) {
            return Optional.empty();
        }
        BigDecimal nanos = BigDecimal.ZERO;
        Matcher part = PART.matcher(text);
        while (part.find()) {
            nanos = nanos.add(
                    new BigDecimal(part.group(1)).multiply(BigDecimal.valueOf(NANOS.getOrDefault(part.group(2), 0L))));
        }
        if (nanos.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) > 0) {
            return Optional.empty();
        }
        Duration duration = Duration.ofNanos(nanos.longValue());
        return Optional.of(text.startsWith("-") ? duration.negated() : duration);
    }
}
