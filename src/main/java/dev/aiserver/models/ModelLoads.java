package dev.aiserver.models;

import dev.aiserver.host.UserError;
import dev.aiserver.ollama.KeepAlive;
import dev.aiserver.ollama.ModelResult;
import dev.aiserver.ollama.OllamaClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Loads models one after another. A failed load does not stop the others. */
final class ModelLoads {
    private final OllamaClient ollama;
    private final KeepAlive keepAlive;
    private final WarmLimits limits;
    private final OllamaWait wait;
    private final Consumer<WarmEvent> events;
    private final List<String> loaded = new ArrayList<>();
    private final Map<String, String> failures = new LinkedHashMap<>();
    private final Map<String, Integer> crashes = new HashMap<>();

    ModelLoads(
            OllamaClient ollama, KeepAlive keepAlive, WarmLimits limits, OllamaWait wait, Consumer<WarmEvent> events) {
        this.ollama = ollama;
        this.keepAlive = keepAlive;
        this.limits = limits;
        this.wait = wait;
        this.events = events;
    }

    /** Returns the loaded models in the order of their loads. */
    List<String> loaded() {
        return List.copyOf(loaded);
    }

    /** Returns the error messages of failed loads, by model. */
    Map<String, String> failures() {
        return failures;
    }

    /**
     * Loads the models. If Ollama exits during a load, its memory is lost, and all loads start again. A model at which
     * Ollama exits too often counts as failed.
     *
     * @param warm returns the models that are already loaded
     * @throws UserError if Ollama does not come back
     */
    void load(List<String> models, Supplier<Set<String>> warm) {
        boolean completed = false;
        while (!completed) {
            Set<String> now = warm.get();
            completed = loadRound(models.stream()
                    .filter(model -> !now.contains(model) && !failures.containsKey(model))
                    .toList());
        }
    }

    /** Loads each model once and returns true, or returns false if Ollama exited. */
    private boolean loadRound(List<String> models) {
        for (String model : models) {
            long start = System.nanoTime();
            ModelResult result = load(model);
            if (result instanceof ModelResult.Lost lost) {
                awaitRestart(model, "Ollama exited during the load (" + lost.message() + ")");
                return false;
            }
            if (result instanceof ModelResult.Done) {
                loaded.remove(model);
                loaded.add(model);
                long millis = Duration.ofNanos(System.nanoTime() - start).toMillis();
                events.accept(new WarmEvent.Loaded(model, millis));
            } else {
                fail(model, result);
            }
        }
        return true;
    }

    private void awaitRestart(String model, String reason) {
        wait.awaitAnswer(limits.ollamaTimeout());
        int times = crashes.merge(model, 1, Integer::sum);
        if (times > limits.retries()) {
            fail(model, new ModelResult.Refused(reason + ", " + times + " times; see Ollama's log for the cause"));
        } else {
            events.accept(new WarmEvent.Retrying(model, reason));
            limits.pauseAfter(times);
        }
    }

    private void fail(String model, ModelResult result) {
        String words = result instanceof ModelResult.Busy busy
                ? busy.message()
                : result instanceof ModelResult.Refused refused ? refused.message() : result.toString();
        String sentence = "Ollama could not load " + model + ": " + words;
        failures.put(model, sentence);
        events.accept(new WarmEvent.Failed(model, sentence));
    }

    private ModelResult load(String model) {
        events.accept(new WarmEvent.Loading(model));
        try {
            Set<String> capabilities = ollama.capabilities(model);
            for (int attempt = 1; ; attempt++) {
                ModelResult result = ollama.load(model, capabilities, keepAlive, limits.load());
                if (!(result instanceof ModelResult.Busy busy) || attempt > limits.busyRetries()) {
                    return result;
                }
                events.accept(new WarmEvent.Retrying(model, busy.message()));
                limits.pauseAfter(attempt);
            }
        } catch (UserError error) {
            return error.kind() == UserError.Kind.UNREACHABLE
                    ? new ModelResult.Lost(error.sentence())
                    : new ModelResult.Refused(error.sentence());
        }
    }
}
