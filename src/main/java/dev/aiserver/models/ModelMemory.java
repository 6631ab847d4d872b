package dev.aiserver.models;

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
 * A snapshot of the models in Ollama's memory. Ollama lists a runner under the name and manifest that loaded it, and uses it
 * for every other model name with an identical weights file.
 */
final class ModelMemory {
    private final OllamaClient ollama;
    private final Map<String, InstalledModel> installed;
    private final List<LoadedModel> runners;
    private final Map<String, Optional<ModelDetails>> details = new HashMap<>();

    /**
     * @param installed the installed models by the key of their name
     * @throws UserError if Ollama does not answer
     */
    ModelMemory(OllamaClient ollama, WarmLimits limits, Map<String, InstalledModel> installed) {
        this.ollama = ollama;
        this.installed = installed;
        this.runners = ollama.loaded(limits.load());
    }

    int size() {
        return runners.size();
    }

    /** Returns the runner that serves the installed version of a model, or empty. */
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

    /** Returns a runner that is listed under the model's name with an older manifest, or empty. */
    Optional<LoadedModel> older(String model) {
        return runners.stream()
                .filter(runner -> isNamed(runner, model) && !isCurrent(runner))
                .findFirst();
    }

    private static boolean isNamed(LoadedModel runner, String model) {
        return WarmModels.key(runner.name()).equals(WarmModels.key(model));
    }

    /** Returns whether the runner's name still refers to the weights that it has in memory. */
    private boolean isCurrent(LoadedModel runner) {
        InstalledModel onDisk = installed.get(WarmModels.key(runner.name()));
        return onDisk != null && onDisk.digest().equals(runner.digest());
    }

    private boolean shareWeights(String one, String other) {
        Optional<ModelDetails> otherDetails = detailsOf(other);
        return otherDetails.isPresent()
                && detailsOf(one).filter(otherDetails.get()::sharesWeightsWith).isPresent();
    }

    /** Returns empty for a model that Ollama does not have, or no longer has. */
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
