package dev.aiserver.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aiserver.app.ChangeFailure;
import dev.aiserver.app.InstallResult;
import dev.aiserver.server.Rig.Sight;
import dev.aiserver.server.Rig.Version;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A service that answers once and then exits does not count as started. */
@Tag("haproxy")
class ShortLivedServiceTest {
    @TempDir
    private Path directory;

    @Test
    void anInstallWhoseServiceExitsIsRolledBack() throws IOException {
        Path root = Files.createDirectory(directory.resolve("root"));
        Path programs = Files.createDirectory(directory.resolve("programs"));
        try (Rig rig = new Rig(root, programs, Duration.ofSeconds(2))) {
            Sight before = rig.look();
            rig.letDie();

            InstallResult result = rig.install(Version.FIRST);

            assertThat(result).isInstanceOfSatisfying(ChangeFailure.RolledBack.class, back -> {
                assertThat(back.failed().resource().name()).isEqualTo("com.ollama");
                assertThat(back.reason())
                        .isEqualTo(
                                "com.ollama does not stay up: exit code 7; see " + root + "/logs/ollama.stderr.log.");
            });
            assertThat(rig.unfinished()).isEmpty();
            assertThat(rig.look()).isEqualTo(before);
        }
    }
}
