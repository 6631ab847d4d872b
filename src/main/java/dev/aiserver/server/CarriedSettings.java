package dev.aiserver.server;

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
 * The variables of the Ollama services that an installation takes over, so that its Ollama goes on as theirs did.
 *
 * @param kept those that {@code ollama.environment} takes
 * @param dropped the others, and why
 */
record CarriedSettings(Map<String, String> kept, Map<String, String> dropped) {

    /** Ours say the same, or say where ours are. */
    private static final Set<String> OF_NO_MATTER = Set.of("OLLAMA_HOST", "HOME", "PATH", "USER", "LOGNAME", "SHELL");

    CarriedSettings {
        kept = Map.copyOf(kept);
        dropped = Map.copyOf(dropped);
    }

    /** @param agents of whom the first decides where they differ */
    static CarriedSettings of(List<LaunchAgent> agents) {
        Map<String, String> kept = new TreeMap<>();
        Map<String, String> dropped = new TreeMap<>();
        agents.stream()
                .filter(agent -> agent.program().equals(Optional.of(ServerProgram.OLLAMA)))
                .flatMap(agent -> agent.environment().entrySet().stream())
                .filter(variable -> !OF_NO_MATTER.contains(variable.getKey()))
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
     * What the person chose stays.
     *
     * @throws UserError when the models would be left behind without a word of the person
     */
    ServerSpec in(ServerSpec chosen) {
        String problem = dropped.getOrDefault(OllamaVariables.MODELS, "");
        if (!problem.isEmpty() && !chosen.ollama().environment().containsKey(OllamaVariables.MODELS)) {
            throw new UserError("The Ollama that is here keeps its models in a folder that cannot be taken over ("
                    + problem + "); say where the models shall be, as ollama.environment." + OllamaVariables.MODELS
                    + " in the configuration, then try again.");
        }
        return chosen.withSettings(kept);
    }

    /** For people, of those that the person did not choose otherwise. */
    List<String> sentences(ServerSpec spec) {
        List<String> sentences = new ArrayList<>();
        String ours = kept.entrySet().stream()
                .filter(variable ->
                        variable.getValue().equals(spec.ollama().environment().get(variable.getKey())))
                .map(Map.Entry::toString)
                .sorted()
                .collect(Collectors.joining(", "));
        if (!ours.isEmpty()) {
            sentences.add("Ollama goes on with the settings that it had: " + ours + ".");
        }
        new TreeMap<>(dropped).forEach((name, why) -> {
            if (!spec.ollama().environment().containsKey(name)) {
                sentences.add("Ollama loses the setting " + name + " that it had: " + why + ".");
            }
        });
        return sentences;
    }
}
