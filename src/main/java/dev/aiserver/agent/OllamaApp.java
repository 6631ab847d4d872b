package dev.aiserver.agent;

import dev.aiserver.host.Command;
import dev.aiserver.host.FileState;
import dev.aiserver.host.Host;
import dev.aiserver.host.Prefetch;
import dev.aiserver.service.JobStatus;
import dev.aiserver.service.Launchd;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The Ollama app. It starts a server of its own on Ollama's usual port, at login too, and where that port is taken it
 * ends every other {@code ollama serve} of its user and tries again (its app/server/server_unix.go, reapServers).
 */
final class OllamaApp {
    static final String HOW_TO_STOP = "quit the Ollama app (its menu bar icon > Quit), turn it off in System Settings >"
            + " General > Login Items";

    /** Its login item, registered by ServiceManagement. */
    private static final String LABEL = "com.ollama.ollama";

    private static final int DEFAULT_PORT = 11434;

    /** Its server has another path within it, and an Ollama of the app may well be ours. */
    private static final String PROCESS = "/Ollama.app/Contents/MacOS/";

    private final Host host;
    private final Launchd launchd;

    OllamaApp(Host host, Launchd launchd) {
        this.host = host;
        this.launchd = launchd;
    }

    /** What {@link #conflict} will ask. */
    static Prefetch prefetch(Host host, Launchd launchd) {
        return Prefetch.ofStats(locations(host))
                .and(Prefetch.ofCommands(List.of(processes(host))))
                .and(launchd.prefetch(List.of(LABEL)));
    }

    /** It ends the servers of its own user only. */
    private static Command processes(Host host) {
        return Command.of("ps", "-U", String.valueOf(host.facts().uid()), "-ww", "-o", "args=");
    }

    private static List<Path> locations(Host host) {
        return List.of(Path.of("/Applications/Ollama.app"), host.facts().home().resolve("Applications/Ollama.app"));
    }

    /**
     * @param port of our Ollama
     * @param disabled labels that do not start at login
     */
    Optional<ConflictingServer> conflict(int port, Set<String> disabled) {
        boolean takesOver = port == DEFAULT_PORT;
        if (host.requireOutput(processes(host), "whether the Ollama app runs")
                .lines()
                .anyMatch(line -> line.contains(PROCESS))) {
            return Optional.of(new ConflictingServer(
                    "the Ollama app runs, and ends every other Ollama when it starts its own server",
                    HOW_TO_STOP,
                    takesOver));
        }
        if (launchd.status(LABEL) instanceof JobStatus.Loaded && !disabled.contains(LABEL)) {
            return Optional.of(new ConflictingServer(
                    "the Ollama app (" + LABEL + ") starts at login, and ends every other Ollama then",
                    "turn it off in System Settings > General > Login Items",
                    takesOver));
        }
        return locations(host).stream()
                .filter(location -> host.stat(location) instanceof FileState.Directory)
                .findFirst()
                .map(location -> new ConflictingServer(
                        location + " is installed, and ends every other Ollama when it is opened",
                        "do not open it, or move it to the Trash",
                        false));
    }
}
