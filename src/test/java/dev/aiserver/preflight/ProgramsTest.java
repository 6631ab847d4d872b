package dev.aiserver.preflight;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aiserver.host.Command;
import dev.aiserver.host.LocalHost;
import dev.aiserver.host.UserError;
import dev.aiserver.standin.Script;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProgramsTest {
    @TempDir
    private Path root;

    private LocalHost host;
    private Programs programs;

    @BeforeEach
    void makeFolders() throws IOException {
        for (String folder : List.of("prefix/bin", "path", "other", "home/Library/LaunchAgents")) {
            Files.createDirectories(root.resolve(folder));
        }
        brew("echo 'Warning: your Homebrew is old'; echo " + root + "/prefix");
        Map<String, String> environment = Map.of(
                "PATH",
                root + "/path:/usr/bin:/bin",
                "HOME",
                root.resolve("home").toString());
        host = new LocalHost(environment);
        programs = new Programs(host.facts());
    }

    /** Writes a wrapper script for brew, outside of Homebrew's prefix. */
    private void brew(String body) {
        Script.write(root.resolve("path/brew"), body);
    }

    private Optional<Programs.Found> find() {
        return host.ask(
                programs.find("ollama", name -> Command.of(name, "--version"), output -> output.contains("new")));
    }

    /** @param there programs with their output; "-" is not executable, and "installed" is named in the property list */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            prefix=new path=new                          | prefix
            prefix=old path=new                          | path
            path=new                                     | path
            other=new:installed prefix=new path=new      | other
            other=old:installed prefix=new               | prefix
            other=old:installed                          | other
            gone:installed prefix=new                    | prefix
            gone:installed path=new                      | path
            prefix=-                                     | prefix
            gone:installed                               |
                                                         |
            """)
    void prefersTheInstalledProgramThenThePrefixThenPath(@Nullable String there, @Nullable String found)
            throws IOException {
        for (String each : there == null ? new String[0] : there.split(" ")) {
            String place = each.split("[=:]")[0];
            Path program = root.resolve(place.equals("prefix") ? "prefix/bin/ollama" : place + "/ollama");
            if (each.contains("=-")) {
                Files.writeString(program, "no program");
            } else if (each.contains("=")) {
                Script.write(program, "echo " + each.split("[=:]")[1]);
            }
            if (each.endsWith(":installed")) {
                Files.writeString(
                        root.resolve("home/Library/LaunchAgents/com.ollama.plist"),
                        "<plist><dict><key>ProgramArguments</key><array><string>" + program
                                + "</string><string>serve</string></array></dict></plist>");
            }
        }

        assertThat(find().map(program ->
                        root.relativize(program.path()).toString().replaceAll("(/bin)?/ollama", "")))
                .isEqualTo(Optional.ofNullable(found));
    }

    @Test
    void doesNotRunAProgramThatOthersCanReplace() throws IOException {
        Path program = root.resolve("prefix/bin/ollama");
        Script.write(program, "touch " + root + "/was-run");
        new ProcessBuilder("chmod", "a+w", program.toString()).start().onExit().join();

        assertThatThrownBy(this::find)
                .isInstanceOf(UserError.class)
                .hasMessageContaining("prefix/bin/ollama could be replaced by another user of this machine");
        assertThat(root.resolve("was-run")).doesNotExist();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            exit 1       | Could not determine where Homebrew keeps its programs: "brew --prefix" failed (no message, exit code 1).
            echo Hello   | "brew --prefix" does not print a folder, so aiserver cannot find where Homebrew keeps its programs. Run "brew doctor", then try again.
            """)
    void reportsAHomebrewWithoutAPrefix(String body, String sentence) {
        brew(body);
        assertThatThrownBy(() -> host.ask(programs.prefix()))
                .isInstanceOf(UserError.class)
                .hasMessage(sentence);
    }
}
