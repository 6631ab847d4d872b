package dev.aiserver.host;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * Finds who else than a user could put something of their own in a folder's place: who may write the folder itself, or
 * one above it. That a folder is sticky, as {@code /tmp} is, protects nothing: what stands in it may be gone tomorrow,
 * and then the name is free for anybody.
 */
public final class OtherWriters {
    private static final int GROUP_OR_ALL = 022;

    private OtherWriters() {}

    /**
     * The folders that matter, from the top. Within a home these begin with the home: who may replace that has everything
     * that is in it anyway.
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
     * What lets another user in, as part of a sentence: {@code /tmp can be written by other users (mode 1777)}. What is
     * not there yet lets nobody in.
     */
    public static Optional<String> of(Host host, Path folder) {
        HostIdentity facts = host.facts();
        return folders(folder, facts.home()).stream()
                .flatMap(each -> problem(each, host.stat(each), facts.uid()).stream())
                .findFirst();
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
