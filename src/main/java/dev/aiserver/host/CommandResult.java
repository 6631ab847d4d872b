package dev.aiserver.host;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The result of a command. Output is kept as bytes, because {@code launchctl print} mixes raw bytes into its text.
 *
 * @param exitCode {@link #NOT_FOUND} when the program does not exist on the host, {@link #TIMED_OUT} when it was killed
 *     at its time limit, {@link #OUTPUT_LIMIT_EXCEEDED} when it was killed because it printed more than {@link
 *     #MAX_OUTPUT}
 */
public record CommandResult(int exitCode, byte[] stdout, byte[] stderr) {

    public static final int NOT_FOUND = 127;
    public static final int TIMED_OUT = 124;

    /** Cannot be a real exit code, which is one byte. */
    public static final int OUTPUT_LIMIT_EXCEEDED = 256;

    /**
     * The limit for each of the two streams, in bytes. The largest legitimate output is Tailscale's status in a very
     * large tailnet.
     */
    public static final int MAX_OUTPUT = 16 << 20;

    /** A shell and Java add this to the number of the signal that killed a process. */
    private static final int SIGNAL_BASE = 128;

    private static final int MAX_SIGNAL = 31;

    public static CommandResult of(int exitCode, String stdout, String stderr) {
        return new CommandResult(
                exitCode, stdout.getBytes(StandardCharsets.UTF_8), stderr.getBytes(StandardCharsets.UTF_8));
    }

    public boolean succeeded() {
        return exitCode == 0;
    }

    /**
     * Returns why the output may be incomplete: the program is missing, was killed, timed out or printed too much.
     * Callers must not treat such output as the whole answer.
     */
    public Optional<String> incompleteReason() {
        if (exitCode == NOT_FOUND) {
            return Optional.of("it is not installed");
        }
        if (exitCode == TIMED_OUT) {
            return Optional.of("it did not answer in time");
        }
        if (exitCode == OUTPUT_LIMIT_EXCEEDED) {
            return Optional.of("it was stopped because it printed more than " + (MAX_OUTPUT >> 20) + " MiB");
        }
        return exitCode > SIGNAL_BASE && exitCode <= SIGNAL_BASE + MAX_SIGNAL
                ? Optional.of("it was killed by signal " + (exitCode - SIGNAL_BASE))
                : Optional.empty();
    }

    /** Returns whether the program was killed, at a limit or by a signal. Running it again may succeed. */
    public boolean wasKilled() {
        return exitCode != NOT_FOUND && incompleteReason().isPresent();
    }

    /**
     * Builds the error for a query that could not be answered.
     *
     * @param command that produced this result
     * @param what could not be determined, as a clause
     */
    public UserError inconclusive(Command command, String what) {
        return new UserError("Could not determine " + what + ": \"" + command + "\" failed ("
                + incompleteReason().orElseGet(this::firstLine) + ").");
    }

    /** Returns standard output as text. Bytes that are not valid UTF-8 become replacement characters. */
    public String text() {
        return new String(stdout, StandardCharsets.UTF_8);
    }

    public String errorText() {
        return new String(stderr, StandardCharsets.UTF_8);
    }

    /** Returns the first meaningful line of standard error, else of standard output, for error messages. */
    public String firstLine() {
        return Stream.of(errorText(), text())
                .map(FirstLine::of)
                .filter(line -> !line.isEmpty())
                .findFirst()
                .orElse("no message, exit code " + exitCode);
    }
}
