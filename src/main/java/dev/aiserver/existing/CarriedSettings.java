package dev.aiserver.existing;

import dev.aiserver.agent.LaunchAgent;
import dev.aiserver.agent.ServerProgram;
import dev.aiserver.host.UserError;
import dev.aiserver.spec.OllamaVariables;
import dev.aiserver.spec.ServerSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The environment variables of existing Ollama services, which a takeover carries over to the new service.
 *
 * @param kept the variables that {@code ollama.environment} accepts
 * @param dropped the other variables, with the reason
 */
public record CarriedSettings(Map<String, String> kept, Map<String, String> dropped) {

    /** Variables that aiserver's service sets itself. */
    private static final Set<String> IGNORED = Set.of("OLLAMA_HOST", "HOME", "PATH", "USER", "LOGNAME", "SHELL");

    public CarriedSettings {
        kept = Map.copyOf(kept);
        dropped = Map.copyOf(dropped);
    }

    /** @param agents if two set a variable, the first one counts */
    public static CarriedSettings of(List<LaunchAgent> agents) {
        Map<String, String> kept = new TreeMap<>();
        Map<String, String> dropped = new TreeMap<>();
        agents.stream()
                .filter(agent -> agent.program().equals(Optional.of(ServerProgram.OLLAMA)))
                .flatMap(agent -> agent.environment().entrySet().stream())
                .filter(variable -> !IGNORED.contains(variable.getKey()))
                .forEach(variable -> problem(variable.getKey(), variable.getValue())
                        .ifPresentOrElse(
                                why -> dropped.putIfAbsent(variable.getKey(), why),
                                () -> kept.putIfAbsent(variable.getKey(), variable.getValue())));
        kept.remove(OllamaVariables.NO_CLOUD);
        return new CarriedSettings(kept, dropped);
    }

    private static Optional<String> problem(String name, String value) {
        return name.equals(OllamaVariables.NO_CLOUD) && !value.equals("1")
                ? Optional.of(OllamaVariables.NO_CLOUD + " is 1 unless the configuration says otherwise")
                : OllamaVariables.problem(name, name, value);
    }

    /**
     * Returns the configuration with the kept variables added. Variables that the configuration sets do not change.
     *
     * @throws UserError if Ollama would no longer find its models and the configuration does not set their folder
     */
    public ServerSpec in(ServerSpec chosen) {
        String problem = dropped.getOrDefault(OllamaVariables.MODELS, "");
        if (!problem.isEmpty() && !chosen.ollama().environment().containsKey(OllamaVariables.MODELS)) {
            throw new UserError("The existing Ollama has its models in a folder that cannot be taken over (" + problem
                    + "); set ollama.environment." + OllamaVariables.MODELS
                    + " in the configuration to the models folder, then try again.");
        }
        return chosen.withSettings(kept);
    }

    /** Returns sentences for people about the variables that the configuration does not set itself. */
    public List<String> sentences(ServerSpec spec) {
        List<String> sentences = new ArrayList<>();
        String carried = kept.entrySet().stream()
                .filter(variable ->
                        variable.getValue().equals(spec.ollama().environment().get(variable.getKey())))
                .map(Map.Entry::toString)
                .sorted()
                .collect(Collectors.joining(", "));
        if (!carried.isEmpty()) {
            sentences.add("Ollama keeps these settings of the existing service: " + carried + ".");
        }
        new TreeMap<>(dropped).forEach((name, why) -> {
            if (!spec.ollama().environment().containsKey(name)) {
                sentences.add("The existing service's setting " + name + " is dropped: " + why + ".");
            }
        });
        return sentences;
    }
}
