package dev.aiserver.ollama;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How far the download of a model has come.
 *
 * @param status Ollama's words for what it does
 * @param completed bytes; may fall, because Ollama downloads broken parts again
 * @param total bytes of the parts that Ollama has named so far, 0 before the first
 */
public record PullProgress(String status, long completed, long total) {

    /** Ollama reports on one part at a time; this adds them up. */
    static final class Sum {
        private final Map<String, Long> completed = new LinkedHashMap<>();
        private final Map<String, Long> total = new LinkedHashMap<>();

        /** A model has some dozen; each would be kept. */
        private static final int MOST_PARTS = 1000;

        private static final int LONGEST_NAME = 200;

        boolean hasTooManyParts() {
            return total.size() > MOST_PARTS;
        }

        PullProgress add(JsonNode line) {
            String part = line.path("digest").asText();
            if (!part.isEmpty() && part.length() <= LONGEST_NAME) {
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
