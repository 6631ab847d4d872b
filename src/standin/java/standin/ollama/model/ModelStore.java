package standin.ollama.model;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import standin.ollama.go.GoJson;

/**
 * Stores the installed models as one small manifest per model below {@code manifests/}, so that they survive a restart.
 * A directory that cannot be read or written causes an {@link UncheckedIOException}, which a request turns into a 500.
 */
public final class ModelStore {

    /** Holds a model and the time when its manifest was written. */
    public record Installed(CatalogueModel model, Instant modified) {}

    private final Path directory;
    private final Path manifests;
    private final Path blobs;

    private ModelStore(Path directory) {
        this.directory = directory;
        this.manifests = directory.resolve("manifests");
        this.blobs = directory.resolve("blobs");
    }

    /** @param directory directory that {@code OLLAMA_MODELS} names; created if it does not exist */
    public static ModelStore open(Path directory) throws IOException {
        ModelStore store = new ModelStore(directory.toAbsolutePath());
        Files.createDirectories(store.manifests);
        Files.createDirectories(store.blobs);
        return store;
    }

    public Path directory() {
        return directory;
    }

    /** Lists the installed models, the newest first, as Ollama does. */
    public synchronized List<Installed> list() {
        try (Stream<Path> files = Files.walk(manifests)) {
            return files.filter(Files::isRegularFile)
                    .filter(file -> !fileName(file).startsWith("."))
                    .map(ModelStore::read)
                    .sorted(Comparator.comparing(Installed::modified)
                            .reversed()
                            .thenComparing(installed -> installed.model().name()))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public Optional<Installed> find(ModelReference name) {
        return list().stream()
                .filter(installed -> installed.model().parsedName().same(name))
                .findFirst();
    }

    /** Installs the model, or replaces one of this name. */
    public synchronized void add(CatalogueModel model) {
        try {
            Path file = manifest(model.parsedName());
            Files.createDirectories(file.resolveSibling("."));
            replace(file, GoJson.MAPPER.writeValueAsBytes(model));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public synchronized void remove(CatalogueModel model) {
        try {
            Files.delete(manifest(model.parsedName()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** @param digest 64 hexadecimal digits */
    public Path blob(String digest) {
        return blobs.resolve("sha256-" + digest);
    }

    public void addBlob(String digest, byte[] bytes) {
        try {
            replace(blob(digest), bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void replace(Path file, byte[] bytes) throws IOException {
        Path temporary = file.resolveSibling("." + UUID.randomUUID() + ".tmp");
        Files.write(temporary, bytes);
        Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
    }

    public Path manifest(ModelReference name) {
        return manifests
                .resolve(name.host())
                .resolve(name.namespace())
                .resolve(name.model())
                .resolve(name.tag());
    }

    private static Installed read(Path file) {
        try {
            return new Installed(
                    GoJson.MAPPER.readValue(file.toFile(), CatalogueModel.class),
                    Files.getLastModifiedTime(file).toInstant());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String fileName(Path file) {
        return String.valueOf(file.getFileName());
    }
}
