package dev.aiserver.server;

import dev.aiserver.host.Patience;
import dev.aiserver.host.Trouble;
import dev.aiserver.ollama.OllamaClient;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;

/** Waits for Ollama while it does not answer: it is being restarted, or not up yet. */
final class Absence {
    private static final Duration BETWEEN_QUESTIONS = Duration.ofMillis(200);

    private final OllamaClient ollama;
    private final Consumer<WarmEvent> events;

    Absence(OllamaClient ollama, Consumer<WarmEvent> events) {
        this.ollama = ollama;
        this.events = events;
    }

    /** @throws Trouble of kind unreachable when it does not answer within the limit */
    void awaitEnd(Duration limit) {
        Optional<Trouble> absence = absence();
        absence.ifPresent(trouble -> events.accept(new WarmEvent.Waiting(trouble.sentence())));
        if (absence.isPresent()
                && !new Patience(BETWEEN_QUESTIONS).await(limit, () -> absence().isEmpty())) {
            throw absence.get();
        }
    }

    private Optional<Trouble> absence() {
        try {
            ollama.version();
            return Optional.empty();
        } catch (Trouble trouble) {
            return Optional.of(trouble).filter(any -> any.kind() == Trouble.Kind.UNREACHABLE);
        }
    }
}
