package dev.aiserver.host;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The answers to a {@link Prefetch}. */
public final class PrefetchedAnswers {
    private final Map<Path, FileState> files = new HashMap<>();
    private final Map<Path, FileState> stats = new HashMap<>();
    private final Map<Path, List<Path>> lists = new HashMap<>();
    private final Map<String, Optional<Path>> programs = new HashMap<>();
    private final Map<Command, CommandResult> results = new HashMap<>();

    /**
     * Returns whether a command can be prefetched. A command with standard input runs only when it is really requested.
     */
    public static boolean canPrefetch(Command command) {
        return command.stdin().size() == 0;
    }

    public void file(Path path, FileState state) {
        files.put(path, state);
    }

    public void stat(Path path, FileState state) {
        stats.put(path, state);
    }

    public void list(Path directory, List<Path> entries) {
        lists.put(directory, entries);
    }

    public void found(String program, Optional<Path> path) {
        programs.put(program, path);
    }

    public void result(Command command, CommandResult result) {
        results.put(command, result);
    }

    /** Returns the part of a prefetch that has no answer yet. */
    Prefetch missingFrom(Prefetch prefetch) {
        return new Prefetch(
                prefetch.files().stream().filter(path -> file(path).isEmpty()).toList(),
                prefetch.stats().stream().filter(path -> stat(path).isEmpty()).toList(),
                prefetch.directories().stream()
                        .filter(directory -> list(directory).isEmpty())
                        .toList(),
                prefetch.programs().stream()
                        .filter(program -> found(program).isEmpty())
                        .toList(),
                prefetch.commands().stream()
                        .filter(command -> result(command).isEmpty())
                        .toList(),
                prefetch.alternatives().stream()
                        .filter(alternatives -> alternatives.stream()
                                .allMatch(command -> result(command).isEmpty()))
                        .toList());
    }

    /** Returns both sets of answers. Where both have an answer, the later one wins. */
    PrefetchedAnswers and(PrefetchedAnswers later) {
        PrefetchedAnswers both = new PrefetchedAnswers();
        for (PrefetchedAnswers each : List.of(this, later)) {
            both.files.putAll(each.files);
            both.stats.putAll(each.stats);
            both.lists.putAll(each.lists);
            both.programs.putAll(each.programs);
            both.results.putAll(each.results);
        }
        return both;
    }

    Optional<FileState> file(Path path) {
        return Optional.ofNullable(files.get(path));
    }

    Optional<FileState> stat(Path path) {
        return Optional.ofNullable(stats.get(path));
    }

    Optional<List<Path>> list(Path directory) {
        return Optional.ofNullable(lists.get(directory));
    }

    Optional<Optional<Path>> found(String program) {
        return Optional.ofNullable(programs.get(program));
    }

    Optional<CommandResult> result(Command command) {
        return canPrefetch(command) ? Optional.ofNullable(results.get(command)) : Optional.empty();
    }
}
