package dev.aiserver.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aiserver.host.Command;
import dev.aiserver.host.CommandResult;
import dev.aiserver.host.LocalHost;
import dev.aiserver.standin.LaunchctlSocket;
import dev.aiserver.standin.Standins;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import standin.launchd.Account;
import standin.launchd.EmbeddedLaunchctl;
import standin.launchd.Quirks;

/** The script that asks a real Mac's launchd also runs to its end here, and expects what the stand-in does. */
@Tag("root")
final class LaunchdVectorsIT {
    private static final Path SCRIPT = Path.of(".github/mac/launchd-vectors").toAbsolutePath();

    /** The script measures seconds. */
    private static final double REAL_TIME = 1;

    @TempDir
    private Path home;

    @Test
    void theStandInAnswersEveryVectorAsExpected() throws IOException {
        CommandResult result = ask(Quirks.usual());
        assertThat(result.text()).contains("\nVector 18: ").endsWith("\nAll answers are as expected.\n");
        assertThat(result.exitCode()).isZero();
        assertThat(result.errorText()).isEmpty();
    }

    /** An older macOS, and one exit code that none has. */
    @Test
    void anotherAnswerIsReported() throws IOException {
        CommandResult result = ask(Quirks.usual().on("15.7").codes(41, 37, 5, 112));
        assertThat(result.text().lines().filter(line -> line.startsWith("  DIFFERENT")))
                .containsExactly("  DIFFERENT    exit code: 41, expected one of: 5 37 17");
        assertThat(result.exitCode()).isEqualTo(1);
    }

    private CommandResult ask(Quirks quirks) throws IOException {
        Files.writeString(home.resolve("os_version"), quirks.osVersion());
        int uid = (Integer) Files.getAttribute(home, "unix:uid");
        Account account = new Account(uid, "ann", home, REAL_TIME, List.of());
        try (EmbeddedLaunchctl launchctl = new EmbeddedLaunchctl(account, quirks);
                LaunchctlSocket socket = new LaunchctlSocket(launchctl)) {
            return new LocalHost(Standins.environment(home, home, socket))
                    .run(Command.of(SCRIPT.toString(), home.resolve("work").toString())
                            .withTimeout(Duration.ofMinutes(5)));
        }
    }
}
