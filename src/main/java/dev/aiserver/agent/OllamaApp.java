package dev.aiserver.agent;

import dev.aiserver.host.Attempt;
import dev.aiserver.host.Command;
import dev.aiserver.host.FileState;
import dev.aiserver.host.HostIdentity;
import dev.aiserver.host.Query;
import dev.aiserver.service.JobStatus;
import dev.aiserver.service.LoadedJobs;
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

    private OllamaApp() {}

    /** The app stops only servers of its own user. */
    private static Command processes(int uid) {
        return Command.of("ps", "-U", String.valueOf(uid), "-ww", "-o", "args=");
    }

    private static List<Path> locations(Path home) {
        return List.of(Path.of("/Applications/Ollama.app"), home.resolve("Applications/Ollama.app"));
    }

    /**
     * The traces of the app.
     *
     * @param processes the command lines of the user's processes
     * @param loginItem launchd's state of its login item
     * @param installed its folders
     */
    record Found(Attempt<String> processes, Attempt<JobStatus> loginItem, Attempt<List<Path>> installed) {}

    static Query<Found> query(HostIdentity identity) {
        return Query.joined(parts -> {
            var processes = parts.add(Query.output(processes(identity.uid()), "whether the Ollama app runs"));
            var loginItem = parts.add(new LoadedJobs(identity.uid()).status(LABEL));
            var installed = parts.add(Query.present(locations(identity.home()).stream()
                    .map(location -> Query.stat(location)
                            .map(state -> state instanceof FileState.Directory
                                    ? Optional.of(location)
                                    : Optional.<Path>empty()))
                    .toList()));
            return results ->
                    new Found(results.attempt(processes), results.attempt(loginItem), results.attempt(installed));
        });
    }

    /**
     * Returns the conflict, if there is one.
     *
     * @param port of our Ollama
     * @param disabled labels that do not start at login
     */
    static Optional<ConflictingServer> conflict(Found found, int port, Set<String> disabled) {
        boolean takesOver = port == DEFAULT_PORT;
        if (found.processes().get().lines().anyMatch(line -> line.contains(PROCESS))) {
            return Optional.of(new ConflictingServer(
                    "the Ollama app is running, and stops every other Ollama when it starts its own server",
                    HOW_TO_STOP,
                    takesOver));
        }
        if (found.loginItem().get() instanceof JobStatus.Loaded && !disabled.contains(LABEL)) {
            return Optional.of(new ConflictingServer(
                    "the Ollama app (" + LABEL + ") starts at login, and then stops every other Ollama",
                    "turn it off in System Settings > General > Login Items",
                    takesOver));
        }
        return found.installed().get().stream()
                .findFirst()
                .map(location -> new ConflictingServer(
                        location + " is installed, and stops every other Ollama when you open it",
                        "do not open it, or move it to the Trash",
                        false));
    }
}
