package dev.aiserver.resource;

import dev.aiserver.host.Content;
import dev.aiserver.host.FileChange;
import dev.aiserver.host.FileState;
import dev.aiserver.host.Host;
import dev.aiserver.host.UserError;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The contents that files shall get and those that they had, all written before the first change: whatever then happens,
 * going on and going back need no more room on the disk.
 *
 * @param folder on the disk that the files are on, of this program alone
 */
public record Staging(Host host, Path folder) {
    private static final int FOLDER_MODE = 0700;
    private static final int DIGITS = 16;

    /** Makes the folder. */
    public FileChange createFolder() {
        return new FileChange.CreateDirectory(folder, FOLDER_MODE);
    }

    /** Makes ready one content of a file, with its mode. */
    public FileChange write(Path file, State.File state, Content content) {
        return new FileChange.Write(place(file, state), content, state.mode());
    }

    /** Gives the file a content that was made ready; see {@link #install}. */
    FileChange moveIntoPlace(Path file, State.File state) {
        return new FileChange.Move(place(file, state), file);
    }

    /** Gives the file a content that was made ready; one that has it already keeps it. */
    void install(Path file, State.File state) {
        try {
            if (!moveIntoPlace(file, state).make(host) && !new HostFile(file).isAs(state, host)) {
                throw missing(file.toString());
            }
        } catch (UserError refused) {
            if (!new HostFile(file).isAs(state, host)) {
                throw refused;
            }
        }
    }

    /** @param file whose content it is */
    public UserError missing(String file) {
        return new UserError("The content for " + file + " is no longer in " + folder
                + "; something else has removed it. Run this command again.");
    }

    /** A content that was made ready and is still needed. */
    public Optional<Content> content(Path file, State.File state) {
        return host.file(place(file, state)) instanceof FileState.Regular regular
                ? Optional.of(regular.content())
                : Optional.empty();
    }

    /** Where one content of a file waits. */
    Path place(Path file, State.File state) {
        String name = Content.of(file.toString()).digest().substring(0, DIGITS) + "-"
                + state.digest().substring(0, DIGITS) + "-" + Integer.toOctalString(state.mode());
        return folder.resolve(name);
    }
}
