package standin.ollama.generation;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.List;
import standin.ollama.go.GoJson;

/** Encodes the log probabilities of tokens, which are constant here. */
public final class Logprobs {
    private static final double CHOSEN = -0.1;
    private static final double ALTERNATIVE = -2.5;

    private Logprobs() {}

    /** @param alternatives number of alternative tokens listed with each token */
    public static ArrayNode of(List<OutputPart> parts, int alternatives) {
        ArrayNode all = GoJson.array();
        for (OutputPart part : parts) {
            String token = text(part);
            if (!token.isEmpty()) {
                ObjectNode entry = entry(token, CHOSEN);
                all.add(entry);
                if (alternatives > 0) {
                    ArrayNode top = entry.putArray("top_logprobs").add(entry(token, CHOSEN));
                    for (int other = 1; other < alternatives; other++) {
                        top.add(entry(" " + other, ALTERNATIVE - other));
                    }
                }
            }
        }
        return all;
    }

    private static String text(OutputPart part) {
        if (part instanceof OutputPart.Thinking thinking) {
            return thinking.text();
        }
        return part instanceof OutputPart.Text text ? text.text() : "";
    }

    private static ObjectNode entry(String token, double logprob) {
        ObjectNode entry = GoJson.object().put("token", token).put("logprob", logprob);
        ArrayNode bytes = entry.putArray("bytes");
        for (byte each : token.getBytes(StandardCharsets.UTF_8)) {
            bytes.add(each & 0xff);
        }
        return entry;
    }
}
