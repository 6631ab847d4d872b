package dev.aiserver.verify;

import com.fasterxml.jackson.databind.JsonNode;
import dev.aiserver.net.RawHttpResponse;
import java.io.IOException;
import java.util.Set;

/**
 * Tells an answer that Ollama broke off because the model said the same token more than 30 times in a row. Ollama then
 * ends the answer as if nothing were wrong, but without an ending: no reason to finish, a usage of 0, no {@code [DONE]},
 * {@code response.completed} or {@code message_stop} (llm/llama_server.go:1692 to 1703 of 0.33). An answer that was cut
 * on its way has no ending either, but its text does not repeat itself.
 */
final class RepeatedTokens extends IOException {
    private static final long serialVersionUID = 1L;

    /** Fewer than Ollama's 30: a server trims the white space off both ends of a text. */
    private static final int TIMES = 25;

    private static final int LONGEST_TOKEN = 64;
    private static final Set<String> ENDINGS = Set.of("response.completed", "message_stop");

    private RepeatedTokens() {
        super("the model repeats itself, and Ollama stops such an answer without an ending");
    }

    /** @throws RepeatedTokens for a whole answer, of any of the three APIs, that was broken off */
    static RawHttpResponse refuse(RawHttpResponse answer) throws RepeatedTokens {
        if (answer.status() != 200 || answer.text().isEmpty()) {
            return answer;
        }
        JsonNode json;
        try {
            json = ProxyResponses.json(answer);
        } catch (IOException e) {
            return answer;
        }
        JsonNode usage = json.path("usage");
        boolean counted = usage.path("completion_tokens").asInt()
                        + usage.path("output_tokens").asInt()
                > 0;
        StringBuilder text = new StringBuilder(said(json.at("/choices/0/message")));
        json.path("content").forEach(block -> text.append(said(block)));
        for (JsonNode item : json.path("output")) {
            item.path("summary").forEach(part -> text.append(said(part)));
            item.path("content").forEach(part -> text.append(said(part)));
        }
        if (!counted && repeats(text)) {
            throw new RepeatedTokens();
        }
        return answer;
    }

    /** @throws RepeatedTokens for a stream, of any of the three APIs, that was broken off */
    static EventStream refuse(EventStream stream) throws RepeatedTokens {
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
            text.append(said(json.at("/choices/0/delta")));
            text.append(json.path("delta").isTextual() ? json.path("delta").asText() : said(json.path("delta")));
        }
        if (stream.status() == 200 && repeats(text)) {
            throw new RepeatedTokens();
        }
        return stream;
    }

    /** What a message, a part of it or a delta says, or thinks. */
    private static String said(JsonNode node) {
        return node.path("reasoning").asText("")
                + node.path("thinking").asText("")
                + (node.path("content").isTextual() ? node.path("content").asText() : "")
                + node.path("text").asText("");
    }

    private static boolean repeats(CharSequence text) {
        for (int period = 1; period <= LONGEST_TOKEN && period * TIMES <= text.length(); period++) {
            int at = text.length() - 1;
            int first = text.length() - period * (TIMES - 1);
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
