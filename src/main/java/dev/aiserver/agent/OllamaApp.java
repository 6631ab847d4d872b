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
 * Finds the Ollama app. The app starts its own server on Ollama's default port, also at login. If that port is taken,
 * the app stops every other {@code ollama serve} of its user and tries again (reapServers in Ollama's
 * app/server/server_unix.go).
 */
final class OllamaApp {
    static final String HOW_TO_STOP = "quit the Ollama app (menu bar icon > Quit) and turn it off in System Settings >"
            + " General > Login Items";

    /** Its login item, registered by ServiceManagement. */
    private static final String LABEL = "com.ollama.ollama";

    private static final int DEFAULT_PORT = 11434;

    /** The app's main program. Its server has another path, and our own Ollama may be the one from the app. */
    private static final String PROCESS = "/Ollama.app/Contents/MacOS/";

    private final Host host;
    private final Launchd launchd;

    OllamaApp(Host host, Launchd launchd) {
        this.host = host;
        this.launchd = launchd;
    }

    /** Returns the queries of {@link #conflict}. */
    static Prefetch prefetch(Host host, Launchd launchd) {
        return Prefetch.ofStats(locations(host))
                .and(Prefetch.ofCommands(List.of(processes(host))))
                .and(launchd.prefetch(List.of(LABEL)));
    }

    /** The app stops only servers of its own user. */
    private static Command processes(Host host) {
        return Command.of("ps", "-U", String.valueOf(host.facts().uid()), "-ww", "-o", "args=");
    }

    private static List<Path> locations(Host host) {
        return List.of(Path.of("/Applications/Ollama.app"), host.facts().home().resolve("Applications/Ollama.app"));
    }

    /**
     * Returns the conflict, if there is one.
     *
     * @param port of our Ollama
     * @param disabled labels that do not start at login
     */
    Optional<ConflictingServer> conflict(int port, Set<String> disabled) {
        boolean takesOver = port == DEFAULT_PORT;
        if (host.requireOutput(processes(host), "whether the Ollama app runs")
                .lines()
                .anyMatch(line -> line.contains(PROCESS))) {
            return Optional.of(new ConflictingServer(
                    "the Ollama app is running, and stops every other Ollama when it starts its own server",
                    HOW_TO_STOP,
                    takesOver));
        }
        if (launchd.status(LABEL) instanceof JobStatus.Loaded && !disabled.contains(LABEL)) {
            return Optional.of(new ConflictingServer(
                    "the Ollama app (" + LABEL + ") starts at login, and then stops every other Ollama",
                    "turn it off in System Settings > General > Login Items",
                    takesOver));
        }
        return locations(host).stream()
                .filter(location -> host.stat(location) instanceof FileState.Directory)
                .findFirst()
                .map(location -> new ConflictingServer(
                        location + " is installed, and stops every other Ollama when you open it",
                        "do not open it, or move it to the Trash",
                        false));
    }
}
