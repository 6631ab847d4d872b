package dev.aiserver.ollama;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.aiserver.value.GoDuration;
import java.util.Optional;

/**
 * The time that a model stays in memory after its last request.
 *
 * @param text a number of seconds or a Go duration; negative means forever
 */
public record KeepAlive(String text) {

    public static final KeepAlive FOREVER = new KeepAlive("-1");

    /** Returns empty if Ollama does not accept the text, and for zero, which would unload the model at once. */
    public static Optional<KeepAlive> parse(String text) {
        return GoDuration.orSeconds(text).filter(length -> !length.isZero()).map(length -> new KeepAlive(text));
    }

    public boolean isForever() {
        return text.startsWith("-");
    }

    /** Adds the value to a request. Numbers are sent as numbers, because Ollama answers 400 to the string {@code "-1"}. */
    void putInto(ObjectNode body) {
        if (GoDuration.isSeconds(text)) {
            body.put("keep_alive", Long.parseLong(text));
        } else {
            body.put("keep_alive", text);
        }
    }
}
