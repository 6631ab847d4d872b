package standin.ollama.model;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import standin.ollama.go.GoJson;

/**
 * Describes the metadata of a weights file. Apart from these values, every file describes one small network.
 *
 * @param digest digest of the file, 64 hexadecimal digits
 * @param contextLength maximum context length in tokens
 * @param embeddingLength number of dimensions of an embedding
 */
public record Weights(
        String digest,
        String family,
        String parameterSize,
        String quantization,
        int contextLength,
        int embeddingLength) {

    private static final int VOCABULARY = 393;
    private static final int HEADS = 4;
    private static final int FEED_FORWARD = 64;
    private static final int KEY = 32;

    /** Holds a matrix or a vector of the file. */
    private record Tensor(String name, List<Integer> shape) {

        long parameters() {
            return shape.stream().mapToLong(Integer::longValue).reduce(1, (one, other) -> one * other);
        }
    }

    static Weights of(String digest, String family, int contextLength) {
        return new Weights(digest, family, "8.2B", "Q4_K_M", contextLength, 4096);
    }

    public Weights withDigest(String otherDigest) {
        return new Weights(otherDigest, family, parameterSize, quantization, contextLength, embeddingLength);
    }

    Weights withEmbeddingLength(int length) {
        return new Weights(digest, family, parameterSize, quantization, contextLength, length);
    }

    private List<Tensor> tensors() {
        int heads = HEADS * KEY;
        return List.of(
                new Tensor("output.weight", List.of(embeddingLength, VOCABULARY)),
                new Tensor("output_norm.weight", List.of(embeddingLength)),
                new Tensor("token_embd.weight", List.of(embeddingLength, VOCABULARY)),
                new Tensor("blk.0.attn_k.weight", List.of(embeddingLength, KEY)),
                new Tensor("blk.0.attn_norm.weight", List.of(embeddingLength)),
                new Tensor("blk.0.attn_output.weight", List.of(heads, embeddingLength)),
                new Tensor("blk.0.attn_q.weight", List.of(embeddingLength, heads)),
                new Tensor("blk.0.attn_v.weight", List.of(embeddingLength, KEY)),
                new Tensor("blk.0.ffn_down.weight", List.of(FEED_FORWARD, embeddingLength)),
                new Tensor("blk.0.ffn_gate.weight", List.of(embeddingLength, FEED_FORWARD)),
                new Tensor("blk.0.ffn_norm.weight", List.of(embeddingLength)),
                new Tensor("blk.0.ffn_up.weight", List.of(embeddingLength, FEED_FORWARD)));
    }

    /** Returns the tensors as {@code /api/show} lists them. */
    public ArrayNode tensorList() {
        ArrayNode list = GoJson.array();
        String type = quantization.equals("unknown") ? "F32" : quantization;
        for (Tensor tensor : tensors()) {
            ArrayNode shape = list.addObject()
                    .put("name", tensor.name())
                    .put("type", type)
                    .putArray("shape");
            tensor.shape().forEach(shape::add);
        }
        return list;
    }

    /**
     * Returns the metadata keys of the file.
     *
     * @param verbose true to include the vocabulary, which is null otherwise
     */
    public ObjectNode keys(boolean verbose) {
        ObjectNode keys = GoJson.object()
                .put("general.architecture", family)
                .put("general.file_type", 0)
                .put(
                        "general.parameter_count",
                        tensors().stream().mapToLong(Tensor::parameters).sum())
                .put("general.quantization_version", 2)
                .put(family + ".attention.head_count", HEADS)
                .put(family + ".attention.head_count_kv", 1)
                .put(family + ".attention.key_length", KEY)
                .put(family + ".attention.layer_norm_rms_epsilon", 0.000001)
                .put(family + ".attention.value_length", KEY)
                .put(family + ".block_count", 1)
                .put(family + ".context_length", contextLength)
                .put(family + ".embedding_length", embeddingLength)
                .put(family + ".feed_forward_length", FEED_FORWARD)
                .put(family + ".rope.dimension_count", KEY)
                .put(family + ".rope.freq_base", 1_000_000_000_000_000L)
                .put(family + ".vocab_size", VOCABULARY)
                .put("tokenizer.ggml.add_bos_token", false)
                .put("tokenizer.ggml.add_space_prefix", false)
                .put("tokenizer.ggml.bos_token_id", 1)
                .put("tokenizer.ggml.eos_token_id", 4)
                .put("tokenizer.ggml.model", "llama")
                .put("tokenizer.ggml.pre", "default");
        List<String> tokens = new ArrayList<>();
        List<Integer> zeros = new ArrayList<>();
        for (int token = 0; token < VOCABULARY; token++) {
            tokens.add("<" + token + ">");
            zeros.add(0);
        }
        keys.set("tokenizer.ggml.scores", verbose ? GoJson.MAPPER.valueToTree(zeros) : null);
        keys.set("tokenizer.ggml.token_type", verbose ? GoJson.MAPPER.valueToTree(zeros) : null);
        keys.set("tokenizer.ggml.tokens", verbose ? GoJson.strings(tokens) : null);
        return GoJson.sorted(keys.put("tokenizer.ggml.unknown_token_id", 0));
    }

    /** Returns the metadata keys of the second file that a vision model has. */
    public static ObjectNode projectorKeys() {
        return GoJson.object()
                .put("clip.has_vision_encoder", true)
                .put("clip.vision.block_count", 1)
                .put("clip.vision.embedding_length", FEED_FORWARD)
                .put("clip.vision.image_size", 336)
                .put("clip.vision.patch_size", 14)
                .put("general.architecture", "clip")
                .put("general.file_type", 0);
    }
}
