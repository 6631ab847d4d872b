package dev.aiserver.rehearsal.model;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/**
 * A model as its manifest describes it; there are no weights.
 *
 * @param name with its tag, as {@code /api/tags} shows it
 * @param digest 64 hexadecimal digits
 * @param size in bytes, only claimed
 * @param capabilities as {@code /api/show} names them: completion, tools, thinking, vision, embedding
 * @param weights which other models may share
 */
public record Model(
        String name, String digest, long size, List<String> capabilities, Weights weights, ModelBehavior habits) {

    public Model {
        capabilities = List.copyOf(capabilities);
    }

    /** A model with a digest and details that follow from its name. */
    public static Model of(String name, long size, String family, int contextLength, String... capabilities) {
        return new Model(
                ModelName.of(name).display(),
                Digest.of(name),
                size,
                List.of(capabilities),
                Weights.of(Digest.of(name), family, contextLength),
                ModelBehavior.USUAL);
    }

    /** Another manifest over the weights of {@code other}, as {@code ollama create} makes one. */
    public Model over(Model other) {
        return new Model(name, digest, other.size, capabilities, other.weights, habits);
    }

    /** Of the same name, as the registry had it before. */
    public Model outdated() {
        String older = "0".repeat(64);
        return new Model(name, older, size, capabilities, weights.in(older), habits);
    }

    /** A model that gives this answer, whatever it is asked. */
    public Model saying(List<String> tokens) {
        return with(habits.saying(tokens));
    }

    /** A model without a template in Go's form. */
    public Model withJinjaOnly() {
        return with(habits.withJinjaOnly());
    }

    Model with(ModelBehavior others) {
        return new Model(name, digest, size, capabilities, weights, others);
    }

    Model with(Weights others) {
        return new Model(name, digest, size, capabilities, others, habits);
    }

    Model named(ModelName other) {
        return new Model(other.display(), digest, size, capabilities, weights, habits);
    }

    boolean can(String capability) {
        return capabilities.contains(capability);
    }

    ModelName parsedName() {
        return ModelName.of(name);
    }

    ObjectNode details() {
        ObjectNode details =
                Json.object().put("parent_model", "").put("format", "gguf").put("family", weights.family());
        details.putArray("families").add(weights.family());
        return details.put("parameter_size", weights.parameterSize()).put("quantization_level", weights.quantization());
    }
}
