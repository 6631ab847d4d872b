package dev.aiserver.server;

import dev.aiserver.host.Trouble;
import dev.aiserver.ollama.InstalledModel;
import dev.aiserver.ollama.LoadedModel;
import dev.aiserver.ollama.OllamaClient;
import dev.aiserver.ollama.PullProgress;
import dev.aiserver.spec.ModelName;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Sees to it that models are on the machine, in its memory, and stay there. */
public final class WarmModels {
    private final OllamaClient ollama;
    private final Progress progress;

    public WarmModels(OllamaClient ollama, Progress progress) {
        this.ollama = ollama;
        this.progress = progress;
    }

    /** Is told what goes on while it goes on. */
    public interface Progress {
        void pulling(String model, PullProgress line);

        void loading(String model);
    }

    /** What became of a model. */
    public enum Outcome {
        WARMED,
        ALREADY_WARM,
        EVICTED,
        FAILED
    }

    /** @param detail of how it stays, or why it failed */
    public record Result(String model, Outcome outcome, String detail) {}

    /**
     * One after another; one that fails does not keep the others from it. Whether a model is still there is asked after
     * the last one, because a later model may have pushed an earlier one out.
     *
     * @throws Trouble when Ollama does not answer, or a name is none
     */
    public List<Result> warm(List<String> names) {
        List<String> models = names.stream().map(WarmModels::normal).distinct().toList();
        List<String> installed = ollama.installed().stream()
                .map(InstalledModel::name)
                .map(WarmModels::key)
                .toList();
        Map<String, LoadedModel> before = loaded();
        Map<String, Optional<String>> failures = new LinkedHashMap<>();
        for (String model : models) {
            failures.put(model, warm(model, installed, before));
        }
        Map<String, LoadedModel> after = models.isEmpty() ? Map.of() : loaded();
        List<Result> results = new ArrayList<>();
        failures.forEach((model, failure) ->
                results.add(failure.map(reason -> new Result(model, Outcome.FAILED, reason))
                        .orElseGet(() -> proven(model, before, after))));
        return results;
    }

    private static String normal(String name) {
        if (!ModelName.isValid(name)) {
            throw new Trouble(
                    Trouble.Kind.CONFIGURATION,
                    "\"" + name + "\" is no model name; write it as in qwen3-coder or llama3.2:3b.");
        }
        if (ModelName.isCloud(name)) {
            throw new Trouble(
                    Trouble.Kind.CONFIGURATION, name + " runs on ollama.com, not on this machine; name a local model.");
        }
        return ModelName.withTag(name);
    }

    /** Ollama compares names without regard to case. */
    private static String key(String name) {
        return name.toLowerCase(Locale.ROOT);
    }

    private Map<String, LoadedModel> loaded() {
        Map<String, LoadedModel> byName = new LinkedHashMap<>();
        ollama.loaded().forEach(model -> byName.put(key(model.name()), model));
        return byName;
    }

    /** Why it failed, if it did. */
    private Optional<String> warm(String model, List<String> installed, Map<String, LoadedModel> loaded) {
        try {
            if (!installed.contains(key(model))) {
                ollama.pull(model, line -> progress.pulling(model, line));
            }
            if (!isWarm(loaded.get(key(model)))) {
                progress.loading(model);
                ollama.load(model, ollama.capabilities(model));
            }
            return Optional.empty();
        } catch (Trouble trouble) {
            if (trouble.kind() == Trouble.Kind.UNREACHABLE) {
                throw trouble;
            }
            return Optional.of(trouble.sentence());
        }
    }

    private static boolean isWarm(@Nullable LoadedModel model) {
        return model != null && model.staysForEver();
    }

    private static Result proven(String model, Map<String, LoadedModel> before, Map<String, LoadedModel> after) {
        LoadedModel there = after.get(key(model));
        if (there == null) {
            return new Result(
                    model, Outcome.EVICTED, "a later model pushed it out: there is not enough memory for all of them");
        }
        String detail = there.percentOnGpu() + " % on the GPU, context " + there.contextLength() + ", "
                + (there.staysForEver() ? "stays for ever" : "stays until " + there.expiresAt());
        return new Result(model, isWarm(before.get(key(model))) ? Outcome.ALREADY_WARM : Outcome.WARMED, detail);
    }
}
