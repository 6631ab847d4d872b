package dev.aiserver.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aiserver.host.LocalHost;
import dev.aiserver.host.UserError;
import dev.aiserver.standin.Script;
import dev.aiserver.standin.TailscaleStatus;
import java.nio.file.Path;
import java.time.Instant;
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
            "100.101.102.103"                 | "Mac-Studio.Tail1.TS.net." | 100.101.102.103 | mac-studio.tail1.ts.net | mac-studio
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
            {"BackendState": "NeedsLogin", "AuthURL": "https://login.tailscale.com/a/1"} | Tailscale is logged out; log in with the app or "tailscale login" (https://login.tailscale.com/a/1), then try again.
            {"BackendState": "NeedsMachineAuth"} | Tailscale is waiting for an admin of the tailnet to approve this machine; approve it in the Tailscale admin console under Machines, then try again.
            {"BackendState": "Starting"}   | Tailscale is still starting; wait until it has connected, then try again.
            {"BackendState": "InUseOtherUser"} | Another user of this machine is using Tailscale; quit it there, or log in as that user, then try again.
            {"BackendState": "Stopped"}    | Tailscale is switched off; connect it with the app or "tailscale up", then try again.
            {"BackendState": "NoState"}    | Tailscale is not connected (NoState); connect it with the app or "tailscale up", then try again.
            {}                             | Tailscale is not connected (no state); connect it with the app or "tailscale up", then try again.
            Usage: tailscale               | "tailscale status --json" did not return JSON; it printed "Usage: tailscale"; update Tailscale, then try again.
            ``                             | "tailscale status --json" did not return JSON; it printed nothing; update Tailscale, then try again.
            []                             | "tailscale status --json" did not return JSON; it printed "[]"; update Tailscale, then try again.
            {"BackendState": "Running", "Self": {"TailscaleIPs": ["100.64.0.1"], "DNSName": "mac_studio.tail1.ts.net."}} | Tailscale calls this machine "mac_studio.tail1.ts.net", which is not a valid host name; give it a name of letters, digits and hyphens in the Tailscale admin console, then try again.
            {"BackendState": "Running", "Self": {"TailscaleIPs": ["100.64.0.1"], "DNSName": "Ann Mac.tail1.ts.net."}} | Tailscale calls this machine "ann mac.tail1.ts.net", which is not a valid host name; give it a name of letters, digits and hyphens in the Tailscale admin console, then try again.
            {"BackendState": "Running", "Self": {"TailscaleIPs": ["fd7a:115c:a1e0::1"]}} | Tailscale is connected but gives this machine no IPv4 address in 100.64.0.0/10; turn IPv4 on for this machine in the Tailscale admin console, then try again.
            {"BackendState": "Running", "Self": {"TailscaleIPs": null}} | Tailscale is connected but gives this machine no IPv4 address in 100.64.0.0/10; turn IPv4 on for this machine in the Tailscale admin console, then try again.
            """)
    void everyOtherStateNamesTheNextStep(String json, String message) {
        assertThatThrownBy(() -> Tailscale.parse(json).node())
                .isInstanceOf(UserError.class)
                .hasMessage(message);
    }

    @Test
    void readsOutputOfTheRealCommand() {
        assertThat(Tailscale.parse(TailscaleStatus.running("100.101.102.103")).node())
                .isEqualTo(new Tailscale.Node("100.101.102.103", "mac-studio.tail1234.ts.net"));
        assertThatThrownBy(() -> Tailscale.parse(TailscaleStatus.needsLogin()).node())
                .hasMessageContaining("logged out");
        assertThatThrownBy(() -> Tailscale.parse(TailscaleStatus.stopped("100.101.102.103"))
                        .node())
                .hasMessageContaining("switched off");
    }

    @Test
    void readsKeyExpiryAndInterface() {
        Tailscale.Node node = Tailscale.parse("""
                {"BackendState": "Running", "TUN": false,
                 "Self": {"TailscaleIPs": ["100.64.0.1"], "KeyExpiry": "2026-12-05T09:00:00Z"}}""").node();
        assertThat(node.keyExpiry()).contains(Instant.parse("2026-12-05T09:00:00Z"));
        assertThat(node.userspace()).isTrue();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {}   | ``
            null | ``
            {"TCP": {"443": {"HTTPS": true}}, "Web": {"m.ts.net:443": {"Handlers": {"/": {"Proxy": "http://127.0.0.1:11434"}}}}} | http://127.0.0.1:11434
            {"TCP": {"5432": {"TCPForward": "localhost:11434", "TerminateTLS": "m.ts.net"}}} | localhost:11434
            {"Foreground": {"s": {"Web": {"m.ts.net:443": {"Handlers": {"/a": {"Proxy": "http://x:1"}, "/b": {"Path": "/etc"}}}}}}} | http://x:1
            """)
    void findsForwardedTargets(String json, String targets) {
        assertThat(String.join(" ", Tailscale.targets(json))).isEqualTo(targets);
    }

    @Test
    void asksTheCommandOnTheSearchPath(@TempDir Path directory) {
        Path command = directory.resolve("tailscale");
        LocalHost host = new LocalHost(Map.of("PATH", directory.toString()));
        Script.write(
                command,
                "[ \"$*\" = 'status --json' ] && cat <<'END'\n" + TailscaleStatus.running("100.64.0.9") + "END");
        assertThat(host.ask(Tailscale.node()).address()).isEqualTo("100.64.0.9");

        Script.write(command, "echo 'failed to connect to local Tailscale service' >&2; exit 1");
        assertThatThrownBy(() -> host.ask(Tailscale.node()))
                .isInstanceOf(UserError.class)
                .hasMessage("Tailscale does not answer (failed to connect to local Tailscale service); "
                        + "start the Tailscale app, then try again.");
    }
}
