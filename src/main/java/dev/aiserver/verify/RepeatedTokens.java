package dev.aiserver.verify;

import com.fasterxml.jackson.databind.JsonNode;
import dev.aiserver.net.RawHttpResponse;
import java.io.IOException;
import java.util.Set;

/**
 * Signals a response that Ollama stopped because the model repeated one token more than 30 times in a row. Ollama then
 * closes the response without its usual ending: no finish reason, a usage of 0, no {@code [DONE]}, {@code
 * response.completed} or {@code message_stop} (llm/llama_server.go:1692 to 1703 of 0.33). A response that was cut off
 * on the way has no ending either, but its text does not repeat itself.
 */
final class RepeatedTokens extends IOException {
    private static final long serialVersionUID = 1L;

    /** Fewer than Ollama's 30, because a server trims white space at both ends of a text. */
    private static final int MIN_REPETITIONS = 25;

    private static final int MAX_TOKEN_LENGTH = 64;
    private static final Set<String> ENDINGS = Set.of("response.completed", "message_stop");

    private RepeatedTokens() {
        super("the model repeats itself, and Ollama stops such a response without an ending");
    }

    /** @throws RepeatedTokens if Ollama stopped this whole response, of any of the three APIs */
    static RawHttpResponse requireNone(RawHttpResponse response) throws RepeatedTokens {
        if (response.status() != 200 || response.text().isEmpty()) {
            return response;
        }
        JsonNode json;
        try {
            json = ProxyResponses.json(response);
        } catch (IOException e) {
            return response;
        }
        JsonNode usage = json.path("usage");
        boolean counted = usage.path("completion_tokens").asInt()
                        + usage.path("output_tokens").asInt()
                > 0;
        StringBuilder text = new StringBuilder(text(json.at("/choices/0/message")));
        json.path("content").forEach(block -> text.append(text(block)));
        for (JsonNode item : json.path("output")) {
            item.path("summary").forEach(part -> text.append(text(part)));
            item.path("content").forEach(part -> text.append(text(part)));
        }
        if (!counted && repeats(text)) {
            throw new RepeatedTokens();
        }
        return response;
    }

    /** @throws RepeatedTokens if Ollama stopped this stream, of any of the three APIs */
    static EventStream requireNone(EventStream stream) throws RepeatedTokens {
        StringBuilder text = new StringBuilder();
        for (EventStream.Event event : stream.events()) {
            if (event.data().equals("[DONE]") || ENDINGS.contains(event.name())) {
                return stream;
            }
            JsonNode json;
            try {
                json = event.json();
            } catch (IOException e) {
                return stream;
            }
            text.append(text(json.at("/choices/0/delta")));
            text.append(json.path("delta").isTextual() ? json.path("delta").asText() : text(json.path("delta")));
        }
        if (stream.status() == 200 && repeats(text)) {
            throw new RepeatedTokens();
        }
        return stream;
    }

    /** Returns the text and thinking of a message, a part of a message or a delta. */
    private static String text(JsonNode node) {
        return node.path("reasoning").asText("")
                + node.path("thinking").asText("")
                + (node.path("content").isTextual() ? node.path("content").asText() : "")
                + node.path("text").asText("");
    }

    private static boolean repeats(CharSequence text) {
        for (int period = 1; period <= MAX_TOKEN_LENGTH && period * MIN_REPETITIONS <= text.length(); period++) {
            int at = text.length() - 1;
            int first = text.length() - period * (MIN_REPETITIONS - 1);
            while (at >= first && text.charAt(at) == text.charAt(at - period)) {
                at--;
            }
            if (at < first) {
                return true;
            }
        }
        return false;
    }
}
