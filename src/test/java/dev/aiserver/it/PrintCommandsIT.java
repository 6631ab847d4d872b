package dev.aiserver.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aiserver.host.FileState;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Proves that the script of {@code --print-commands} does what the command does. */
@Tag("root")
class PrintCommandsIT {

    private static Map<String, FileState> withoutRecords(Mac mac) {
        Map<String, FileState> tree = new TreeMap<>(mac.tree());
        tree.keySet().removeIf(file -> file.startsWith(".aiserver"));
        return tree;
    }

    private static Run run(Mac mac, String script) {
        Path file = mac.root().resolve("commands.sh");
        mac.write(file, script);
        assertThat(mac.command("sh", "-n", file.toString()).exitCode()).isZero();
        return mac.command("sh", file.toString());
    }

    @Test
    void thePrintedScriptInstallsWhatTheCommandInstalls() {
        try (Mac mac = new Mac()) {
            Map<String, FileState> before = mac.tree();
            Run printed = mac.install("--print-commands");
            printed.exits(0);
            assertThat(printed.out()).startsWith("#!/bin/sh\n").contains("brew install --formula 'ollama'");
            assertThat(mac.tree()).isEqualTo(before);

            Run ran = run(mac, printed.out());
            ran.exits(0);
            assertThat(mac.pid("com.ollama")).isPositive();
            assertThat(mac.pid("com.haproxy")).isPositive();
            Map<String, FileState> byScript = mac.tree();

            Run installed = mac.install("--yes");
            installed.exits(0);
            assertThat(installed.err()).doesNotContain("create  ", "update  ", "delete  ", "start   ");
            assertThat(withoutRecords(mac)).isEqualTo(byScript);
        }
    }

    @Test
    void thePrintedScriptUninstallsEverything() {
        try (Mac mac = new Mac();
                Laptop laptop = new Laptop(mac)) {
            mac.write(mac.root().resolve("commands.sh"), "");
            Map<String, FileState> before = mac.tree();
            String config = mac.config().toString();
            Run installed = laptop.aiserver(
                    "install", "--host", Laptop.MAC, "--config", config, "--yes", "--accept-new-host-key");
            installed.exits(0);
            Map<String, FileState> byCommand = withoutRecords(mac);
            Run taken = laptop.aiserver("uninstall", "--host", Laptop.MAC, "--print-commands");
            taken.exits(0);
            Run ran = run(mac, taken.out());
            ran.exits(0);
            assertThat(mac.tree()).isEqualTo(before);
            assertThat(mac.pid("com.ollama") + mac.pid("com.haproxy")).isZero();

            Run again = laptop.aiserver("install", "--host", Laptop.MAC, "--config", config, "--print-commands");
            again.exits(0);
            assertThat(run(mac, again.out()).exitCode()).isZero();
            assertThat(mac.tree()).isEqualTo(byCommand);

            Run several = laptop.aiserver("install", "--host", Laptop.MAC, "--host", "mac-2", "--print-commands");
            assertThat(several.exitCode()).isEqualTo(2);
            assertThat(several.err())
                    .startsWith("aiserver: --print-commands works for one host at a time; name it with --host.\n");
            Run rehearsal = laptop.aiserver("install", "--rehearse", "--host", Laptop.MAC);
            assertThat(rehearsal.exitCode()).isEqualTo(2);
            assertThat(rehearsal.err())
                    .startsWith("aiserver: --rehearse runs on this machine only; leave out --host, --hosts and a"
                            + " configuration that names hosts.\n");
        }
    }
}
