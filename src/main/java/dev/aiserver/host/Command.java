package dev.aiserver.host;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Describes a program to run on a host. Arguments are passed unchanged; no shell interprets them.
 *
 * @param argv the program's name or path, then its arguments
 * @param environment variables added to the host user's environment
 * @param stdin what the program reads on standard input
 * @param timeout after which the program and its children are killed
 */
public record Command(List<String> argv, Map<String, String> environment, Content stdin, Duration timeout) {

    private static final Pattern PLAIN = Pattern.compile("[\\p{Alnum}@%+=:,./_-]+");
    private static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(15);

    public Command {
        argv = List.copyOf(argv);
        environment = Map.copyOf(environment);
    }

    public static Command of(String program, String... arguments) {
        List<String> argv = new ArrayList<>();
        argv.add(program);
        argv.addAll(List.of(arguments));
        return of(argv);
    }

    public static Command of(List<String> argv) {
        return new Command(argv, Map.of(), Content.of(""), DEFAULT_TIMEOUT);
    }

    public Command withStdin(byte[] input) {
        return new Command(argv, environment, Content.of(input), timeout);
    }

    public Command withStdin(String input) {
        return new Command(argv, environment, Content.of(input), timeout);
    }

    public Command withTimeout(Duration limit) {
        return new Command(argv, environment, stdin, limit);
    }

    public Command withEnvironment(Map<String, String> additions) {
        return new Command(argv, additions, stdin, timeout);
    }

    public String program() {
        return argv.get(0);
    }

    /** Returns the command as you would type it into a shell, for messages. */
    @Override
    public String toString() {
        return argv.stream().map(Command::quoted).collect(Collectors.joining(" "));
    }

    private static String quoted(String argument) {
        return PLAIN.matcher(argument).matches() ? argument : "'" + argument.replace("'", "'\\''") + "'";
    }
}
