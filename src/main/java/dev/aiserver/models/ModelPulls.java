package dev.aiserver.models;

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

/** Downloads several models at once. A failed download does not stop the others. */
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
     * Downloads the models.
     *
     * @return the error messages of failed downloads, by model
     * @throws UserError if Ollama does not come back
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
            throw new UserError("The downloads were interrupted; run \"aiserver warm-models\" again to resume them.");
        }
    }

    /** Returns the error message, or empty on success. Ollama keeps partial downloads, so every attempt resumes the last. */
    private Optional<String> pull(String model) {
        for (int attempt = 1; ; attempt++) {
            ModelResult result = attempt(model);
            if (result instanceof ModelResult.Done) {
                events.accept(new WarmEvent.Pulled(model));
                return Optional.empty();
            }
            boolean retry = attempt <= limits.retries();
            String reason;
            if (result instanceof ModelResult.Incomplete incomplete) {
                reason = incomplete.message()
                        + (retry ? "" : "; run \"aiserver warm-models\" again to resume the download");
            } else if (result instanceof ModelResult.Lost lost) {
                wait.awaitAnswer(limits.ollamaTimeout());
                reason = "Ollama exited during the download (" + lost.message() + ")";
            } else {
                reason = result instanceof ModelResult.Refused refused ? refused.message() : result.toString();
                retry = false;
            }
            if (!retry) {
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
