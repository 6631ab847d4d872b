package dev.aiserver.service;

import dev.aiserver.host.FileState;
import dev.aiserver.host.HostIdentity;
import dev.aiserver.host.OtherWriters;
import dev.aiserver.host.Query;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The files to which launchd writes the output of jobs. launchd opens them by name each time a job starts, so whoever
 * can take such a name makes the job write to another file.
 *
 * @param files of jobs, in one directory or several
 */
public record LogFiles(List<Path> files) {

    /** The label of the job that rotates the logs. */
    public static final String ROTATION = "com.aiserver.rotate-logs";

    /** The number of rotated files kept per log; the rotation job's property list has the same number. */
    private static final int ROTATED_FILES = 3;

    /** The total size, in bytes, from which a warning is shown. Rotation leaves less. */
    private static final long LARGE = 1_000_000_000L;

    private static final int GROUP_OR_ALL = 022;

    public LogFiles {
        files = files.stream().distinct().toList();
    }

    private List<Path> folders() {
        return files.stream().map(Path::getParent).distinct().toList();
    }

    /** Returns the logs and their rotated files. */
    private Stream<Path> withRotated() {
        return files.stream()
                .flatMap(file -> IntStream.rangeClosed(0, ROTATED_FILES)
                        .mapToObj(age -> age == 0 ? file : file.resolveSibling(file.getFileName() + "." + age)));
    }

    /** Asks for the existing files, including rotated ones, that this user owns. */
    public Query<List<Path>> present(HostIdentity identity) {
        return stats(withRotated())
                .map(states -> states.entrySet().stream()
                        .filter(each ->
                                each.getValue() instanceof FileState.Unread log && log.owner() == identity.uid())
                        .map(Map.Entry::getKey)
                        .toList());
    }

    /** Asks for the total size in bytes, including rotated files. */
    public Query<Long> size() {
        return stats(withRotated())
                .map(states -> states.values().stream()
                        .mapToLong(state -> state instanceof FileState.Unread log ? log.size() : 0)
                        .sum());
    }

    /** Asks for those of the files that do not exist. */
    public Query<List<Path>> missing() {
        return stats(files.stream())
                .map(states -> states.entrySet().stream()
                        .filter(each -> each.getValue() instanceof FileState.Absent)
                        .map(Map.Entry::getKey)
                        .toList());
    }

    private static Query<Map<Path, FileState>> stats(Stream<Path> paths) {
        return Query.byKey(paths.toList(), Query::stat);
    }

    /** Returns whether a size is more than rotation leaves. */
    public static boolean isLarge(long bytes) {
        return bytes >= LARGE;
    }

    /** Returns a size in kB, MB or GB. */
    public static String humanSize(long bytes) {
        return bytes < 1_000_000
                ? bytes / 1000 + " kB"
                : bytes < LARGE
                        ? bytes / 1_000_000 + " MB"
                        : "%d.%d GB".formatted(bytes / LARGE, bytes % LARGE / 100_000_000);
    }

    /**
     * Asks how another user could take a log's name, as parts of a sentence: directories first, then files. A missing
     * file is not a problem.
     */
    public Query<List<String>> problems(HostIdentity identity) {
        return folderProblems(identity).zip(stats(files.stream()), (ofFolders, states) -> {
            List<String> problems = new ArrayList<>(ofFolders);
            states.forEach((file, state) -> problems.addAll(problems(file, state, identity.uid())));
            return problems;
        });
    }

    private static List<String> problems(Path file, FileState state, int uid) {
        List<String> problems = new ArrayList<>();
        if (state instanceof FileState.Unread log) {
            if (log.owner() != uid) {
                problems.add(file + " belongs to another user (user id " + log.owner() + ")");
            }
            if ((log.mode() & GROUP_OR_ALL) != 0) {
                problems.add("%s can be written by other users (mode %04o)".formatted(file, log.mode()));
            }
            if (log.links() > 1) {
                problems.add(file + " has " + log.links() + " names (hard links)");
            }
        } else if (!(state instanceof FileState.Absent)) {
            String kind = state instanceof FileState.Other other ? other.kind() : "folder";
            problems.add(file + " is a " + kind + ", not a file");
        }
        return problems;
    }

    /** Asks for the problems of the directories alone. */
    public Query<List<String>> folderProblems(HostIdentity identity) {
        return Query.present(folders().stream()
                .map(folder -> OtherWriters.of(identity, folder)
                        .zip(
                                Query.stat(folder),
                                (others, state) -> others.or(() -> ofOtherOwner(folder, state, identity.uid()))))
                .toList());
    }

    private static Optional<String> ofOtherOwner(Path folder, FileState state, int uid) {
        return state instanceof FileState.Directory directory && directory.owner() != uid
                ? Optional.of(folder + " belongs to another user (user id " + directory.owner() + ")")
                : Optional.empty();
    }
}
