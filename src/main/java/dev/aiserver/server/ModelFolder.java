package dev.aiserver.server;

import dev.aiserver.host.FileState;
import dev.aiserver.host.Host;
import dev.aiserver.host.UserError;
import dev.aiserver.spec.OllamaVariables;
import dev.aiserver.spec.ServerSpec;
import java.nio.file.Path;
import java.util.Optional;

/** The folder of the models, where it is not Ollama's own in the home. */
final class ModelFolder {
    private ModelFolder() {}

    /** Where the configured folder leads, if there is one. */
    static Optional<Path> of(ServerSpec spec) {
        return Optional.ofNullable(spec.ollamaEnvironment().get(OllamaVariables.MODELS))
                .filter(folder -> folder.startsWith("/"))
                .map(folder -> Path.of(folder).resolve("."));
    }

    /**
     * A disk that is not connected looks like a server without models, which are then downloaded again.
     *
     * @throws UserError when it is no folder there
     */
    static void require(Host host, ServerSpec spec) {
        Optional<Path> folder = of(spec);
        if (folder.isPresent() && !(host.stat(folder.get()) instanceof FileState.Directory)) {
            throw new UserError("ollama.environment." + OllamaVariables.MODELS + ": "
                    + folder.get().normalize()
                    + " is not a folder on this machine; connect its disk, make the folder or correct the configuration,"
                    + " then try again.");
        }
    }
}
