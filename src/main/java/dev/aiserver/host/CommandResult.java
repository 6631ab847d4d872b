package dev.aiserver.host;

import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;

/**
 * How a command ended. Output is bytes, because {@code launchctl print} mixes raw bytes into its text.
 *
 * @param exitCode {@link #NOT_FOUND} when there is no such program on the host, {@link #TIMED_OUT} when it was killed
 *     at its time limit
 */
public record CommandResult(int exitCode, byte[] stdout, byte[] stderr) {

    public static final int NOT_FOUND = 127;
    public static final int TIMED_OUT = 124;

    public static CommandResult of(int exitCode, String stdout, String stderr) {
        return new CommandResult(
                exitCode, stdout.getBytes(StandardCharsets.UTF_8), stderr.getBytes(StandardCharsets.UTF_8));
    }

    public boolean succeeded() {
        return exitCode == 0;
    }

    /** Standard output as text; bytes that are no UTF-8 become replacement characters. */
    public String text() {
        return new String(stdout, StandardCharsets.UTF_8);
    }

    public String errorText() {
        return new String(stderr, StandardCharsets.UTF_8);
    }

    /** What a person should read about a failure: of standard error, else of standard output. */
    public String complaint() {
        return Stream.of(errorText(), text())
                .map(Complaint::of)
                .filter(words -> !words.isEmpty())
                .findFirst()
                .orElse("no message, exit code " + exitCode);
    }
}
