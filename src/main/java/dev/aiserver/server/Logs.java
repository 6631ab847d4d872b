package dev.aiserver.server;

import dev.aiserver.spec.ServerSpec;
import java.nio.file.Path;
import java.util.List;

/** The files that launchd writes the services' output to. */
public record Logs(Path folder) {

    public static Logs of(ServerSpec spec) {
        return new Logs(spec.logs());
    }

    public Path ollamaStdout() {
        return folder.resolve("ollama.stdout.log");
    }

    public Path ollamaStderr() {
        return folder.resolve("ollama.stderr.log");
    }

    public Path haproxy() {
        return folder.resolve("haproxy.log");
    }

    public Path warmModels() {
        return folder.resolve("ollama.warm-models.log");
    }

    /** Those of what runs all the time. */
    List<Path> ofServices() {
        return List.of(ollamaStdout(), ollamaStderr(), haproxy());
    }

    public List<Path> all() {
        return List.of(ollamaStdout(), ollamaStderr(), haproxy(), warmModels());
    }
}
