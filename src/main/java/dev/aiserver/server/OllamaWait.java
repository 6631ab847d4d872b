package dev.aiserver.server;

import dev.aiserver.host.Poller;
import dev.aiserver.host.UserError;
import dev.aiserver.ollama.OllamaClient;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;

/** Waits for Ollama while it does not answer: it is being restarted, or not up yet. */
final class OllamaWait {
    private static final Duration BETWEEN_QUESTIONS = Duration.ofMillis(200);

    private final OllamaClient ollama;
    private final Consumer<WarmEvent> events;

    OllamaWait(OllamaClient ollama, Consumer<WarmEvent> events) {
        this.ollama = ollama;
        this.events = events;
    }

    /** @throws UserError of kind unreachable when it does not answer within the limit */
    void awaitAnswer(Duration limit) {
        Optional<UserError> absence = absence();
        absence.ifPresent(error -> events.accept(new WarmEvent.Waiting(error.sentence())));
        if (absence.isPresent()
                && !new Poller(BETWEEN_QUESTIONS).await(limit, () -> absence().isEmpty())) {
            throw absence.get();
        }
    }

    private Optional<UserError> absence() {
        try {
            ollama.version();
            return Optional.empty();
        } catch (UserError error) {
            return Optional.of(error).filter(any -> any.kind() == UserError.Kind.UNREACHABLE);
        }
    }
}
