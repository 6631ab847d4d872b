package dev.aiserver.agent;

import dev.aiserver.host.Attempt;
import dev.aiserver.host.FileState;
import dev.aiserver.host.Query;
import dev.aiserver.host.UserError;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** A directory from which launchd loads jobs. */
public record AgentFolder(Path path) {

    /** Follows the path if it is a link. */
    public AgentFolder {
        path = path.resolve(".");
    }

    /** Returns the directory of the user's own agents. */
    public static AgentFolder ofUser(Path home) {
        return new AgentFolder(home.resolve("Library/LaunchAgents"));
    }

    /**
     * A property list in the directory.
     *
     * @param job that it defines; empty for a file that launchd does not load, such as a link
     */
    public record Entry(Path plist, Attempt<Optional<LaunchAgent>> job) {

        /**
         * Returns the job.
         *
         * @throws UserError that names the file, when it cannot be read
         */
        public Optional<LaunchAgent> agent() {
            job.error().ifPresent(error -> {
                throw error.sentence().contains(plist.toString())
                        ? error
                        : new UserError(error.kind(), plist + ": " + error.sentence(), error);
            });
            return job.get();
        }
    }

    /** Asks for the property lists and their jobs. */
    public Query<List<Entry>> entries() {
        return Query.list(path)
                .then(files -> Query.all(files.stream()
                        .map(Path::normalize)
                        .filter(file -> file.toString().endsWith(".plist"))
                        .map(plist -> agent(plist).attempt().map(agent -> new Entry(plist, agent)))
                        .toList()));
    }

    private static Query<Optional<LaunchAgent>> agent(Path plist) {
        return Query.file(plist)
                .then(state -> state instanceof FileState.Regular file
                        ? LaunchAgent.read(file.content())
                        : Query.of(Optional.empty()));
    }
}
