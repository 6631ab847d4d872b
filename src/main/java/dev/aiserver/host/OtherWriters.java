package dev.aiserver.host;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * Finds directories that another user could replace: a directory is at risk when another user can write to it or to one
 * above it. A sticky directory such as {@code /tmp} does not count as safe: its entries may be deleted, and then any
 * user can take the name.
 */
public final class OtherWriters {
    private static final int GROUP_OR_ALL = 022;

    private OtherWriters() {}

    /**
     * Returns the directories to check, from the top. Within the home directory the list starts at the home: whoever
     * can replace that controls everything in it anyway.
     */
    public static List<Path> folders(Path folder, Path home) {
        List<Path> folders = new ArrayList<>();
        for (Path each = folder; each != null; each = each.getParent()) {
            folders.add(each);
            if (each.equals(home)) {
                break;
            }
        }
        Collections.reverse(folders);
        return folders;
    }

    /**
     * Asks for what gives another user access, as part of a sentence: {@code /tmp can be written by other users (mode
     * 1777)}. A directory that does not exist yet is safe.
     */
    public static Query<Optional<String>> of(HostIdentity identity, Path folder) {
        return Query.present(folders(folder, identity.home()).stream()
                        .map(each -> Query.stat(each).map(state -> problem(each, state, identity.uid())))
                        .toList())
                .map(problems -> problems.stream().findFirst());
    }

    private static Optional<String> problem(Path folder, FileState state, int uid) {
        if (state instanceof FileState.Absent) {
            return Optional.empty();
        }
        if (!(state instanceof FileState.Directory directory)) {
            String kind = state instanceof FileState.Other other ? other.kind() : "file";
            return Optional.of(folder + " is a " + kind + ", not a folder");
        }
        if (directory.owner() != uid && directory.owner() != 0) {
            return Optional.of(folder + " belongs to another user (user id " + directory.owner() + ")");
        }
        return (directory.mode() & GROUP_OR_ALL) == 0
                ? Optional.empty()
                : Optional.of("%s can be written by other users (mode %04o)".formatted(folder, directory.mode()));
    }
}
