package dev.aiserver.host;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * A batch of queries that a caller is about to make to a host.
 *
 * @param files to be read with their content
 * @param stats paths whose state is needed without content
 * @param directories to be listed
 * @param programs to be located
 * @param commands read-only commands to be run; one with standard input is not prefetched
 * @param alternatives lists of read-only commands in which each one runs only if those before it failed
 */
public record Prefetch(
        List<Path> files,
        List<Path> stats,
        List<Path> directories,
        List<String> programs,
        List<Command> commands,
        List<List<Command>> alternatives) {

    public Prefetch {
        files = List.copyOf(files);
        stats = List.copyOf(stats);
        directories = List.copyOf(directories);
        programs = List.copyOf(programs);
        commands = List.copyOf(commands);
        alternatives = alternatives.stream().map(List::copyOf).toList();
    }

    public static Prefetch none() {
        return new Prefetch(List.of(), List.of(), List.of(), List.of(), List.of(), List.of());
    }

    public static Prefetch ofFiles(List<Path> files) {
        return new Prefetch(files, List.of(), List.of(), List.of(), List.of(), List.of());
    }

    public static Prefetch ofStats(List<Path> stats) {
        return new Prefetch(List.of(), stats, List.of(), List.of(), List.of(), List.of());
    }

    public static Prefetch ofDirectories(Path... directories) {
        return new Prefetch(List.of(), List.of(), List.of(directories), List.of(), List.of(), List.of());
    }

    public static Prefetch ofPrograms(String... programs) {
        return new Prefetch(List.of(), List.of(), List.of(), List.of(programs), List.of(), List.of());
    }

    public static Prefetch ofCommands(List<Command> commands) {
        return new Prefetch(List.of(), List.of(), List.of(), List.of(), commands, List.of());
    }

    /** Returns a prefetch of commands that run until the first one succeeds. */
    public static Prefetch ofAlternatives(Command... commands) {
        return new Prefetch(List.of(), List.of(), List.of(), List.of(), List.of(), List.of(Arrays.asList(commands)));
    }

    public Prefetch and(Prefetch more) {
        return new Prefetch(
                both(files, more.files),
                both(stats, more.stats),
                both(directories, more.directories),
                both(programs, more.programs),
                both(commands, more.commands),
                both(alternatives, more.alternatives));
    }

    private static <T> List<T> both(List<T> some, List<T> others) {
        return Stream.concat(some.stream(), others.stream()).distinct().toList();
    }
}
