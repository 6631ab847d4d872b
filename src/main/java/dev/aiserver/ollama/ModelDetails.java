package dev.aiserver.ollama;

import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What {@code POST /api/show} tells of a model.
 *
 * @param capabilities what it can do: {@code completion}, {@code embedding}, {@code tools}, {@code vision}, …
 * @param weights the digest of its weights file, for which Ollama keeps one runner, whatever names lead to it
 *     (server/sched.go:110); empty when it does not say
 */
public record ModelDetails(Set<String> capabilities, String weights) {
    private static final Pattern BLOB = Pattern.compile("(?m)^FROM\\s+.*[/\\\\]sha256[-:]([0-9a-f]{64})\\s*$");

    public ModelDetails {
        capabilities = Set.copyOf(capabilities);
    }

    /** @param modelfile whose first FROM with a blob is the weights; projectors and adapters follow it */
    static ModelDetails of(Set<String> capabilities, String modelfile) {
        Matcher blob = BLOB.matcher(modelfile);
        return new ModelDetails(capabilities, blob.find() ? blob.group(1) : "");
    }

    public boolean sharesWeightsWith(ModelDetails other) {
        return !weights.isEmpty() && weights.equals(other.weights);
    }
}
