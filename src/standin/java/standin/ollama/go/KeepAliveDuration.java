package standin.ollama.go;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Parses how long a model stays in memory, by Ollama's rules for {@code keep_alive} and {@code OLLAMA_KEEP_ALIVE}. */
public final class KeepAliveDuration {

    /** Go's longest duration, about 292 years. */
    public static final Duration FOREVER = Duration.ofNanos(Long.MAX_VALUE);

    private static final Pattern PART = Pattern.compile("([0-9]+\\.?[0-9]*|\\.[0-9]+)(ns|us|µs|ms|s|m|h)");
    private static final Map<String, Long> NANOS = Map.of(
            "ns", 1L,
            "us", 1_000L,
            "µs", 1_000L,
            "ms", 1_000_000L,
            "s", 1_000_000_000L,
            "m", 60_000_000_000L,
            "h", 3_600_000_000_000L);

    private KeepAliveDuration() {}

    /**
     * Parses a request's value: a number of seconds or a Go duration; a negative value means forever.
     *
     * @throws ApiError 400 for any other value, such as a number in a string
     */
    public static Optional<Duration> ofRequest(JsonNode value) {
        if (value.isMissingNode() || value.isNull()) {
            return Optional.empty();
        }
        if (value.isNumber()) {
            return Optional.of(seconds(value.decimalValue()));
        }
        if (value.isTextual()) {
            return Optional.of(duration(value.asText())
                    .orElseThrow(() -> new ApiError(
                            400,
                            (value.asText().matches("[+-]?[0-9]+")
                                            ? "time: missing unit in duration \""
                                            : "time: invalid duration \"")
                                    + value.asText() + "\"")));
        }
        throw new ApiError(400, "Unsupported type: '" + GoType.of(value) + "'");
    }

    /** Parses the environment's value: a Go duration or a number of seconds; five minutes for any other value. */
    public static Duration ofEnvironment(String value) {
        if (value.matches("-?[0-9]{1,18}")) {
            return seconds(new BigDecimal(value));
        }
        return duration(value).orElse(Duration.ofMinutes(5));
    }

    private static Duration seconds(BigDecimal seconds) {
        return nanos(seconds.movePointRight(9), seconds.signum() < 0);
    }

    private static Optional<Duration> duration(String text) {
        boolean negative = text.startsWith("-");
        String rest = text.replaceFirst("^[+-]", "");
        if (rest.equals("0")) {
            return Optional.of(Duration.ZERO);
        }
        Matcher part = PART.matcher(rest);
        BigDecimal nanos = BigDecimal.ZERO;
        int end = 0;
        while (part.find() && part.start() == end) {
            long unit = NANOS.getOrDefault(part.group(2), 0L);
            nanos = nanos.add(new BigDecimal(part.group(1)).multiply(BigDecimal.valueOf(unit)));
            end = part.end();
        }
        return rest.isEmpty() || end < rest.length()
                ? Optional.empty()
                : Optional.of(nanos(nanos, negative && nanos.signum() > 0));
    }

    private static Duration nanos(BigDecimal nanos, boolean negative) {
        boolean forever = negative || nanos.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) >= 0;
        return forever
                ? FOREVER
                : Duration.ofNanos(nanos.setScale(0, RoundingMode.DOWN).longValueExact());
    }
}
