package dev.aiserver.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aiserver.spec.ServerSpec;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ShellPathTest {
    private static final Path HOME = Path.of("/Users/ann");
    private static final Path COMMAND = HOME.resolve(".local/bin/aiserver");

    private static Optional<String> advice(String path, String shell) {
        Map<String, String> environment = new HashMap<>();
        if (path != null) {
            environment.put("PATH", path);
        }
        if (shell != null) {
            environment.put("SHELL", shell);
        }
        return ShellPath.of(environment).advice(COMMAND, HOME);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            /usr/bin:/Users/ann/.local/bin:/bin
            /Users/ann/.local/bin/
            /Users/ann/./.local/bin:/bin
            """)
    void givesNoAdviceIfTheShellFindsTheCommand(String path) {
        assertThat(advice(path, "/bin/zsh")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '!', textBlock = """
            /usr/bin:/bin                 | /bin/zsh               | echo 'export PATH="$HOME/.local/bin:$PATH"' >>~/.zprofile
            /usr/bin:~/.local/bin         | /bin/zsh               | echo 'export PATH="$HOME/.local/bin:$PATH"' >>~/.zprofile
            /Users/bob/.local/bin         | /bin/bash              | echo 'export PATH="$HOME/.local/bin:$PATH"' >>~/.bash_profile
            /Users/ann/.local/bin/old     | /opt/homebrew/bin/fish | fish_add_path ~/.local/bin
            .local/bin:                   | /bin/ksh               | echo 'export PATH="$HOME/.local/bin:$PATH"' >>~/.profile
                                          | /bin/zsh               | echo 'export PATH="$HOME/.local/bin:$PATH"' >>~/.zprofile
            /usr/bin                      | /bin/tcsh              | Add it to PATH in your shell's profile
            /usr/bin                      |                        | Add it to PATH in your shell's profile
            """)
    void showsTheCommandForTheProfileOfTheShell(String path, String shell, String line) {
        assertThat(advice(path, shell))
                .get()
                .asString()
                .contains("~/.local/bin, which is not on your PATH.", line, "open a new terminal");
    }

    @Test
    void comesFirstAmongTheNextSteps() {
        String text = NextSteps.of(ServerSpec.defaults(), "100.64.0.1", HOME, new ShellPath("/bin", "/bin/zsh"));

        assertThat(text).containsSubsequence("Next steps\n", "  0. The aiserver command", ".zprofile\n", "  1. ");
        assertThat(NextSteps.of(ServerSpec.defaults(), "100.64.0.1", HOME)).doesNotContain("not on your PATH");
    }
}
