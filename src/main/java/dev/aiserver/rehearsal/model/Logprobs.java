package dev.aiserver.rehearsal.model;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** How sure the model was of its tokens: always equally, as it knows beforehand what it says. */
final class Logprobs {
    private static final double OF_THE_TOKEN = -0.1;
    private static final double OF_ANOTHER = -2.5;

    private Logprobs() {}

    /** @param others how many other tokens are named with each one */
    static ArrayNode of(List<OutputPart> pieces, int others) {
        ArrayNode all = Json.array();
        for (OutputPart piece : pieces) {
            String token = text(piece);
            if (!token.isEmpty()) {
                ObjectNode entry = entry(token, OF_THE_TOKEN);
                all.add(entry);
                if (others > 0) {
                    ArrayNode top = entry.putArray("top_logprobs").add(entry(token, OF_THE_TOKEN));
                    for (int other = 1; other < others; other++) {
                        top.add(entry(" " + other, OF_ANOTHER - other));
                    }
                }
            }
        }
        return all;
    }

    private static String text(OutputPart piece) {
        if (piece instanceof OutputPart.Thinking thought) {
            return thought.text();
        }
        return piece instanceof OutputPart.Text text ? text.text() : "";
    }

    private static ObjectNode entry(String token, double logprob) {
        ObjectNode entry = Json.object().put("token", token).put("logprob", logprob);
        ArrayNode bytes = entry.putArray("bytes");
        for (byte each : token.getBytes(StandardCharsets.UTF_8)) {
            bytes.add(each & 0xff);
        }
        return entry;
    }
}
