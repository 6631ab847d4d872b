package dev.aiserver.rehearsal.model;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Objects;

/**
 * A model as its manifest describes it; there are no weights.
 *
 * @param name with its tag, as {@code /api/tags} shows it
 * @param digest 64 hexadecimal digits
 * @param size in bytes, only claimed
 * @param contextLength the most tokens it was trained for
 * @param capabilities as {@code /api/show} names them: completion, tools, thinking, vision, embedding
 * @param weights the digest of its weights file, which other models may share; its own digest where none is given
 * @param says the tokens of every answer; none repeats the user's words
 * @param jinja whether its only chat template is one in Jinja, inside the weights file
 */
public record Model(
        String name,
        String digest,
        long size,
        String family,
        String parameterSize,
        String quantization,
        int contextLength,
        List<String> capabilities,
        String weights,
        List<String> says,
        boolean jinja) {

    public Model {
        capabilities = List.copyOf(capabilities);
        // A manifest of before this field, or in a test's catalogue, may lack it.
        weights = Objects.requireNonNullElse(weights, digest);
        says = List.copyOf(Objects.requireNonNullElse(says, List.of()));
    }

    /** A model with a digest and details that follow from its name. */
    public static Model of(String name, long size, String family, int contextLength, String... capabilities) {
        return new Model(
                ModelName.of(name).display(),
                Digest.of(name),
                size,
                family,
                "8.2B",
                "Q4_K_M",
                contextLength,
                List.of(capabilities),
                Digest.of(name),
                List.of(),
                false);
    }

    /** Another manifest over the weights of {@code other}, as {@code ollama create} makes one. */
    public Model over(Model other) {
        return new Model(
                name,
                digest,
                other.size,
                other.family,
                other.parameterSize,
                other.quantization,
                other.contextLength,
                capabilities,
                other.weights,
                says,
                jinja);
    }

    /** A model that gives this answer, whatever it is asked. */
    public Model saying(List<String> tokens) {
        return new Model(
                name,
                digest,
                size,
                family,
                parameterSize,
                quantization,
                contextLength,
                capabilities,
                weights,
                tokens,
                jinja);
    }

    /** A model without a template in Go's form. */
    public Model withJinjaOnly() {
        return new Model(
                name,
                digest,
                size,
                family,
                parameterSize,
                quantization,
                contextLength,
                capabilities,
                weights,
                says,
                true);
    }

    boolean can(String capability) {
        return capabilities.contains(capability);
    }

    ModelName parsedName() {
        return ModelName.of(name);
    }

    Model named(ModelName other) {
        return new Model(
                other.display(),
                digest,
                size,
                family,
                parameterSize,
                quantization,
                contextLength,
                capabilities,
                weights,
                says,
                jinja);
    }

    ObjectNode details() {
        ObjectNode details =
                Json.object().put("parent_model", "").put("format", "gguf").put("family", family);
        details.putArray("families").add(family);
        return details.put("parameter_size", parameterSize).put("quantization_level", quantization);
    }
}
