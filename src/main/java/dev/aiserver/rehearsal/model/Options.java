package dev.aiserver.rehearsal.model;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * How a model is to be run.
 *
 * @param maxTokens 0 for no limit
 * @param contextLength 0 for the server's own
 * @param complaint about one of the wrong type, which is made when the model is scheduled, and as a fault of the server
 */
record Options(int maxTokens, int contextLength, Optional<String> complaint) {
    static final Options NONE = new Options(0, 0, Optional.empty());

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

    static Options limit(int maxTokens) {
        return new Options(Math.max(0, maxTokens), 0, Optional.empty());
    }

    /** Those of the native routes; unknown ones are passed over. */
    static Options of(JsonNode map) {
        Optional<String> complaint = map.properties().stream()
                .flatMap(option -> wanted(option).stream()
                        .map(type -> "option \"" + option.getKey() + "\" must be of type " + type))
                .findFirst();
        return new Options(
                Math.max(0, map.path("num_predict").asInt()),
                Math.max(0, map.path("num_ctx").asInt()),
                complaint);
    }

    /** The type that it should have and has not. */
    private static Optional<String> wanted(Map.Entry<String, JsonNode> option) {
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
