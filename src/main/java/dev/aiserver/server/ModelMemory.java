package dev.aiserver.server;

import dev.aiserver.host.UserError;
import dev.aiserver.ollama.InstalledModel;
import dev.aiserver.ollama.LoadedModel;
import dev.aiserver.ollama.ModelDetails;
import dev.aiserver.ollama.OllamaClient;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What is in Ollama's memory at one moment. Ollama lists a runner by the name and manifest that came first, and lets it
 * answer for every other name whose weights file is the same.
 */
final class ModelMemory {
    private final OllamaClient ollama;
    private final Map<String, InstalledModel> installed;
    private final List<LoadedModel> runners;
    private final Map<String, Optional<ModelDetails>> details = new HashMap<>();

    /**
     * @param installed by key of the name
     * @throws UserError when Ollama does not answer
     */
    ModelMemory(OllamaClient ollama, WarmLimits limits, Map<String, InstalledModel> installed) {
        this.ollama = ollama;
        this.installed = installed;
        this.runners = ollama.loaded(limits.load());
    }

    int size() {
        return runners.size();
    }

    /** The runner that answers for that model as it is installed now. */
    Optional<LoadedModel> runnerOf(String model) {
        Optional<LoadedModel> own = runners.stream()
                .filter(runner -> isNamed(runner, model) && isCurrent(runner))
                .findFirst();
        return own.isPresent()
                ? own
                : runners.stream()
                        .filter(runner -> !isNamed(runner, model) && isCurrent(runner))
                        .filter(runner -> shareWeights(runner.name(), model))
                        .findFirst();
    }

    /** The runner that is listed by its name with another manifest than the installed one. */
    Optional<LoadedModel> older(String model) {
        return runners.stream()
                .filter(runner -> isNamed(runner, model) && !isCurrent(runner))
                .findFirst();
    }

    private static boolean isNamed(LoadedModel runner, String model) {
        return WarmModels.key(runner.name()).equals(WarmModels.key(model));
    }

    /** Only then does its name still lead to the weights that are in memory. */
    private boolean isCurrent(LoadedModel runner) {
        InstalledModel onDisk = installed.get(WarmModels.key(runner.name()));
        return onDisk != null && onDisk.digest().equals(runner.digest());
    }

    private boolean shareWeights(String one, String other) {
        Optional<ModelDetails> theirs = detailsOf(other);
        return theirs.isPresent()
                && detailsOf(one).filter(theirs.get()::sharesWeightsWith).isPresent();
    }

    /** Nothing for a model that Ollama does not know, or no longer. */
    private Optional<ModelDetails> detailsOf(String model) {
        return details.computeIfAbsent(WarmModels.key(model), name -> {
            try {
                return Optional.of(ollama.details(model));
            } catch (UserError e) {
                if (e.kind() == UserError.Kind.UNREACHABLE) {
                    throw e;
                }
                return Optional.empty();
            }
        });
    }
}
