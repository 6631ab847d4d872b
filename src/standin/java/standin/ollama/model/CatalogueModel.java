package standin.ollama.model;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import standin.ollama.go.Digest;
import standin.ollama.go.GoJson;

/**
 * Holds a model as its manifest describes it; there are no weights.
 *
 * @param name name with its tag, as {@code /api/tags} shows it
 * @param digest 64 hexadecimal digits
 * @param size nominal size in bytes
 * @param capabilities capabilities as {@code /api/show} names them: completion, tools, thinking, vision, embedding
 * @param weights weights, which other models may share
 */
public record CatalogueModel(
        String name, String digest, long size, List<String> capabilities, Weights weights, ModelBehavior behavior) {

    public CatalogueModel {
        capabilities = List.copyOf(capabilities);
    }

    /** Returns a model whose digest and details are derived from its name. */
    public static CatalogueModel of(String name, long size, String family, int contextLength, String... capabilities) {
        return new CatalogueModel(
                ModelReference.of(name).display(),
                Digest.of(name),
                size,
                List.of(capabilities),
                Weights.of(Digest.of(name), family, contextLength),
                ModelBehavior.DEFAULT);
    }

    /** Returns a manifest that uses the weights of another model, as {@code ollama create} does. */
    public CatalogueModel withWeightsOf(CatalogueModel other) {
        return new CatalogueModel(name, digest, other.size, capabilities, other.weights, behavior);
    }

    /** Returns an older version of this model, as the registry had it before. */
    public CatalogueModel outdated() {
        String older = "0".repeat(64);
        return new CatalogueModel(name, older, size, capabilities, weights.withDigest(older), behavior);
    }

    /** Returns a model that gives this answer to every prompt. */
    public CatalogueModel answering(List<String> tokens) {
        return with(behavior.answering(tokens));
    }

    /** Returns a model without a Go template. */
    public CatalogueModel withJinjaOnly() {
        return with(behavior.withJinjaOnly());
    }

    CatalogueModel with(ModelBehavior newBehavior) {
        return new CatalogueModel(name, digest, size, capabilities, weights, newBehavior);
    }

    CatalogueModel with(Weights newWeights) {
        return new CatalogueModel(name, digest, size, capabilities, newWeights, behavior);
    }

    public CatalogueModel named(ModelReference other) {
        return new CatalogueModel(other.display(), digest, size, capabilities, weights, behavior);
    }

    public boolean can(String capability) {
        return capabilities.contains(capability);
    }

    public ModelReference parsedName() {
        return ModelReference.of(name);
    }

    public ObjectNode details() {
        ObjectNode details =
                GoJson.object().put("parent_model", "").put("format", "gguf").put("family", weights.family());
        details.putArray("families").add(weights.family());
        return details.put("parameter_size", weights.parameterSize()).put("quantization_level", weights.quantization());
    }
}
