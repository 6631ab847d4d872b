package dev.aiserver.rehearsal.model;

import com.fasterxml.jackson.core.JsonProcessingException;

/**
 * What the server shall do wrong, or slowly. Zero and false, which is what a missing key means, are off. Percentages
 * are of the model's largest layer and strike when a pull passes them, so that a resumed pull gets through.
 *
 * @param busy503Times so many requests that must load a model find the queue full
 * @param oomOnLoad every load fails for want of memory
 * @param promptTokenDelayMicros for each token of a prompt, before the first token of its answer
 * @param memoryLimitBytes loading beyond it evicts idle models
 * @param pullDelayMillis before each tenth of a pull, so that it takes as long as a real one
 * @param pullFailAtPercent an error line inside the 200
 * @param pullStallAtPercent the same line again and again, as the real server says it that waits for a part
 * @param pullDropAtPercent the stream ends without its success line
 * @param pullFaultsEveryTime the three above strike on every attempt, whatever was there already
 * @param pullBackwards the count of completed bytes falls once
 * @param diskFull every pull of something new fails
 * @param crashOnPull the process dies in the middle of a pull
 * @param crashOnLoad the process dies in the middle of a load
 * @param breakStreamAfterTokens the runner dies after so many tokens
 */
public record Faults(
        int busy503Times,
        boolean oomOnLoad,
        long loadDelayMillis,
        long firstTokenDelayMillis,
        long tokenDelayMillis,
        long promptTokenDelayMicros,
        long memoryLimitBytes,
        long pullDelayMillis,
        int pullFailAtPercent,
        int pullStallAtPercent,
        int pullDropAtPercent,
        boolean pullFaultsEveryTime,
        boolean pullBackwards,
        boolean diskFull,
        boolean crashOnPull,
        boolean crashOnLoad,
        int breakStreamAfterTokens) {

    /** The file in the models directory that switches them while the server runs. */
    public static final String FILE = "faults.json";

    public static final Faults NONE = parse("{}");

    /** @throws IllegalArgumentException for anything but a JSON object with these names */
    public static Faults parse(String json) {
        try {
            return Json.MAPPER.readValue(json, Faults.class);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("These are no faults: " + e.getOriginalMessage(), e);
        }
    }
}
