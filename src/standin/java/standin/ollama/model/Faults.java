package standin.ollama.model;

import com.fasterxml.jackson.core.JsonProcessingException;
import standin.ollama.go.GoJson;

/**
 * Configures what the server does wrong or slowly. Zero and false, the values of a missing key, mean off. Percentages
 * refer to the model's largest layer and take effect when a pull passes them, so that a resumed pull succeeds.
 *
 * @param busy503Times number of requests that must load a model and find the queue full
 * @param oomOnLoad every load fails because memory runs out
 * @param promptTokenDelayMicros delay per prompt token, before the first token of the answer
 * @param memoryLimitBytes memory for models; a load beyond it evicts idle models
 * @param pullDelayMillis delay before each tenth of a pull, to make it as slow as a real one
 * @param pullFailAtPercent the pull ends with an error line inside the 200
 * @param pullStallAtPercent the pull repeats one progress line forever, as Ollama does while it waits for data
 * @param pullDropAtPercent the stream ends without its success line
 * @param pullFaultsEveryTime the three faults above occur on every attempt, also on a resumed pull
 * @param pullBackwards the number of completed bytes falls once
 * @param diskFull every pull of a new model fails
 * @param crashOnPull the process dies during a pull
 * @param crashOnLoad the process dies during a load
 * @param breakStreamAfterTokens the runner dies after this many tokens
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

    /** File in the models directory that changes the faults while the server runs. */
    public static final String FILE = "faults.json";

    public static final Faults NONE = parse("{}");

    /**
     * Parses a JSON object whose keys are the names of the components.
     *
     * @throws IllegalArgumentException if the text is not such an object
     */
    public static Faults parse(String json) {
        try {
            return GoJson.MAPPER.readValue(json, Faults.class);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("not a valid faults file: " + e.getOriginalMessage(), e);
        }
    }
}
