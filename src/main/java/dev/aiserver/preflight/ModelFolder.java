package dev.aiserver.preflight;

import dev.aiserver.host.FileState;
import dev.aiserver.host.Query;
import dev.aiserver.host.UserError;
import dev.aiserver.spec.OllamaVariables;
import dev.aiserver.spec.ServerSpec;
import java.nio.file.Path;
import java.util.Optional;

/** The configured models folder, if it is not Ollama's default in the home directory. */
public final class ModelFolder {
    private ModelFolder() {}

    /** Returns the configured folder, following symbolic links, or empty. */
    static Optional<Path> of(ServerSpec spec) {
        return Optional.ofNullable(spec.ollamaEnvironment().get(OllamaVariables.MODELS))
                .filter(folder -> folder.startsWith("/"))
                .map(folder -> Path.of(folder).resolve("."));
    }

    /**
     * Asks whether the folder exists: it is an error if not. If its disk is not connected, Ollama would start without
     * models and download them again.
     */
    public static Query<Boolean> requirePresent(ServerSpec spec) {
        return of(spec).map(folder -> Query.stat(folder).map(state -> {
                    if (state instanceof FileState.Directory) {
                        return true;
                    }
                    throw new UserError("ollama.environment." + OllamaVariables.MODELS + ": " + folder.normalize()
                            + " is not a folder on this machine; connect its disk, create the folder or correct the"
                            + " configuration, then try again.");
                }))
                .orElseGet(() -> Query.of(true));
    }
}
