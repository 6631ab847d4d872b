package dev.aiserver.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aiserver.host.FileState;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Installs in folders that are symbolic links. */
@Tag("root")
final class LinkedFoldersIT {

    @Test
    void installAndUninstallKeepTheLinks() {
        try (Mac mac = new Mac()) {
            String kept = mac.home() + "/kept";
            mac.command("mkdir", "-p", kept + "/local", kept + "/haproxy", kept + "/agents");
            for (List<String> link : List.of(
                    List.of("local", "/.local"),
                    List.of("haproxy", "/.haproxy"),
                    List.of("agents", "/Library/LaunchAgents"))) {
                mac.command("ln", "-s", kept + "/" + link.get(0), mac.home() + link.get(1));
            }
            mac.write(mac.home().resolve("kept/agents/com.example.ollama.plist"), """
                    <?xml version="1.0" encoding="UTF-8"?>
                    <plist version="1.0"><dict><key>Label</key><string>com.example.ollama</string>
                    <key>ProgramArguments</key><array><string>/usr/local/bin/ollama</string><string>serve</string></array>
                    </dict></plist>
                    """);
            Map<String, FileState> before = mac.tree();

            Run installed = mac.install("--yes");
            installed.exits(0);
            assertThat(mac.tree())
                    .containsKeys(
                            "kept/haproxy/haproxy.cfg", "kept/agents/com.ollama.plist", "kept/local/bin/aiserver");
            assertThat(installed.err())
                    .as("what is in a linked folder is found")
                    .contains("com.example.ollama");

            Run again = mac.install("--yes");
            again.exits(0);
            assertThat(again.err()).contains("No changes.");

            Run verified = mac.aiserver("verify");
            verified.exits(0);

            Run uninstalled = mac.command(mac.checkout() + "/uninstall", "--yes");
            uninstalled.exits(0);
            assertThat(mac.tree()).isEqualTo(before);
        }
    }
}
