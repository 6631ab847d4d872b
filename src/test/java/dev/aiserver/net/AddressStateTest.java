package dev.aiserver.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aiserver.host.LocalHost;
import dev.aiserver.spec.Network;
import dev.aiserver.standin.TailscaleStatus;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AddressStateTest {
    private static final String ADDRESS = "100.101.102.103";

    /**
     * Output that {@code tailscale status --json} was seen to print. On a machine without Tailscale nothing is asked.
     */
    private static final Map<String, String> RECORDED = Map.of(
            "the same", TailscaleStatus.running(ADDRESS),
            "another", TailscaleStatus.running("100.64.0.9"),
            "stopped", TailscaleStatus.stopped(ADDRESS),
            "stopped, another", TailscaleStatus.stopped("100.64.0.9"),
            "logged out", TailscaleStatus.needsLogin(),
            "starting", "{\"BackendState\": \"Starting\", \"Self\": {\"TailscaleIPs\": null}}",
            "rubbish", "Usage: tailscale");

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            127.0.0.1 100.101.102.103 | none             | ``                                       | ``
            127.0.0.1 192.168.250.20  | none             | no network interface has it              | bring the VPN up, or correct the address in the configuration and run "aiserver install"
            127.0.0.1 100.101.102.10  | the same         | no network interface has it              | bring the VPN up, or correct the address in the configuration and run "aiserver install"
            127.0.0.1                 | another          | its address in the tailnet is 100.64.0.9                | run "aiserver install" to switch to that address
            127.0.0.1 100.64.0.9      | another          | its address in the tailnet is 100.64.0.9                | run "aiserver install" to switch to that address
            127.0.0.1                 | stopped          | Tailscale is switched off                | bring Tailscale up: connect it with the app or "tailscale up"
            127.0.0.1                 | stopped, another | Tailscale is switched off                | bring Tailscale up: connect it with the app or "tailscale up"
            127.0.0.1                 | starting         | Tailscale is still starting               | bring Tailscale up: wait until it has connected
            127.0.0.1                 | logged out       | Tailscale is logged out                  | bring Tailscale up: log in with the app or "tailscale login"
            127.0.0.1                 | rubbish          | "tailscale status --json" did not return JSON; it printed "Usage: tailscale" | bring Tailscale up: update Tailscale
            """)
    void explainsAMissingAddress(String interfaces, String tailscale, String cause, String remedy) {
        AddressState state = AddressState.of(
                ADDRESS,
                Arrays.stream(interfaces.split(" ")).collect(Collectors.toSet()),
                Optional.ofNullable(RECORDED.get(tailscale)).map(Tailscale::parse));
        assertThat(state.problem()).isEqualTo(cause.isEmpty() ? "" : ADDRESS + " is not on this machine now: " + cause);
        assertThat(state.remedy()).isEqualTo(remedy);
        assertThat(state instanceof AddressState.Present).isEqualTo(cause.isEmpty());
    }

    @Test
    void tailscaleIsNotAskedAboutAPresentAddress() {
        LocalHost host = new LocalHost(System.getenv());
        Network tailnet = new Network.Tailscale();
        assertThat(host.ask(AddressState.query(host.facts(), tailnet, "127.0.0.1")))
                .isEqualTo(new AddressState.Present());
    }
}
