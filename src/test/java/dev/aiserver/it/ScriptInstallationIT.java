package dev.aiserver.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aiserver.host.FileState;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Takes over an installation by the earlier shell scripts, restores it, and clears it without a receipt. */
@Tag("root")
class ScriptInstallationIT {
    @Test
    void theShellScriptsInstallationIsReplacedAndRestored() {
        try (Mac mac = new Mac()) {
            ExistingServers.byShellScripts(mac);
            Map<String, FileState> before = mac.tree();
            int ollama = mac.pid("com.ollama");

            Run installed = mac.install("--yes");
            installed.exits(0);
            assertThat(installed.err())
                    .contains("update   ~/Library/LaunchAgents/com.ollama.plist", "restart  com.ollama")
                    .contains("update   ~/.haproxy/haproxy.cfg", "restart  com.haproxy");
            assertThat(mac.pid("com.ollama")).isNotEqualTo(ollama);

            Run uninstalled = mac.aiserver("uninstall", "--yes");
            uninstalled.exits(0);
            assertThat(mac.tree()).as("the old files are back").isEqualTo(before);
            assertThat(mac.pid("com.ollama")).as("the old service is back").isNotZero();
            assertThat(mac.pid("com.haproxy")).isNotZero();
        }
    }

    @Test
    void uninstallWithoutAReceiptClearsTheKnownLabelsAndPaths() {
        try (Mac mac = new Mac()) {
            ExistingServers.byShellScripts(mac);

            Run dryRun = mac.command(mac.checkout() + "/uninstall", "--dry-run");
            dryRun.exits(0);
            assertThat(dryRun.out()).contains("stop     com.haproxy", "delete   ~/.haproxy/haproxy.cfg");
            Run uninstalled = mac.command(mac.checkout() + "/uninstall", "--yes");

            uninstalled.exits(0);
            assertThat(uninstalled.err()).contains("There is no receipt. Using the known labels and paths instead.");
            assertThat(mac.tree().keySet()).containsExactly("", "Library", "Library/LaunchAgents");
            assertThat(mac.pid("com.ollama")).isZero();
            assertThat(mac.pid("com.haproxy")).isZero();
        }
    }

    @Test
    void aLocalEditIsBackedUpByInstallAndKeptByUninstall() {
        try (Mac mac = new Mac()) {
            assertThat(mac.install("--yes").exitCode()).isZero();
            Path cfg = mac.home().resolve(".haproxy/haproxy.cfg");
            String edited = String.join("\n", mac.lines(cfg)) + "\n# mine\n";
            mac.write(cfg, edited);

            Run status = mac.aiserver("status");
            status.exits(3);
            assertThat(status.out()).contains("edited                    ~/.haproxy/haproxy.cfg  (");
            Run verify = mac.aiserver("verify");
            verify.exits(3);
            assertThat(verify.out()).contains("FAIL  services.files: ", "haproxy.cfg was edited");

            Run undecided = mac.install("--yes");
            undecided.exits(2);
            assertThat(undecided.err())
                    .contains("Edited locally since the installation: ~/.haproxy/haproxy.cfg. Use --keep-local to keep "
                            + "your versions, or --overwrite to replace them");
            Run shown = mac.install("--dry-run");
            assertThat(shown.out()).contains("your version", "aiserver's version", "# mine");

            int master = mac.pid("com.haproxy");
            Run kept = mac.install("--yes", "--keep-local");
            assertThat(kept.exitCode())
                    .as("verify still tells of the edit: " + kept)
                    .isEqualTo(3);
            assertThat(kept.err()).contains("reload   com.haproxy").doesNotContain("haproxy.cfg\n");
            assertThat(mac.lines(cfg)).contains("# mine");
            Run keptAgain = mac.install("--yes", "--keep-local");
            assertThat(keptAgain.err()).contains("No changes.");
            assertThat(mac.pid("com.haproxy")).isEqualTo(master);

            Run replaced = mac.install("--yes", "--overwrite");
            replaced.exits(0);
            assertThat(replaced.err()).contains("update   ~/.haproxy/haproxy.cfg", "reload   com.haproxy");
            assertThat(mac.tree().values())
                    .as("a backup of what was edited")
                    .anyMatch(state -> state instanceof FileState.Regular file
                            && file.content().text().equals(edited));

            mac.write(cfg, edited);
            Run uninstalled = mac.aiserver("uninstall", "--yes");
            uninstalled.exits(0);
            assertThat(uninstalled.out())
                    .contains("haproxy.cfg was edited locally and is kept.")
                    .contains(".haproxy/ contains other files; it is kept.");
            assertThat(uninstalled.err()).doesNotContain("~/.haproxy/\n");
            assertThat(mac.lines(cfg)).contains("# mine");
        }
    }

    @Test
    void anOutdatedOllamaProcessIsReportedAndKeepsRunning() {
        try (Mac mac = new Mac()) {
            assertThat(mac.install("--yes").exitCode()).isZero();
            int before = mac.pid("com.ollama");
            mac.script(
                    mac.bottle("ollama", "ollama"),
                    "[ \"$OLLAMA_HOST\" = 127.0.0.1:11434 ] || exit 1\n"
                            + "echo ollama version is 0.16.2; echo Warning: client version is 0.17.1");

            Run again = mac.install("--yes");

            again.exits(0);
            assertThat(again.err())
                    .contains("No changes.\n"
                            + "com.ollama is running 0.16.2, but 0.17.1 is installed. To restart it (this interrupts requests "
                            + "in progress): launchctl kickstart -k gui/$(id -u)/com.ollama\n");
            assertThat(mac.pid("com.ollama")).isEqualTo(before);
            assertThat(mac.install("--dry-run", "--json").out())
                    .contains("\"outdated\" : [ \"com.ollama is running 0.16.2,");
        }
    }

    @Test
    void aDeadServiceIsReportedByStatusAndRestartedByInstall() {
        try (Mac mac = new Mac()) {
            assertThat(mac.install("--yes").exitCode()).isZero();
            Run stopped = mac.command("launchctl", "bootout", "gui/65534/com.haproxy");
            stopped.exits(0);

            Run status = mac.aiserver("status");
            status.exits(3);
            assertThat(status.out()).contains("unhealthy", "com.haproxy");
            Run warm = mac.aiserver("warm-models");
            warm.exits(0);
            Run repaired = mac.install("--yes");
            repaired.exits(0);
            assertThat(repaired.err()).contains("start    com.haproxy").doesNotContain("com.ollama\n");

            mac.command("launchctl", "bootout", "gui/65534/com.ollama");
            Run unreachable = mac.aiserver("warm-models", "llama3.2:1b", "--json");
            unreachable.exits(6);
            assertThat(unreachable.out()).contains("\"schema\" : 1", "\"error\" : \"Ollama does not answer");
        }
    }
}
