package dev.aiserver.rehearsal.model;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What the environment of {@code ollama serve} decides, apart from the address and the directory.
 *
 * @param version what it says it is; {@code OLLAMA_VERSION}, a variable of the stand-in alone
 * @param contextLength in tokens; {@code OLLAMA_CONTEXT_LENGTH}
 * @param maxLoadedModels in memory at once; {@code OLLAMA_MAX_LOADED_MODELS}, three for each GPU unless set
 * @param maxQueue requests that may wait for the scheduler; {@code OLLAMA_MAX_QUEUE}
 * @param origins allowed beside the built-in ones; {@code OLLAMA_ORIGINS}
 * @param variables all that begin with {@code OLLAMA_}, for the log
 */
public record Settings(
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

    public Settings {
        origins = List.copyOf(origins);
        variables = Map.copyOf(variables);
    }

    /** Ollama's own defaults where the environment says nothing. */
    public static Settings of(Map<String, String> environment) {
        Map<String, String> variables = new TreeMap<>();
        environment.forEach((name, value) -> {
            if (name.startsWith("OLLAMA_")) {
                variables.put(name, trimmed(value));
            }
        });
        return new Settings(
                variables.getOrDefault("OLLAMA_VERSION", "0.16.2"),
                isTrue(variables.getOrDefault("OLLAMA_NO_CLOUD", "")),
                KeepAlive.ofEnvironment(variables.getOrDefault("OLLAMA_KEEP_ALIVE", "5m")),
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

    public Settings with(Catalogue other) {
        return new Settings(
                version, cloudDisabled, keepAlive, contextLength, maxLoadedModels, maxQueue, origins, other, variables);
    }

    /** Zero and what is not a number mean the default, as Ollama takes them. */
    private static int number(Map<String, String> variables, String name, int otherwise) {
        String value = variables.getOrDefault(name, "");
        int number = value.matches("[0-9]{1,9}") ? Integer.parseInt(value) : 0;
        return number == 0 ? otherwise : number;
    }

    /** The variables as Go prints a map. */
    String asGoMap() {
        return new TreeMap<>(variables)
                .entrySet().stream()
                        .map(variable -> variable.getKey() + ":" + variable.getValue())
                        .collect(Collectors.joining(" ", "map[", "]"));
    }

    /** Ollama trims spaces and quotes off every value. */
    static String trimmed(String value) {
        return value.strip().replaceAll("^[\"' ]+|[\"' ]+$", "");
    }

    /** As Ollama reads a switch: what is no boolean at all counts as true. */
    private static boolean isTrue(String value) {
        return !value.isEmpty() && !Set.of("0", "f", "false").contains(value.toLowerCase(Locale.ROOT));
    }
}
