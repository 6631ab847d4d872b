package dev.aiserver.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aiserver.host.CommandResult;
import dev.aiserver.host.Content;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LockFileTest {

    @TempDir
    private Path directory;

    /** Only a definite answer of ps counts as dead, because the lock of a dead holder is taken over. */
    @ParameterizedTest(name = "recorded {0}, ps {1} {2} {3}: {4}")
    @CsvSource(delimiter = '|', textBlock = """
            Mon 1 | 0   | Mon 1 | ''           | holds it
            Mon 1 | 0   | Tue 2 | ''           | is dead
            Mon 1 | 1   | ''    | ''           | is dead
            ''    | 1   | ''    | ''           | is dead
            ''    | 0   | Mon 1 | ''           | holds it
            ''    | 0   | ''    | ''           | holds it
            Mon 1 | 0   | ''    | ''           | holds it
            Mon 1 | 1   | ''    | ps: bad flag | holds it
            Mon 1 | 1   | Mon   | ''           | holds it
            Mon 1 | 124 | Mo    | ''           | holds it
            Mon 1 | 127 | ''    | not found    | holds it
            Mon 1 | 137 | ''    | ''           | holds it
            Mon 1 | 143 | Mo    | ''           | holds it
            """)
    void aHolderIsDeadOnlyIfPsSaysSoForCertain(String recorded, int exitCode, String out, String err, String verdict) {
        Home home = new Home(directory);
        home.createDirectory(home.resolve(".aiserver"), 0700);
        home.write(home.resolve(".aiserver/lock"), Content.of("""
                {"schema": 1, "process": 1, "started": "%s", "doing": "install", "since": "2026-11-24T20:00:00Z"}
                """.formatted(recorded)), 0600);
        home.commands = Optional.of(command -> CommandResult.of(exitCode, out, err));
        assertThat(home.ask(home.records.lock().other()).isEmpty() ? "is dead" : "holds it")
                .isEqualTo(verdict);
    }

    @Test
    void partialOutputOfAKilledPsIsNotRecorded() {
        Home home = new Home(directory);
        home.commands = Optional.of(command -> CommandResult.of(137, "Mon", ""));
        try (LockFile.Held lock = home.records.lock().acquire("install", Duration.ZERO, holder -> {})) {
            assertThat(lock).isNotNull();
            assertThat(directory.resolve(".aiserver/lock")).content().contains("\"started\" : \"\"");
        }
    }
}
