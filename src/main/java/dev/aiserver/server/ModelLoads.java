package dev.aiserver.server;

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

/** Loads models, one after another; one that fails keeps no other from it. */
final class ModelLoads {
    private final OllamaClient ollama;
    private final KeepAlive keepAlive;
    private final WarmLimits limits;
    private final OllamaWait wait;
    private final Consumer<WarmEvent> events;
    private final List<String> loaded = new ArrayList<>();
    private final Map<String, String> failures = new LinkedHashMap<>();
    private final Map<String, Integer> ends = new HashMap<>();

    ModelLoads(
            OllamaClient ollama, KeepAlive keepAlive, WarmLimits limits, OllamaWait wait, Consumer<WarmEvent> events) {
        this.ollama = ollama;
        this.keepAlive = keepAlive;
        this.limits = limits;
        this.wait = wait;
        this.events = events;
    }

    /** What was loaded, the last one last. */
    List<String> loaded() {
        return List.copyOf(loaded);
    }

    /** Why some failed, by model. */
    Map<String, String> failures() {
        return failures;
    }

    /**
     * When Ollama ends on the way, everything in its memory is lost; then it begins again, and a model at which Ollama
     * ends too often is given up.
     *
     * @param warm tells which models need no load now
     * @throws UserError when Ollama is gone for good
     */
    void load(List<String> models, Supplier<Set<String>> warm) {
        boolean lived = false;
        while (!lived) {
            Set<String> now = warm.get();
            lived = round(models.stream()
                    .filter(model -> !now.contains(model) && !failures.containsKey(model))
                    .toList());
        }
    }

    /** Whether Ollama lived through it. */
    private boolean round(List<String> models) {
        for (String model : models) {
            long start = System.nanoTime();
            ModelResult ending = load(model);
            if (ending instanceof ModelResult.Lost lost) {
                survive(model, "Ollama ended meanwhile (" + lost.words() + ")");
                return false;
            }
            if (ending instanceof ModelResult.Done) {
                loaded.remove(model);
                loaded.add(model);
                long millis = Duration.ofNanos(System.nanoTime() - start).toMillis();
                events.accept(new WarmEvent.Loaded(model, millis));
            } else {
                fail(model, ending);
            }
        }
        return true;
    }

    private void survive(String model, String reason) {
        wait.awaitAnswer(limits.ollamaTimeout());
        int times = ends.merge(model, 1, Integer::sum);
        if (times > limits.retries()) {
            fail(model, new ModelResult.Refused(reason + ", " + times + " times; its log says why"));
        } else {
            events.accept(new WarmEvent.Retrying(model, reason));
            limits.pauseAfter(times);
        }
    }

    private void fail(String model, ModelResult ending) {
        String words = ending instanceof ModelResult.Busy busy
                ? busy.words()
                : ending instanceof ModelResult.Refused refused ? refused.words() : ending.toString();
        String sentence = "Ollama could not load " + model + ": " + words;
        failures.put(model, sentence);
        events.accept(new WarmEvent.Failed(model, sentence));
    }

    private ModelResult load(String model) {
        events.accept(new WarmEvent.Loading(model));
        try {
            Set<String> capabilities = ollama.capabilities(model);
            for (int attempt = 1; ; attempt++) {
                ModelResult ending = ollama.load(model, capabilities, keepAlive, limits.load());
                if (!(ending instanceof ModelResult.Busy busy) || attempt > limits.busyRetries()) {
                    return ending;
                }
                events.accept(new WarmEvent.Retrying(model, busy.words()));
                limits.pauseAfter(attempt);
            }
        } catch (UserError error) {
            return error.kind() == UserError.Kind.UNREACHABLE
                    ? new ModelResult.Lost(error.sentence())
                    : new ModelResult.Refused(error.sentence());
        }
    }
}
