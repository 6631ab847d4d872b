package dev.aiserver.ollama;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.aiserver.spec.GoDuration;
import java.time.Duration;
import java.util.Optional;

/**
 * How long a model stays in memory after its last request.
 *
 * @param text a number of seconds or a duration of Go, negative for ever
 */
public record KeepAlive(String text) {

    public static final KeepAlive FOREVER = new KeepAlive("-1");

    private static final String NUMBER = "-?\\d{1,9}";

    /** Nothing for what Ollama does not understand, and for zero, with which a model would go at once. */
    public static Optional<KeepAlive> parse(String text) {
        Optional<Duration> duration =
                text.matches(NUMBER) ? Optional.of(Duration.ofSeconds(Integer.parseInt(text))) : GoDuration.parse(text);
        return duration.filter(length -> !length.isZero()).map(length -> new KeepAlive(text));
    }

    public boolean isForever() {
        return text.startsWith("-");
    }

    /** A number goes as a number: Ollama answers 400 to {@code "-1"} in quotes. */
    void putInto(ObjectNode body) {
        if (text.matches(NUMBER)) {
            body.put("keep_alive", Integer.parseInt(text));
        } else {
            body.put("keep_alive", text);
        }
    }
}
