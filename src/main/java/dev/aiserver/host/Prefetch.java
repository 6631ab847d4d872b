package dev.aiserver.host;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * What somebody is going to ask a host.
 *
 * @param files that will be asked for, with what they hold
 * @param stats of which it will be asked only what they are
 * @param directories that will be listed
 * @param programs that will be looked for
 * @param commands that will be run, and change nothing; one that reads standard input is not run ahead
 * @param alternatives the same, but one is asked only when those before it did not end well
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

    /** Commands of which the first that ends well says all that is to be known. */
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
