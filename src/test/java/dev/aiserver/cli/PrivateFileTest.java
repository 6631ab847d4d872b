package dev.aiserver.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PrivateFileTest {
    @TempDir
    private Path folder;

    private static String permissions(Path file) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    }

    private static String refused(Path file) {
        return PrivateFile.reason(catchThrowableOfType(IOException.class, () -> PrivateFile.write(file, "the plan\n")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "rw-r--r--", "rw-rw-rw-", "r--------"})
    void isPrivateWhateverWasThereBefore(String before) throws IOException {
        Path file = folder.resolve("plan.json");
        if (!before.isEmpty()) {
            Files.writeString(file, "a longer text that was there before\n");
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(before));
        }
        PrivateFile.write(file, "the plan\n");
        assertThat(file).hasContent("the plan\n");
        assertThat(permissions(file)).isEqualTo("rw-------");
        assertThat(folder.toFile().list()).containsExactly("plan.json");
    }

    @Test
    void aSymbolicLinkIsNotFollowed() throws IOException {
        Path other = Files.writeString(folder.resolve("other"), "mine");
        assertThat(refused(Files.createSymbolicLink(folder.resolve("link"), other)))
                .isEqualTo("it is a symbolic link");
        assertThat(refused(Files.createSymbolicLink(folder.resolve("dangling"), folder.resolve("new"))))
                .isEqualTo("it is a symbolic link");
        assertThat(other).hasContent("mine");
        assertThat(folder.toFile().list()).containsExactlyInAnyOrder("other", "link", "dangling");
    }

    /** The other hard link keeps the old content. */
    @Test
    void aHardLinkIsReplacedUnderThisNameOnly() throws IOException {
        Path other = Files.writeString(folder.resolve("other"), "mine");
        Path file = Files.createLink(folder.resolve("plan.json"), other);
        PrivateFile.write(file, "the plan\n");
        assertThat(file).hasContent("the plan\n");
        assertThat(other).hasContent("mine");
    }

    @Test
    void theReasonIsNamed() {
        assertThat(refused(folder)).isEqualTo("it is a folder");
        assertThat(refused(folder.resolve("missing/plan.json"))).isEqualTo("no such folder");
        assertThat(refused(Path.of("/dev/null"))).isEqualTo("it is not a regular file");
    }
}
