package dev.aiserver.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aiserver.host.Command;
import dev.aiserver.host.CommandResult;
import dev.aiserver.host.Content;
import dev.aiserver.host.LocalHost;
import dev.aiserver.pages.Page;
import dev.aiserver.pages.ShownOutput;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs {@code ./install --rehearse} in a copy of this checkout. */
@Tag("root")
final class RehearsalIT {
    private static final Duration LIMIT = Duration.ofMinutes(3);

    /** Creates the folder with a shell, because this Java's locale can be limited to ASCII. */
    private static final String IN_FOLDER = """
            set -eu
            folder=$1/$(printf "$2")
            mkdir -p "$folder/target" "$folder/src" "$folder/tmp"
            cp -R install pom.xml templates "$folder"
            cp -R src/main src/standin "$folder/src"
            cp target/aiserver.jar target/aiserver-standin.jar "$folder/target"
            cd "$folder"
            TMPDIR=$folder/tmp exec ./install --rehearse --yes
            """;

    private final LocalHost machine = new LocalHost(System.getenv());
    private Path root;

    @BeforeEach
    void makeFolder() throws IOException {
        root = Files.createTempDirectory("aiserver-rehearsal-it-");
    }

    @AfterEach
    void removeFolder() {
        machine.run(Command.of("rm", "-rf", root.toString()));
    }

    private CommandResult rehearse(String folder, Map<String, String> locale, String path) {
        Map<String, String> environment = new TreeMap<>(locale);
        environment.put("PATH", path);
        environment.put("HOME", root.toString());
        environment.put("JAVA_HOME", System.getProperty("java.home"));
        List<String> argv = new ArrayList<>(List.of("env", "-i"));
        environment.forEach((name, value) -> argv.add(name + "=" + value));
        argv.addAll(List.of("/bin/sh", "-c", IN_FOLDER, "sh", root.toString(), folder));
        return machine.run(Command.of(argv).withTimeout(LIMIT));
    }

    @ParameterizedTest
    @ValueSource(strings = {"LANG=C", "LANG=xx_XX.UTF-8"})
    void passesInANonAsciiFolderUnderEveryLocale(String locale) {
        String[] variable = locale.split("=", 2);

        CommandResult run = rehearse(
                "Pr\\303\\274fst\\303\\244nde \\347\\253\\257",
                Map.of(variable[0], variable[1]),
                System.getenv("PATH"));

        assertThat(run.exitCode()).as(run.errorText() + run.text()).isZero();
        assertThat(run.text()).contains("Rehearsal passed");
        assertThat(ShownOutput.missing(shownInTheReadme(), run.text()))
                .as(run.text())
                .isEmpty();
    }

    private static String shownInTheReadme() {
        return Page.of(Path.of("README.md")).blocks().stream()
                .filter(block -> block.mark().equals("rehearsal"))
                .map(Page.Block::text)
                .findFirst()
                .orElseThrow();
    }

    /** An installation has no stand-ins. */
    @Test
    void anInstalledProgramSaysWhereToRehearse() throws IOException {
        Path jar = Files.copy(Path.of("target/aiserver.jar"), root.resolve("aiserver.jar"));
        String java = System.getProperty("java.home") + "/bin/java";

        CommandResult run = machine.run(Command.of(java, "-jar", jar.toString(), "install", "--rehearse"));

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.errorText())
                .isEqualTo("aiserver: --rehearse needs aiserver-standin.jar, which is not installed with aiserver."
                        + " Run \"./install --rehearse\" in a checkout of aiserver.\n");
    }

    @Test
    void aFailureShowsTheEndOfTheLog() throws IOException {
        Path bin = Files.createDirectory(root.resolve("bin"));
        Path real = machine.find("haproxy").orElseThrow();
        machine.write(bin.resolve("haproxy"), Content.of("""
                #!/bin/sh
                case $1 in -v* | -c) exec %s "$@" ;; esac
                # launchd starts it again; only the first run writes, so that the log is whole when it is read.
                [ ! -e "$0.ran" ] || exit 1
                : >"$0.ran"
                i=0
                while [ $i -lt 2000 ]; do i=$((i + 1)); echo "[NOTICE] line $i"; done >&2
                printf '[ALERT] the \\033[31mreason\\033[0m\\n' >&2
                exit 1
                """.formatted(real)), 0755);

        CommandResult run = rehearse("checkout", Map.of(), bin + ":" + System.getenv("PATH"));

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.text())
                .containsSubsequence(
                        "Rehearsal failed at install",
                        "Last lines of haproxy",
                        "[NOTICE] line 2000",
                        "[ALERT] the ?[31mreason?[0m")
                .doesNotContain("\u001b", "[NOTICE] line 1900\n");
    }
}
