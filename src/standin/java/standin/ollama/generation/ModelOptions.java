package standin.ollama.generation;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Holds the options of a request that concern how the model runs.
 *
 * @param maxTokens maximum number of tokens in the answer; 0 for no limit
 * @param contextLength context length in tokens; 0 for the server's default
 * @param error error about an option of the wrong type, which Ollama reports when it schedules the model, with 500
 */
public record ModelOptions(int maxTokens, int contextLength, Optional<String> error) {
    static final ModelOptions NONE = new ModelOptions(0, 0, Optional.empty());

    private static final Set<String> INTEGERS = Set.of(
            "num_keep",
            "seed",
            "num_predict",
            "top_k",
            "repeat_last_n",
            "num_ctx",
            "num_batch",
            "num_gpu",
            "main_gpu",
            "num_thread",
            "draft_num_predict");
    private static final Set<String> NUMBERS = Set.of(
            "top_p", "min_p", "typical_p", "temperature", "repeat_penalty", "presence_penalty", "frequency_penalty");

    public static ModelOptions limit(int maxTokens) {
        return new ModelOptions(Math.max(0, maxTokens), 0, Optional.empty());
    }

    /** Reads the options of the native routes; unknown options are ignored. */
    public static ModelOptions of(JsonNode map) {
        Optional<String> error = map.properties().stream()
                .flatMap(option -> missingType(option).stream()
                        .map(type -> "option \"" + option.getKey() + "\" must be of type " + type))
                .findFirst();
        return new ModelOptions(
                Math.max(0, map.path("num_predict").asInt()),
                Math.max(0, map.path("num_ctx").asInt()),
                error);
    }

    /** Returns the type that the option must have, if its value has another type. */
    private static Optional<String> missingType(Map.Entry<String, JsonNode> option) {
        JsonNode value = option.getValue();
        if (value.isNull()) {
            return Optional.empty();
        }
        if (INTEGERS.contains(option.getKey()) && !value.isNumber()) {
            return Optional.of("integer");
        }
        if (NUMBERS.contains(option.getKey()) && !value.isNumber()) {
            return Optional.of("float32");
        }
        if (option.getKey().equals("stop") && !value.isArray()) {
            return Optional.of("array");
        }
        return option.getKey().equals("use_mmap") && !value.isBoolean() ? Optional.of("boolean") : Optional.empty();
    }
}
