package dev.aiserver.ollama;

import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A model's details from {@code POST /api/show}.
 *
 * @param capabilities {@code completion}, {@code embedding}, {@code tools}, {@code vision}, …
 * @param weights the digest of its weights file, or empty if Ollama does not report one; Ollama keeps one runner per
 *     weights file, whatever the model's name (server/sched.go:110)
 */
public record ModelDetails(Set<String> capabilities, String weights) {
    private static final Pattern BLOB = Pattern.compile("(?m)^FROM\\s+.*[/\\\\]sha256[-:]([0-9a-f]{64})\\s*$");

    public ModelDetails {
        capabilities = Set.copyOf(capabilities);
    }

    /** @param modelfile its first FROM with a blob names the weights; projectors and adapters follow */
    static ModelDetails of(Set<String> capabilities, String modelfile) {
        Matcher blob = BLOB.matcher(modelfile);
        return new ModelDetails(capabilities, blob.find() ? blob.group(1) : "");
    }

    public boolean sharesWeightsWith(ModelDetails other) {
        return !weights.isEmpty() && weights.equals(other.weights);
    }
}
