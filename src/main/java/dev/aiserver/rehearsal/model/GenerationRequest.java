package dev.aiserver.rehearsal.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What every generating route asks for, whatever its dialect.
 *
 * @param format missing for free text, an object for a JSON schema, else any JSON
 * @param insert whether the answer is to stand before a text
 * @param logprobs how many other tokens are to be named with each one; empty for no probabilities at all
 */
record GenerationRequest(
        String model,
        boolean stream,
        Prompt conversation,
        List<Tool> tools,
        JsonNode format,
        Thinking thinking,
        Options options,
        Optional<Duration> keepAlive,
        boolean insert,
        OptionalInt logprobs) {

    private static final int MOST_LOGPROBS = 20;

    /** A function that the client offers. */
    record Tool(String name, JsonNode parameters) {}

    /** Whether to think first; a model that can does so unless it is told not to. */
    enum Thinking {
        IF_ABLE,
        DEMANDED,
        OFF
    }

    GenerationRequest {
        tools = List.copyOf(tools);
    }

    static GenerationRequest of(String model, boolean stream, Prompt conversation) {
        return new GenerationRequest(
                model,
                stream,
                conversation,
                List.of(),
                MissingNode.getInstance(),
                Thinking.IF_ABLE,
                Options.NONE,
                Optional.empty(),
                false,
                OptionalInt.empty());
    }

    GenerationRequest with(List<Tool> offered, JsonNode wantedFormat, Thinking wantedThinking, Options wanted) {
        return new GenerationRequest(
                model,
                stream,
                conversation,
                offered,
                wantedFormat,
                wantedThinking,
                wanted,
                keepAlive,
                insert,
                logprobs);
    }

    GenerationRequest kept(Optional<Duration> duration) {
        return new GenerationRequest(
                model, stream, conversation, tools, format, thinking, options, duration, insert, logprobs);
    }

    GenerationRequest inserting(boolean wanted) {
        return new GenerationRequest(
                model, stream, conversation, tools, format, thinking, options, keepAlive, wanted, logprobs);
    }

    /** @throws ApiError 400 for more than there are */
    GenerationRequest withLogprobs(boolean wanted, int others) {
        if (others < 0 || others > MOST_LOGPROBS) {
            throw new ApiError(400, "top_logprobs must be between 0 and 20");
        }
        return new GenerationRequest(
                model,
                stream,
                conversation,
                tools,
                format,
                thinking,
                options,
                keepAlive,
                insert,
                wanted ? OptionalInt.of(others) : OptionalInt.empty());
    }
}
