package dev.aiserver.host;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A program to run on a host: its arguments (the first is its name or path), additions to the environment, what it
 * reads on standard input, and how long it may take. Arguments arrive as they are; no shell reads them.
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

    /** As a person would type it into a shell, for messages. */
    @Override
    public String toString() {
        return argv.stream().map(Command::quoted).collect(Collectors.joining(" "));
    }

    private static String quoted(String argument) {
        return PLAIN.matcher(argument).matches() ? argument : "'" + argument.replace("'", "'\\''") + "'";
    }
}
