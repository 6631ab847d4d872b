package standin.launchd;

import java.nio.charset.StandardCharsets;

/** The exit code and the output of {@code launchctl} or {@code plutil}. Output is bytes, as a property list can be. */
public record ProgramResult(int exitCode, byte[] stdout, byte[] stderr) {

    public static ProgramResult of(int exitCode, String stdout, String stderr) {
        return new ProgramResult(
                exitCode, stdout.getBytes(StandardCharsets.UTF_8), stderr.getBytes(StandardCharsets.UTF_8));
    }
}
