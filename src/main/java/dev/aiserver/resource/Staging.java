package dev.aiserver.resource;

import dev.aiserver.host.Content;
import dev.aiserver.host.FileChange;
import dev.aiserver.host.FileState;
import dev.aiserver.host.Host;
import dev.aiserver.host.Query;
import dev.aiserver.host.UserError;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Holds the new and the old contents of files on the host. All of them are written before the first change, so that neither
 * finishing the transaction nor rolling it back needs more disk space.
 *
 * @param folder aiserver's own folder, on the same disk as the files
 */
public record Staging(Host host, Path folder) {
    private static final int FOLDER_MODE = 0700;
    private static final int DIGITS = 16;

    /** Returns the change that creates the folder. */
    public FileChange createFolder() {
        return new FileChange.CreateDirectory(folder, FOLDER_MODE);
    }

    /** Returns the change that stages one content of a file, with its mode. */
    public FileChange write(Path file, State.File state, Content content) {
        return new FileChange.Write(place(file, state), content, state.mode());
    }

    /** Returns the change that moves a staged content into place; see {@link #install}. */
    FileChange moveIntoPlace(Path file, State.File state) {
        return new FileChange.Move(place(file, state), file);
    }

    /** Moves a staged content into place, unless the file already has it. */
    void install(Path file, State.File state) {
        try {
            if (!moveIntoPlace(file, state).make(host) && !host.ask(new HostFile(file).isAs(state))) {
                throw missing(file.toString());
            }
        } catch (UserError refused) {
            if (!host.ask(new HostFile(file).isAs(state))) {
                throw refused;
            }
        }
    }

    /** @param file the name of the file whose staged content is missing */
    public UserError missing(String file) {
        return new UserError("The new content for " + file + " is missing from " + folder
                + "; another program has removed it. Run this command again.");
    }

    /** Asks for a staged content; the result is empty if it is no longer there. */
    public Query<Optional<Content>> content(Path file, State.File state) {
        return Query.file(place(file, state))
                .map(now ->
                        now instanceof FileState.Regular regular ? Optional.of(regular.content()) : Optional.empty());
    }

    /** Returns the path of a staged content. */
    Path place(Path file, State.File state) {
        String name = Content.of(file.toString()).digest().substring(0, DIGITS) + "-"
                + state.digest().substring(0, DIGITS) + "-" + Integer.toOctalString(state.mode());
        return folder.resolve(name);
    }
}
