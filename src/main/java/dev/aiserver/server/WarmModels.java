package dev.aiserver.server;

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

/** Sees to it that models are on the machine, in its memory, and stay there. */
public final class WarmModels {

    /** Less than this cuts the conversation of a coding tool short. */
    private static final long CONTEXT_OF_CODING_TOOLS = 65_536;

    private static final Duration UNLOADED = Duration.ofSeconds(30);
    private static final Duration BETWEEN_QUESTIONS = Duration.ofMillis(100);

    private final OllamaClient ollama;
    private final ModelDisk disk;
    private final Options options;
    private final WarmLimits limits;
    private final OllamaWait wait;
    private final Consumer<WarmEvent> events;

    /** @param events is told what goes on, one at a time */
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
     * What a person may want otherwise.
     *
     * @param update whether models that are there are downloaded again
     * @param parallel how many downloads at once
     * @param startTimeout how long Ollama need not answer yet
     */
    public record Options(KeepAlive keepAlive, boolean update, int parallel, Duration startTimeout) {
        public static final Options USUAL = new Options(KeepAlive.FOREVER, false, 2, Duration.ZERO);
    }

    /** What became of a model. */
    public enum Outcome {
        WARMED,
        ALREADY_WARM,
        EVICTED,
        FAILED
    }

    /**
     * @param detail of how it stays, or why it does not
     * @param inMemory as Ollama lists it, where it is
     * @param warnings what is worth changing
     */
    public record Result(
            String model, Outcome outcome, String detail, Optional<LoadedModel> inMemory, List<String> warnings) {

        static Result without(String model, Outcome outcome, String reason) {
            return new Result(model, outcome, reason, Optional.empty(), List.of());
        }

        /** The same, found not to answer clients, or how fast it does. */
        public Result probed(TokenProbe probe) {
            try {
                TokenProbe.Latency latency = probe.ask(model);
                String said = detail + ", first token after " + latency.cold() + " ms cold and " + latency.warm()
                        + " ms warm";
                return new Result(model, outcome, said, inMemory, warnings);
            } catch (IOException e) {
                String said = "it is in memory, but no token comes through the proxy (" + e.getMessage()
                        + "); run \"aiserver verify\"";
                return new Result(model, Outcome.FAILED, said, inMemory, warnings);
            }
        }

        public boolean isGood() {
            return outcome == Outcome.WARMED || outcome == Outcome.ALREADY_WARM;
        }
    }

    /**
     * Downloads what is missing, then loads one after another; one that fails does not keep the others from it. Whether
     * a model is still there is asked after the last one, because a later model may have pushed an earlier one out.
     *
     * @throws UserError when Ollama does not answer, or a name is none
     */
    public List<Result> warm(List<String> names) {
        List<String> models = normal(names);
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
                        : proven(
                                model,
                                memory,
                                renamed.contains(model) ? memory.older(model) : memory.runnerOf(model),
                                installed,
                                loads.loaded()))
                .toList();
    }

    /** As Ollama lists them, each once. */
    private static List<String> normal(List<String> names) {
        Map<String, String> models = new LinkedHashMap<>();
        for (String name : names) {
            if (!ModelName.isValid(name)) {
                throw new UserError(
                        UserError.Kind.CONFIGURATION,
                        "\"" + name + "\" is no model name; write it as in qwen3-coder or llama3.2:3b.");
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

    /** Ollama compares names without regard to case. */
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

    /** Before its update: afterwards its name stands for the new version, and the old one could not be named. */
    private void unload(String model) {
        if (ollama.loaded(limits.load()).stream()
                .noneMatch(loaded -> key(loaded.name()).equals(key(model)))) {
            return;
        }
        ollama.unload(model);
        new Poller(BETWEEN_QUESTIONS)
                .await(
                        UNLOADED,
                        () -> ollama.loaded().stream()
                                .noneMatch(loaded -> key(loaded.name()).equals(key(model))));
    }

    /**
     * Whether the runner that is listed with an older manifest answers for the installed one, because the weights are
     * the same: Ollama then loads nothing. Its list does not tell the weights of a manifest that is gone.
     */
    private boolean hasNewManifestOnly(String model, Map<String, InstalledModel> installed) {
        ModelResult ending = ollama.load(model, ollama.capabilities(model), options.keepAlive(), limits.load());
        return ending instanceof ModelResult.Done
                && new ModelMemory(ollama, limits, installed).runnerOf(model).isEmpty();
    }

    private Result proven(
            String model,
            ModelMemory memory,
            Optional<LoadedModel> there,
            Map<String, InstalledModel> installed,
            List<String> loaded) {
        if (there.isEmpty() && memory.older(model).isEmpty()) {
            return Result.without(model, Outcome.EVICTED, eviction(model, memory, installed, loaded));
        }
        if (there.isEmpty()) {
            return Result.without(
                    model,
                    Outcome.FAILED,
                    "an older version is in memory, and the installed one is not; run \"ollama stop " + model
                            + "\", then warm-models again");
        }
        LoadedModel inMemory = there.get();
        String other = key(inMemory.name()).equals(key(model))
                ? ""
                : "in memory as " + inMemory.name() + ", whose weights are the same, ";
        String detail = other + inMemory.percentOnGpu() + " % on the GPU, context " + inMemory.contextLength() + ", "
                + (inMemory.neverExpires() ? "stays for ever" : "stays until " + inMemory.expiresAt());
        Outcome outcome = loaded.contains(model) ? Outcome.WARMED : Outcome.ALREADY_WARM;
        return new Result(model, outcome, detail, there, warnings(model, inMemory));
    }

    private String eviction(
            String model, ModelMemory memory, Map<String, InstalledModel> installed, List<String> loaded) {
        List<String> later = loaded.subList(loaded.indexOf(model) + 1, loaded.size());
        long together = loaded.stream()
                .map(each -> installed.get(key(each)))
                .mapToLong(each -> each == null ? 0 : each.size())
                .sum();
        // With more than the limit in memory, the limit is not what this program knows.
        if (memory.size() == limits.models()) {
            return "%s: Ollama keeps at most %d models in memory; set %s in \"ollama: environment:\" to as many as you"
                            .formatted(
                                    later.isEmpty() ? "pushed out" : "pushed out for " + String.join(", ", later),
                                    limits.models(),
                                    ServerSpec.MAX_LOADED_MODELS)
                    + " use, if they fit, and run \"aiserver install\"";
        }
        return later.isEmpty()
                ? "it is no longer in memory; Ollama's log says why"
                : "pushed out for %s: the memory is too small for all of them (%.2f GB on disk)"
                        .formatted(String.join(", ", later), together / 1e9);
    }

    /**
     * Asks those that are warm for a token; one that only embeds has none.
     *
     * @param probe through the proxy
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
            warnings.add("only " + inMemory.percentOnGpu() + " % is on the GPU, so it is slow; a smaller model fits");
        }
        if (inMemory.contextLength() < CONTEXT_OF_CODING_TOOLS && OllamaClient.canChat(ollama.capabilities(model))) {
            warnings.add("a context of " + inMemory.contextLength() + " tokens is less than the "
                    + CONTEXT_OF_CODING_TOOLS + " that coding tools need; see OLLAMA_CONTEXT_LENGTH");
        }
        return List.copyOf(warnings);
    }
}
