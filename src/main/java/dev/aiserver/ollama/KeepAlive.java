package dev.aiserver.ollama;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.aiserver.spec.GoDuration;
import java.time.Duration;
import java.util.Optional;

/**
 * The time that a model stays in memory after its last request.
 *
 * @param text a number of seconds or a Go duration; negative means forever
 */
public record KeepAlive(String text) {

    public static final KeepAlive FOREVER = new KeepAlive("-1");

    private static final String NUMBER = "-?\\d{1,9}";

    /** Returns empty if Ollama does not accept the text, and for zero, which would unload the model at once. */
    public static Optional<KeepAlive> parse(String text) {
        Optional<Duration> duration =
                text.matches(NUMBER) ? Optional.of(Duration.ofSeconds(Integer.parseInt(text))) : GoDuration.parse(text);
        return duration.filter(length -> !length.isZero()).map(length -> new KeepAlive(text));
    }

    public boolean isForever() {
        return text.startsWith("-");
    }

    /** Adds the value to a request. Numbers are sent as numbers, because Ollama answers 400 to the string {@code "-1"}. */
    void putInto(ObjectNode body) {
        if (text.matches(NUMBER)) {
            body.put("keep_alive", Integer.parseInt(text));
        } else {
            body.put("keep_alive", text);
        }
    }
}
