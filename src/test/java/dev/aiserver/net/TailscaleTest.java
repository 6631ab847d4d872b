package dev.aiserver.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aiserver.host.LocalHost;
import dev.aiserver.host.Trouble;
import dev.aiserver.standin.Script;
import dev.aiserver.standin.TailscaleStatus;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TailscaleTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            "100.64.0.1"                      | "mac.tail1234.ts.net."   | 100.64.0.1      | mac.tail1234.ts.net   | mac
            "fd7a:115c:a1e0::1","100.127.9.9" | "mac-1.tail1234.ts.net." | 100.127.9.9     | mac-1.tail1234.ts.net | mac-1
            "10.0.0.1","100.128.0.1","100.99.0.1" | "mac"                | 100.99.0.1      | mac                   | mac
            "100.101.102.103"                 | ""                       | 100.101.102.103 | ``                    | ``
            "100.101.102.103"                 | null                     | 100.101.102.103 | ``                    | ``
            """)
    void aRunningNodeHasAnAddressAndPerhapsAName(
            String addresses, String dnsName, String address, String name, String machine) {
        Tailscale.Node node = Tailscale.parse("""
                {"BackendState": "Running", "Self": {"TailscaleIPs": [%s], "DNSName": %s}}""".formatted(addresses, "null".equals(dnsName) ? "\"\"" : dnsName))
                .node();
        assertThat(node).isEqualTo(new Tailscale.Node(address, name));
        assertThat(node.machineName()).isEqualTo(machine);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"BackendState": "NeedsLogin"} | Tailscale is logged out; log in with the app or "tailscale login", then try again.
            {"BackendState": "Stopped"}    | Tailscale is not connected (Stopped); connect it with the app or "tailscale up", then try again.
            {"BackendState": "NoState"}    | Tailscale is not connected (NoState); connect it with the app or "tailscale up", then try again.
            {}                             | Tailscale is not connected (no state); connect it with the app or "tailscale up", then try again.
            Usage: tailscale               | Tailscale answers no JSON; update Tailscale, then try again.
            ``                             | Tailscale is not connected (no state); connect it with the app or "tailscale up", then try again.
            {"BackendState": "Running", "Self": {"TailscaleIPs": ["fd7a:115c:a1e0::1"]}} | Tailscale is connected but gives this machine no IPv4 address in 100.64.0.0/10; turn IPv4 on for this machine in the Tailscale admin console, then try again.
            {"BackendState": "Running", "Self": {"TailscaleIPs": null}} | Tailscale is connected but gives this machine no IPv4 address in 100.64.0.0/10; turn IPv4 on for this machine in the Tailscale admin console, then try again.
            """)
    void anythingElseSaysTheNextStep(String json, String message) {
        assertThatThrownBy(() -> Tailscale.parse(json).node())
                .isInstanceOf(Trouble.class)
                .hasMessage(message);
    }

    @Test
    void readsWhatTheRealCommandPrints() {
        assertThat(Tailscale.parse(TailscaleStatus.running("100.101.102.103")).node())
                .isEqualTo(new Tailscale.Node("100.101.102.103", "mac-studio.tail1234.ts.net"));
        assertThatThrownBy(() -> Tailscale.parse(TailscaleStatus.needsLogin()).node())
                .hasMessageContaining("logged out");
        assertThatThrownBy(() -> Tailscale.parse(TailscaleStatus.stopped("100.101.102.103"))
                        .node())
                .hasMessageContaining("(Stopped)");
    }

    @Test
    void asksTheCommandOnTheSearchPath(@TempDir Path directory) {
        Path command = directory.resolve("tailscale");
        Tailscale tailscale = new Tailscale(new LocalHost(Map.of("PATH", directory.toString())));
        Script.write(
                command,
                "[ \"$*\" = 'status --json' ] && cat <<'END'\n" + TailscaleStatus.running("100.64.0.9") + "END");
        assertThat(tailscale.node().address()).isEqualTo("100.64.0.9");

        Script.write(command, "echo 'failed to connect to local Tailscale service' >&2; exit 1");
        assertThatThrownBy(tailscale::node)
                .isInstanceOf(Trouble.class)
                .hasMessage("Tailscale does not answer (failed to connect to local Tailscale service); "
                        + "start the Tailscale app, then try again.");
    }
}
