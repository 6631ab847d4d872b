package dev.aiserver.cli;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aiserver.host.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigurationFileTest {

    @Test
    void aFileThatCannotBeReadIsOneSentence(@TempDir Path directory) throws IOException {
        Path latin = Files.write(directory.resolve("latin"), new byte[] {'n', (byte) 0xe9});
        refuses(Path.of("/dev/zero"), "cannot be read: it is larger than 16 MiB.");
        refuses(latin, "is not valid UTF-8; save it as UTF-8.");
        refuses(directory.resolve("absent"), "does not exist.");
        refuses(directory, "cannot be read: Is a directory.");
    }

    private static void refuses(Path file, String sentence) {
        assertThatThrownBy(() -> ConfigurationFile.inventory(file))
                .isInstanceOf(UserError.class)
                .hasMessage("The configuration " + file + " " + sentence);
    }
}
