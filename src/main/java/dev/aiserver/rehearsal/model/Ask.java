package dev.aiserver.rehearsal.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What every generating route asks for, whatever its dialect.
 *
 * @param format missing for free text, an object for a JSON schema, else any JSON
 * @param maxTokens 0 for no limit
 * @param contextLength 0 for the server's own
 */
record Ask(
        String model,
        boolean stream,
        Conversation conversation,
        List<Tool> tools,
        JsonNode format,
        Thinking thinking,
        int maxTokens,
        Optional<Duration> keepAlive,
        int contextLength) {

    /** A function that the client offers. */
    record Tool(String name, JsonNode parameters) {}

    /** Whether to think first; a model that can does so unless it is told not to. */
    enum Thinking {
        IF_ABLE,
        DEMANDED,
        OFF
    }

    Ask {
        tools = List.copyOf(tools);
    }

    static Ask of(String model, boolean stream, Conversation conversation) {
        return new Ask(
                model,
                stream,
                conversation,
                List.of(),
                MissingNode.getInstance(),
                Thinking.IF_ABLE,
                0,
                Optional.empty(),
                0);
    }

    Ask with(List<Tool> offered, JsonNode wantedFormat, Thinking wantedThinking, int limit) {
        return new Ask(
                model,
                stream,
                conversation,
                offered,
                wantedFormat,
                wantedThinking,
                Math.max(0, limit),
                keepAlive,
                contextLength);
    }

    Ask kept(Optional<Duration> duration, int context) {
        return new Ask(model, stream, conversation, tools, format, thinking, maxTokens, duration, Math.max(0, context));
    }
}
