package standin.ollama.model;

import com.fasterxml.jackson.core.type.TypeReference;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import standin.ollama.go.GoJson;

/** Lists the models that can be pulled, in place of the registry. */
public record Catalogue(List<CatalogueModel> models) {

    /** File in the models directory with more models, for a server in its own process. */
    public static final String FILE = "catalogue.json";

    private static final long GB = 1_000_000_000L;

    public Catalogue {
        models = List.copyOf(models);
    }

    /** Returns a few well-known models of each kind, with nominal sizes. */
    public static Catalogue builtIn() {
        return new Catalogue(List.of(
                CatalogueModel.of("qwen3-coder", 19 * GB, "qwen3moe", 262_144, "completion", "tools"),
                CatalogueModel.of("qwen3", 5 * GB, "qwen3", 40_960, "completion", "tools", "thinking"),
                CatalogueModel.of("qwen3:0.6b", 522_653_767, "qwen3", 40_960, "completion", "tools", "thinking"),
                CatalogueModel.of("llama3.2", 2_019_393_189, "llama", 131_072, "completion", "tools"),
                CatalogueModel.of("llama3.2:1b", 1_321_098_329, "llama", 131_072, "completion", "tools"),
                CatalogueModel.of("gpt-oss:20b", 14 * GB, "gptoss", 131_072, "completion", "tools", "thinking"),
                CatalogueModel.of("llava", 4_733_363_377L, "llama", 32_768, "completion", "vision"),
                nomic()));
    }

    private static CatalogueModel nomic() {
        CatalogueModel model = CatalogueModel.of("nomic-embed-text", 274_302_450, "nomic-bert", 2_048, "embedding");
        return model.with(model.weights().withEmbeddingLength(768));
    }

    /** Returns this catalogue with the given model first. */
    public Catalogue with(CatalogueModel model) {
        List<CatalogueModel> more = new ArrayList<>(List.of(model));
        more.addAll(models);
        return new Catalogue(more);
    }

    /** Returns this catalogue with the models of the directory's {@link #FILE}, a JSON list of {@link CatalogueModel}, first. */
    public Catalogue withModelsIn(Path directory) throws IOException {
        Path file = directory.resolve(FILE);
        if (!Files.exists(file)) {
            return this;
        }
        List<CatalogueModel> more =
                new ArrayList<>(GoJson.MAPPER.readValue(file.toFile(), new TypeReference<List<CatalogueModel>>() {}));
        more.addAll(models);
        return new Catalogue(more);
    }

    public Optional<CatalogueModel> find(ModelReference name) {
        return models.stream().filter(model -> model.parsedName().same(name)).findFirst();
    }
}
