package dev.aiserver.models;

import dev.aiserver.host.Poller;
import dev.aiserver.host.UserError;
import dev.aiserver.ollama.OllamaClient;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;

/** Waits for Ollama while it does not answer, because it is starting or restarting. */
final class OllamaWait {
    private static final Duration POLL_INTERVAL = Duration.ofMillis(200);

    private final OllamaClient ollama;
    private final Consumer<WarmEvent> events;

    OllamaWait(OllamaClient ollama, Consumer<WarmEvent> events) {
        this.ollama = ollama;
        this.events = events;
    }

    /** @throws UserError of kind UNREACHABLE, if Ollama does not answer within the limit */
    void awaitAnswer(Duration limit) {
        Optional<UserError> outage = outage();
        outage.ifPresent(error -> events.accept(new WarmEvent.Waiting(error.sentence())));
        if (outage.isPresent() && !new Poller(POLL_INTERVAL).await(limit, () -> outage().isEmpty())) {
            throw outage.get();
        }
    }

    private Optional<UserError> outage() {
        try {
            ollama.version();
            return Optional.empty();
        } catch (UserError error) {
            return Optional.of(error).filter(any -> any.kind() == UserError.Kind.UNREACHABLE);
        }
    }
}
