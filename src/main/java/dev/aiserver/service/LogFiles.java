package dev.aiserver.service;

import dev.aiserver.host.FileState;
import dev.aiserver.host.Host;
import dev.aiserver.host.OtherWriters;
import dev.aiserver.host.Prefetch;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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

    /** Returns the queries of the other methods. */
    public Prefetch prefetch(Path home) {
        return Prefetch.ofStats(Stream.concat(
                        folders().stream().flatMap(folder -> OtherWriters.folders(folder, home).stream()),
                        withRotated())
                .distinct()
                .toList());
    }

    /** Returns the existing files, including rotated ones, that this user owns. */
    public List<Path> present(Host host) {
        int uid = host.facts().uid();
        return withRotated()
                .filter(file -> host.stat(file) instanceof FileState.Unread log && log.owner() == uid)
                .toList();
    }

    /** Returns the total size in bytes, including rotated files. */
    public long size(Host host) {
        return withRotated()
                .mapToLong(file -> host.stat(file) instanceof FileState.Unread log ? log.size() : 0)
                .sum();
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
     * Returns how another user could take a log's name, as parts of a sentence: directories first, then files. A
     * missing file is not a problem.
     */
    public List<String> problems(Host host) {
        List<String> problems = new ArrayList<>(folderProblems(host));
        int uid = host.facts().uid();
        for (Path file : files) {
            FileState state = host.stat(file);
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
        }
        return problems;
    }

    /** Returns the problems of the directories alone. */
    public List<String> folderProblems(Host host) {
        int uid = host.facts().uid();
        List<String> problems = new ArrayList<>();
        for (Path folder : folders()) {
            OtherWriters.of(host, folder)
                    .or(() -> host.stat(folder) instanceof FileState.Directory directory && directory.owner() != uid
                            ? Optional.of(folder + " belongs to another user (user id " + directory.owner() + ")")
                            : Optional.empty())
                    .ifPresent(problems::add);
        }
        return problems;
    }
}
