package dev.aiserver.rehearsal.model;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/**
 * A model as its manifest describes it; there are no weights.
 *
 * @param name with its tag, as {@code /api/tags} shows it
 * @param digest 64 hexadecimal digits
 * @param size in bytes, only claimed
 * @param contextLength the most tokens it was trained for
 * @param capabilities as {@code /api/show} names them: completion, tools, thinking, vision, embedding
 */
public record Model(
        String name,
        String digest,
        long size,
        String family,
        String parameterSize,
        String quantization,
        int contextLength,
        List<String> capabilities) {

    public Model {
        capabilities = List.copyOf(capabilities);
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
                List.of(capabilities));
    }

    boolean can(String capability) {
        return capabilities.contains(capability);
    }

    ModelName parsedName() {
        return ModelName.of(name);
    }

    Model named(ModelName other) {
        return new Model(
                other.display(), digest, size, family, parameterSize, quantization, contextLength, capabilities);
    }

    ObjectNode details() {
        ObjectNode details =
                Json.object().put("parent_model", "").put("format", "gguf").put("family", family);
        details.putArray("families").add(family);
        return details.put("parameter_size", parameterSize).put("quantization_level", quantization);
    }
}
