package dev.aiserver.host;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * How a command ended. Output is bytes, because {@code launchctl print} mixes raw bytes into its text.
 *
 * @param exitCode {@link #NOT_FOUND} when there is no such program on the host, {@link #TIMED_OUT} when it was killed
 *     at its time limit, {@link #OUTPUT_LIMIT_EXCEEDED} when it was killed because its output had no end
 */
public record CommandResult(int exitCode, byte[] stdout, byte[] stderr) {

    public static final int NOT_FOUND = 127;
    public static final int TIMED_OUT = 124;

    /** No program ends so: an exit code is one byte. */
    public static final int OUTPUT_LIMIT_EXCEEDED = 256;

    /** Of each of the two streams, in bytes; the largest honest answer is that of Tailscale in a very large tailnet. */
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
     * Why this is not the program's own word: it is not there, was killed, was not done in time, or printed without end.
     * What such a command printed may be a part of what it had to say, and must not be taken for all of it.
     */
    public Optional<String> incompleteReason() {
        if (exitCode == NOT_FOUND) {
            return Optional.of("it is not installed");
        }
        if (exitCode == TIMED_OUT) {
            return Optional.of("it did not answer in time");
        }
        if (exitCode == OUTPUT_LIMIT_EXCEEDED) {
            return Optional.of("it was ended because it printed more than " + (MAX_OUTPUT >> 20) + " MiB");
        }
        return exitCode > SIGNAL_BASE && exitCode <= SIGNAL_BASE + MAX_SIGNAL
                ? Optional.of("it was ended by signal " + (exitCode - SIGNAL_BASE))
                : Optional.empty();
    }

    /** Whether it was killed, at a limit or by a signal: asked again, it may answer. */
    public boolean wasKilled() {
        return exitCode != NOT_FOUND && incompleteReason().isPresent();
    }

    /**
     * For a question that was not answered.
     *
     * @param command that this is the end of
     * @param what was to be found out, as a clause
     */
    public UserError inconclusive(Command command, String what) {
        return new UserError("Cannot tell " + what + ": \"" + command + "\" gave no answer ("
                + incompleteReason().orElseGet(this::firstLine) + ").");
    }

    /** Standard output as text; bytes that are no UTF-8 become replacement characters. */
    public String text() {
        return new String(stdout, StandardCharsets.UTF_8);
    }

    public String errorText() {
        return new String(stderr, StandardCharsets.UTF_8);
    }

    /** What a person should read about a failure: of standard error, else of standard output. */
    public String firstLine() {
        return Stream.of(errorText(), text())
                .map(FirstLine::of)
                .filter(line -> !line.isEmpty())
                .findFirst()
                .orElse("no message, exit code " + exitCode);
    }
}
