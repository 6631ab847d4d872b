package dev.aiserver.layout;

import dev.aiserver.service.LogFiles;
import dev.aiserver.spec.ServerSpec;
import java.nio.file.Path;
import java.util.List;

/** The services' log files, which launchd writes. */
public record Logs(Path folder) {

    /** The log folder of the shell scripts and version 0.1.0. After a restart, any user of the Mac can create files there. */
    public static final Logs SHARED = new Logs(Path.of("/tmp"));

    private static final String OF_HOME = "~/";

    public static Logs of(ServerSpec spec, Path home) {
        String folder = spec.logs().toString();
        return new Logs(folder.startsWith(OF_HOME) ? home.resolve(folder.substring(OF_HOME.length())) : spec.logs());
    }

    /** Returns the configuration with its logs moved out of the shared folder. */
    public static ServerSpec moved(ServerSpec installed) {
        return installed.logs().equals(SHARED.folder)
                ? installed.withLogs(ServerSpec.defaults().logs())
                : installed;
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

    public Path rotation() {
        return folder.resolve("rotate-logs.log");
    }

    /** Returns the logs that grow, because their service runs all the time or at every login. */
    public List<Path> growing() {
        return List.of(ollamaStdout(), ollamaStderr(), haproxy(), warmModels());
    }

    public List<Path> ofOllama() {
        return List.of(ollamaStdout(), ollamaStderr());
    }

    public List<Path> all() {
        return List.of(ollamaStdout(), ollamaStderr(), haproxy(), warmModels(), rotation());
    }

    public LogFiles files() {
        return new LogFiles(all());
    }
}
