package dev.aiserver.models;

import dev.aiserver.host.Poller;
import dev.aiserver.host.UserError;
import dev.aiserver.ollama.InstalledModel;
import dev.aiserver.ollama.KeepAlive;
import dev.aiserver.ollama.LoadedModel;
import dev.aiserver.ollama.ModelResult;
import dev.aiserver.ollama.OllamaClient;
import dev.aiserver.spec.ModelName;
import dev.aiserver.spec.ServerSpec;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** Downloads models and keeps them loaded in memory. */
public final class WarmModels {

    /** In tokens. A smaller context truncates the conversations of coding tools. */
    private static final long CONTEXT_OF_CODING_TOOLS = 65_536;

    private static final Duration UNLOAD_TIMEOUT = Duration.ofSeconds(30);
    private static final Duration POLL_INTERVAL = Duration.ofMillis(100);

    private final OllamaClient ollama;
    private final ModelDisk disk;
    private final Options options;
    private final WarmLimits limits;
    private final OllamaWait wait;
    private final Consumer<WarmEvent> events;

    /** @param events receives progress events, one at a time */
    public WarmModels(
            OllamaClient ollama, ModelDisk disk, Options options, WarmLimits limits, Consumer<WarmEvent> events) {
        this.ollama = ollama;
        this.disk = disk;
        this.options = options;
        this.limits = limits;
        this.events = event -> {
            synchronized (this) {
                events.accept(event);
            }
        };
        this.wait = new OllamaWait(ollama, this.events);
    }

    /**
     * The options of warm-models.
     *
     * @param update whether to check installed models for updates
     * @param parallel how many downloads run at once
     * @param startTimeout how long to wait for Ollama to start
     */
    public record Options(KeepAlive keepAlive, boolean update, int parallel, Duration startTimeout) {
        public static final Options DEFAULTS = new Options(KeepAlive.FOREVER, false, 2, Duration.ZERO);
    }

    /** The result for one model. */
    public enum Outcome {
        WARMED,
        ALREADY_WARM,
        EVICTED,
        FAILED
    }

    /**
     * The result for one model, with details.
     *
     * @param detail how long the model stays loaded, or why it is not loaded
     * @param inMemory the model as Ollama lists it, if it is loaded
     * @param warnings advice about slow or small settings
     */
    public record Result(
            String model, Outcome outcome, String detail, Optional<LoadedModel> inMemory, List<String> warnings) {

        static Result without(String model, Outcome outcome, String reason) {
            return new Result(model, outcome, reason, Optional.empty(), List.of());
        }

        /** Returns the result with the measured latency, or as failed if no token arrives. */
        public Result probed(TokenProbe probe) {
            try {
                TokenProbe.Latency latency = probe.ask(model);
                String measured = detail + ", first token after " + latency.cold() + " ms cold and " + latency.warm()
                        + " ms warm";
                return new Result(model, outcome, measured, inMemory, warnings);
            } catch (IOException e) {
                String failure = "loaded, but no token arrives through the proxy (" + e.getMessage()
                        + "); run \"aiserver verify\"";
                return new Result(model, Outcome.FAILED, failure, inMemory, warnings);
            }
        }

        public boolean isGood() {
            return outcome == Outcome.WARMED || outcome == Outcome.ALREADY_WARM;
        }
    }

    /**
     * Downloads missing models, then loads the models one after another. A failed model does not stop the others. The results
     * are read after the last load, because a later load may evict an earlier model.
     *
     * @throws UserError if Ollama does not answer, or a model name is not valid
     */
    public List<Result> warm(List<String> names) {
        List<String> models = normalized(names);
        if (models.isEmpty()) {
            return List.of();
        }
        if (!options.startTimeout().isZero()) {
            wait.awaitAnswer(options.startTimeout());
        }
        Map<String, InstalledModel> installed = installed();
        List<String> missing = models.stream()
                .filter(model -> options.update() || !installed.containsKey(key(model)))
                .toList();
        Map<String, String> failures = new LinkedHashMap<>();
        if (!missing.isEmpty()) {
            missing.stream().filter(model -> installed.containsKey(key(model))).forEach(this::unload);
            failures.putAll(new ModelPulls(ollama, disk, limits, wait, events).pull(missing, options.parallel()));
            installed.putAll(installed());
        }
        ModelLoads loads = new ModelLoads(ollama, options.keepAlive(), limits, wait, events);
        loads.load(
                models.stream().filter(model -> !failures.containsKey(model)).toList(), () -> warm(models, installed));
        failures.putAll(loads.failures());
        ModelMemory before = new ModelMemory(ollama, limits, installed);
        Set<String> renamed = models.stream()
                .filter(model -> !failures.containsKey(model)
                        && before.runnerOf(model).isEmpty()
                        && before.older(model).isPresent()
                        && hasNewManifestOnly(model, installed))
                .collect(Collectors.toSet());
        ModelMemory memory = renamed.isEmpty() ? before : new ModelMemory(ollama, limits, installed);
        return models.stream()
                .map(model -> failures.containsKey(model)
                        ? Result.without(model, Outcome.FAILED, String.valueOf(failures.get(model)))
                        : result(
                                model,
                                memory,
                                renamed.contains(model) ? memory.older(model) : memory.runnerOf(model),
                                installed,
                                loads.loaded()))
                .toList();
    }

    /** Returns the names as Ollama lists them, without duplicates. */
    private static List<String> normalized(List<String> names) {
        Map<String, String> models = new LinkedHashMap<>();
        for (String name : names) {
            if (!ModelName.isValid(name)) {
                throw new UserError(
                        UserError.Kind.CONFIGURATION,
                        "\"" + name + "\" is not a valid model name; write one such as qwen3-coder or llama3.2:3b.");
            }
            if (ModelName.isCloud(name)) {
                throw new UserError(
                        UserError.Kind.CONFIGURATION,
                        name + " runs on ollama.com, not on this machine; name a local model.");
            }
            String model = ModelName.asListed(name);
            models.putIfAbsent(key(model), model);
        }
        return List.copyOf(models.values());
    }

    /** Returns the name in lower case, because Ollama ignores the case of names. */
    static String key(String name) {
        return name.toLowerCase(Locale.ROOT);
    }

    private Map<String, InstalledModel> installed() {
        Map<String, InstalledModel> byName = new HashMap<>();
        ollama.installed().forEach(model -> byName.put(key(model.name()), model));
        return byName;
    }

    private Set<String> warm(List<String> models, Map<String, InstalledModel> installed) {
        ModelMemory memory = new ModelMemory(ollama, limits, installed);
        return models.stream()
                .filter(model -> memory.runnerOf(model)
                        .filter(loaded -> options.keepAlive().isForever() && loaded.neverExpires())
                        .isPresent())
                .collect(Collectors.toSet());
    }

    /** Unloads a model before its update. Afterwards its name refers to the new version, and the old one has no name. */
    private void unload(String model) {
        if (ollama.loaded(limits.load()).stream()
                .noneMatch(loaded -> key(loaded.name()).equals(key(model)))) {
            return;
        }
        ollama.unload(model);
        new Poller(POLL_INTERVAL)
                .await(
                        UNLOAD_TIMEOUT,
                        () -> ollama.loaded().stream()
                                .noneMatch(loaded -> key(loaded.name()).equals(key(model))));
    }

    /**
     * Returns whether a runner that is listed with an older manifest also serves the installed model, because the weights
     * are identical: then Ollama does not load anything. Ollama's list does not show the weights of a deleted manifest.
     */
    private boolean hasNewManifestOnly(String model, Map<String, InstalledModel> installed) {
        ModelResult result = ollama.load(model, ollama.capabilities(model), options.keepAlive(), limits.load());
        return result instanceof ModelResult.Done
                && new ModelMemory(ollama, limits, installed).runnerOf(model).isEmpty();
    }

    private Result result(
            String model,
            ModelMemory memory,
            Optional<LoadedModel> runner,
            Map<String, InstalledModel> installed,
            List<String> loaded) {
        if (runner.isEmpty() && memory.older(model).isEmpty()) {
            return Result.without(model, Outcome.EVICTED, eviction(model, memory, installed, loaded));
        }
        if (runner.isEmpty()) {
            return Result.without(
                    model,
                    Outcome.FAILED,
                    "an older version is loaded instead of the installed one; run \"ollama stop " + model
                            + "\", then \"aiserver warm-models\" again");
        }
        LoadedModel inMemory = runner.get();
        String other = key(inMemory.name()).equals(key(model))
                ? ""
                : "loaded as " + inMemory.name() + ", which has identical weights, ";
        String detail = other + inMemory.percentOnGpu() + "% on the GPU, context " + inMemory.contextLength() + ", "
                + (inMemory.neverExpires() ? "stays loaded" : "stays loaded until " + inMemory.expiresAt());
        Outcome outcome = loaded.contains(model) ? Outcome.WARMED : Outcome.ALREADY_WARM;
        return new Result(model, outcome, detail, runner, warnings(model, inMemory));
    }

    private String eviction(
            String model, ModelMemory memory, Map<String, InstalledModel> installed, List<String> loaded) {
        List<String> later = loaded.subList(loaded.indexOf(model) + 1, loaded.size());
        long together = loaded.stream()
                .map(each -> installed.get(key(each)))
                .mapToLong(each -> each == null ? 0 : each.size())
                .sum();
        // If more models are loaded, Ollama's limit is not the configured one.
        if (memory.size() == limits.models()) {
            return "%s: Ollama keeps at most %d models in memory; if all of yours fit, set ollama.environment.%s to their"
                            .formatted(evictedWhen(later), limits.models(), ServerSpec.MAX_LOADED_MODELS)
                    + " number and run \"aiserver install\"";
        }
        return later.isEmpty()
                ? "no longer in memory; see Ollama's log for the reason"
                : "%s: not enough memory for all models (%.2f GB on disk)"
                        .formatted(evictedWhen(later), together / 1e9);
    }

    private static String evictedWhen(List<String> later) {
        return later.isEmpty()
                ? "evicted"
                : "evicted when " + String.join(", ", later) + (later.size() == 1 ? " was loaded" : " were loaded");
    }

    /**
     * Requests a token from each warm model, except embedding models, which generate none.
     *
     * @param probe sends the requests through the proxy
     */
    public List<Result> probe(List<Result> results, TokenProbe probe) {
        return results.stream()
                .map(result -> result.isGood() && OllamaClient.canChat(ollama.capabilities(result.model()))
                        ? result.probed(probe)
                        : result)
                .toList();
    }

    private List<String> warnings(String model, LoadedModel inMemory) {
        List<String> warnings = new ArrayList<>();
        if (inMemory.percentOnGpu() < 100) {
            warnings.add("only " + inMemory.percentOnGpu()
                    + "% is on the GPU, so it is slow; use a smaller model or a smaller context");
        }
        if (inMemory.contextLength() < CONTEXT_OF_CODING_TOOLS && OllamaClient.canChat(ollama.capabilities(model))) {
            warnings.add("the context of " + inMemory.contextLength() + " tokens is smaller than the "
                    + CONTEXT_OF_CODING_TOOLS + " that coding tools need; set OLLAMA_CONTEXT_LENGTH");
        }
        return List.copyOf(warnings);
    }
}
