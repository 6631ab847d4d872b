package dev.aiserver.agent;

import dev.aiserver.host.FileState;
import dev.aiserver.host.Host;
import dev.aiserver.host.Prefetch;
import dev.aiserver.host.UserError;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** A directory from which launchd loads jobs. */
public record AgentFolder(Host host, Path path) {

    /** Follows the path if it is a link. */
    public AgentFolder {
        path = path.resolve(".");
    }

    /** Returns the query of {@link #plists}. */
    public Prefetch prefetch() {
        return Prefetch.ofDirectories(path);
    }

    /** Returns the queries of {@link #agent}, from a host that has answered {@link #prefetch}. */
    public Prefetch followUpPrefetch() {
        return Prefetch.ofFiles(plists());
    }

    public List<Path> plists() {
        return host.list(path).stream()
                .map(Path::normalize)
                .filter(file -> file.toString().endsWith(".plist"))
                .toList();
    }

    /**
     * Returns the job that a file defines; empty for a file that launchd does not load, such as a link.
     *
     * @param session the value of {@code OLLAMA_HOST} that jobs of the session inherit, empty when none
     * @throws UserError that names the file, when it cannot be read
     */
    public Optional<LaunchAgent> agent(Path plist, String session) {
        try {
            return host.file(plist) instanceof FileState.Regular file
                    ? LaunchAgent.read(host, file.content(), session)
                    : Optional.empty();
        } catch (UserError error) {
            throw error.sentence().contains(plist.toString())
                    ? error
                    : new UserError(error.kind(), plist + ": " + error.sentence(), error);
        }
    }
}
