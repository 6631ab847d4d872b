package dev.aiserver.ollama;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The progress of a model's download.
 *
 * @param status Ollama's description of the current step
 * @param completed in bytes; can decrease, because Ollama downloads corrupt parts again
 * @param total in bytes, of the parts that Ollama has reported so far; 0 before the first
 */
public record PullProgress(String status, long completed, long total) {

    /** Adds up the parts of a download, which Ollama reports one at a time. */
    static final class Sum {
        private final Map<String, Long> completed = new LinkedHashMap<>();
        private final Map<String, Long> total = new LinkedHashMap<>();

        /** A model has about a dozen parts. The limit bounds the memory that a faulty server can use. */
        private static final int MAX_PARTS = 1000;

        private static final int MAX_NAME_LENGTH = 200;

        boolean hasTooManyParts() {
            return total.size() > MAX_PARTS;
        }

        PullProgress add(JsonNode line) {
            String part = line.path("digest").asText();
            if (!part.isEmpty() && part.length() <= MAX_NAME_LENGTH) {
                completed.put(part, Math.max(0, line.path("completed").asLong()));
                total.put(part, Math.max(0, line.path("total").asLong()));
            }
            return new PullProgress(line.path("status").asText(), sum(completed), sum(total));
        }

        private static long sum(Map<String, Long> bytes) {
            return bytes.values().stream().mapToLong(Long::longValue).sum();
        }
    }
}
