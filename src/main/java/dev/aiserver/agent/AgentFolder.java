package dev.aiserver.agent;

import dev.aiserver.host.FileState;
import dev.aiserver.host.Host;
import dev.aiserver.host.Prefetch;
import dev.aiserver.host.UserError;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** A folder from which launchd loads jobs. */
public record AgentFolder(Host host, Path path) {

    /** @param path also when it is a link */
    public AgentFolder {
        path = path.resolve(".");
    }

    /** What {@link #plists} will ask. */
    public Prefetch prefetch() {
        return Prefetch.ofDirectories(path);
    }

    /** What {@link #agent} will ask of a host that has answered {@link #prefetch}. */
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
     * The job that a file of it defines; empty for what launchd does not load from here, such as a link.
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
