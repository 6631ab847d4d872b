package standin.ollama.generation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import standin.ollama.go.ApiError;

/**
 * Holds a request for a generation, whatever API it came through.
 *
 * @param format output format: a missing node for free text, an object for a JSON schema, otherwise any JSON
 * @param insert true if the answer is to be inserted before a suffix
 * @param logprobs number of alternative tokens listed with each token; empty for no log probabilities
 */
public record GenerationRequest(
        String model,
        boolean stream,
        Prompt prompt,
        List<Tool> tools,
        JsonNode format,
        Thinking thinking,
        ModelOptions options,
        Optional<Duration> keepAlive,
        boolean insert,
        OptionalInt logprobs) {

    private static final int MAX_ALTERNATIVES = 20;

    /** Holds a function that the client offers. */
    public record Tool(String name, JsonNode parameters) {}

    /** Controls whether the model thinks first. A thinking model does so unless the request turns it off. */
    public enum Thinking {
        IF_SUPPORTED,
        REQUIRED,
        OFF
    }

    public GenerationRequest {
        tools = List.copyOf(tools);
    }

    public static GenerationRequest of(String model, boolean stream, Prompt prompt) {
        return new GenerationRequest(
                model,
                stream,
                prompt,
                List.of(),
                MissingNode.getInstance(),
                Thinking.IF_SUPPORTED,
                ModelOptions.NONE,
                Optional.empty(),
                false,
                OptionalInt.empty());
    }

    public GenerationRequest with(
            List<Tool> offered, JsonNode wantedFormat, Thinking wantedThinking, ModelOptions wanted) {
        return new GenerationRequest(
                model, stream, prompt, offered, wantedFormat, wantedThinking, wanted, keepAlive, insert, logprobs);
    }

    public GenerationRequest keptFor(Optional<Duration> duration) {
        return new GenerationRequest(
                model, stream, prompt, tools, format, thinking, options, duration, insert, logprobs);
    }

    public GenerationRequest inserting(boolean wanted) {
        return new GenerationRequest(
                model, stream, prompt, tools, format, thinking, options, keepAlive, wanted, logprobs);
    }

    /** @throws ApiError 400 for a number below 0 or above 20 */
    public GenerationRequest withLogprobs(boolean wanted, int alternatives) {
        if (alternatives < 0 || alternatives > MAX_ALTERNATIVES) {
            throw new ApiError(400, "top_logprobs must be between 0 and 20");
        }
        return new GenerationRequest(
                model,
                stream,
                prompt,
                tools,
                format,
                thinking,
                options,
                keepAlive,
                insert,
                wanted ? OptionalInt.of(alternatives) : OptionalInt.empty());
    }
}
