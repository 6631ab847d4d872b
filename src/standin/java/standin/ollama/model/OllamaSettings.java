package standin.ollama.model;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import standin.ollama.go.KeepAliveDuration;

/**
 * Holds what the environment of {@code ollama serve} configures, except for the address and the directory.
 *
 * @param version version to report; {@code OLLAMA_VERSION}, a variable that only this stand-in has
 * @param contextLength context length in tokens; {@code OLLAMA_CONTEXT_LENGTH}
 * @param maxLoadedModels models in memory at once; {@code OLLAMA_MAX_LOADED_MODELS}, three per GPU by default
 * @param maxQueue number of requests that may wait for the scheduler; {@code OLLAMA_MAX_QUEUE}
 * @param origins origins allowed besides the built-in ones; {@code OLLAMA_ORIGINS}
 * @param variables all variables that start with {@code OLLAMA_}, for the log
 */
public record OllamaSettings(
        String version,
        boolean cloudDisabled,
        Duration keepAlive,
        int contextLength,
        int maxLoadedModels,
        int maxQueue,
        List<String> origins,
        Catalogue catalogue,
        Map<String, String> variables) {

    private static final int DEFAULT_CONTEXT_LENGTH = 4096;
    private static final int DEFAULT_LOADED_MODELS = 3;
    private static final int DEFAULT_QUEUE = 512;

    public OllamaSettings {
        origins = List.copyOf(origins);
        variables = Map.copyOf(variables);
    }

    /** Reads the environment; unset variables have Ollama's defaults. */
    public static OllamaSettings of(Map<String, String> environment) {
        Map<String, String> variables = new TreeMap<>();
        environment.forEach((name, value) -> {
            if (name.startsWith("OLLAMA_")) {
                variables.put(name, trimmed(value));
            }
        });
        return new OllamaSettings(
                variables.getOrDefault("OLLAMA_VERSION", "0.16.2"),
                isTrue(variables.getOrDefault("OLLAMA_NO_CLOUD", "")),
                KeepAliveDuration.ofEnvironment(variables.getOrDefault("OLLAMA_KEEP_ALIVE", "5m")),
                number(variables, "OLLAMA_CONTEXT_LENGTH", DEFAULT_CONTEXT_LENGTH),
                number(variables, "OLLAMA_MAX_LOADED_MODELS", DEFAULT_LOADED_MODELS),
                number(variables, "OLLAMA_MAX_QUEUE", DEFAULT_QUEUE),
                Stream.of(variables.getOrDefault("OLLAMA_ORIGINS", "").split(","))
                        .map(String::strip)
                        .filter(origin -> !origin.isEmpty())
                        .toList(),
                Catalogue.builtIn(),
                variables);
    }

    public OllamaSettings with(Catalogue other) {
        return new OllamaSettings(
                version, cloudDisabled, keepAlive, contextLength, maxLoadedModels, maxQueue, origins, other, variables);
    }

    /** Reads a number. As in Ollama, zero and invalid values mean the default. */
    private static int number(Map<String, String> variables, String name, int defaultValue) {
        String value = variables.getOrDefault(name, "");
        int number = value.matches("[0-9]{1,9}") ? Integer.parseInt(value) : 0;
        return number == 0 ? defaultValue : number;
    }

    /** Returns the variables as Go prints a map. */
    public String asGoMap() {
        return new TreeMap<>(variables)
                .entrySet().stream()
                        .map(variable -> variable.getKey() + ":" + variable.getValue())
                        .collect(Collectors.joining(" ", "map[", "]"));
    }

    /** Removes spaces and quotes around a value, as Ollama does. */
    public static String trimmed(String value) {
        return value.strip().replaceAll("^[\"' ]+|[\"' ]+$", "");
    }

    /** Reads a boolean as Ollama does: any value that is not a valid boolean counts as true. */
    private static boolean isTrue(String value) {
        return !value.isEmpty() && !Set.of("0", "f", "false").contains(value.toLowerCase(Locale.ROOT));
    }
}
