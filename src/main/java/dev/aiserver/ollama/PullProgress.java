package dev.aiserver.ollama;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * One line of a download.
 *
 * @param layer digest of the part it speaks of, empty when of none
 * @param completed bytes of that part; may go back, because Ollama rolls broken parts back
 * @param total bytes of that part, 0 when not known
 */
public record PullProgress(String status, String layer, long completed, long total) {

    static PullProgress of(JsonNode event) {
        return new PullProgress(
                event.path("status").asText(),
                event.path("digest").asText(),
                event.path("completed").asLong(),
                event.path("total").asLong());
    }
}
