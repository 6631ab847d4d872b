package dev.aiserver.server;

import dev.aiserver.host.UserError;
import dev.aiserver.ollama.ModelResult;
import dev.aiserver.ollama.OllamaClient;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;

/** Downloads models, several at once; one that fails keeps no other from it. */
final class ModelPulls {
    private final OllamaClient ollama;
    private final ModelDisk disk;
    private final WarmLimits limits;
    private final OllamaWait wait;
    private final Consumer<WarmEvent> events;

    ModelPulls(OllamaClient ollama, ModelDisk disk, WarmLimits limits, OllamaWait wait, Consumer<WarmEvent> events) {
        this.ollama = ollama;
        this.disk = disk;
        this.limits = limits;
        this.wait = wait;
        this.events = events;
    }

    /**
     * Why some failed, by model.
     *
     * @throws UserError when Ollama is gone for good
     */
    Map<String, String> pull(List<String> models, int parallel) {
        ExecutorService threads = Executors.newFixedThreadPool(parallel, task -> {
            Thread thread = new Thread(task, "pull");
            thread.setDaemon(true);
            return thread;
        });
        try {
            Map<String, Future<Optional<String>>> pulls = new LinkedHashMap<>();
            models.forEach(model -> pulls.put(model, threads.submit(() -> pull(model))));
            Map<String, String> failures = new LinkedHashMap<>();
            pulls.forEach((model, pull) -> result(pull).ifPresent(reason -> failures.put(model, reason)));
            return failures;
        } finally {
            threads.shutdownNow();
        }
    }

    private static Optional<String> result(Future<Optional<String>> pull) {
        try {
            return pull.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof UserError error) {
                throw error;
            }
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UserError(
                    "The downloads were interrupted; run warm-models again, they go on where they stopped.");
        }
    }

    /** Why it failed, if it did. Ollama keeps what has come, so that every attempt goes on where the last one stopped. */
    private Optional<String> pull(String model) {
        for (int attempt = 1; ; attempt++) {
            ModelResult ending = attempt(model);
            if (ending instanceof ModelResult.Done) {
                events.accept(new WarmEvent.Pulled(model));
                return Optional.empty();
            }
            boolean again = attempt <= limits.retries();
            String reason;
            if (ending instanceof ModelResult.BrokenOff brokenOff) {
                reason = brokenOff.words() + (again ? "" : "; run warm-models again, it goes on where it stopped");
            } else if (ending instanceof ModelResult.Lost lost) {
                wait.awaitAnswer(limits.ollamaTimeout());
                reason = "Ollama ended meanwhile (" + lost.words() + ")";
            } else {
                reason = ending instanceof ModelResult.Refused refused ? refused.words() : ending.toString();
                again = false;
            }
            if (!again) {
                String sentence = "Ollama could not pull " + model + ": " + reason;
                events.accept(new WarmEvent.Failed(model, sentence));
                return Optional.of(sentence);
            }
            events.accept(new WarmEvent.Retrying(model, reason));
            limits.pauseAfter(attempt);
        }
    }

    private ModelResult attempt(String model) {
        try {
            return ollama.pull(model, limits.stall(), line -> {
                disk.note(model, line.completed(), line.total());
                events.accept(new WarmEvent.Pulling(model, line.status(), line.completed(), line.total()));
            });
        } catch (UserError error) {
            return new ModelResult.Refused(error.sentence());
        } finally {
            disk.ended(model);
        }
    }
}
