package dev.aiserver.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.aiserver.host.Poller;
import dev.aiserver.standin.TailscaleStatus;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Takes the tailnet's address away, brings it back and changes it. */
@Tag("root")
class AddressIT {
    private static final String OTHER = "100.64.0.9";
    private static final String HAPROXY = "com.haproxy";
    private static final String CONNECT = "bring Tailscale up: connect it with the app or \"tailscale up\"";
    private static final Poller PATIENCE = new Poller(Duration.ofMillis(100));
    private static final Duration LIMIT = Duration.ofSeconds(60);

    @Test
    void haproxyWaitsForItsAddressAndInstallSwitchesToANewOne() throws IOException {
        try (Mac mac = new Mac()) {
            assertThat(mac.install("--yes").exitCode()).isZero();
            assertThat(mac.aiserver("status").exitCode()).isZero();

            say(mac, TailscaleStatus.stopped(Mac.ADDRESS));
            mac.removeAddress(Mac.ADDRESS);
            String gone = Mac.ADDRESS + " is not on this machine now: Tailscale is switched off";
            restart(mac);
            assertWaiting(mac, gone, CONNECT, "");
            assertReported(mac, gone, CONNECT);

            mac.addAddress(Mac.ADDRESS);
            say(mac, TailscaleStatus.running(Mac.ADDRESS));
            assertThat(PATIENCE.await(LIMIT, () -> mac.aiserver("status").exitCode() == 0))
                    .as("launchd's next attempt: " + mac.aiserver("status"))
                    .isTrue();

            mac.removeAddress(Mac.ADDRESS);
            mac.addAddress(OTHER);
            say(mac, TailscaleStatus.running(OTHER));
            String changed = Mac.ADDRESS + " is not on this machine now: its address in the tailnet is " + OTHER;
            String install = "run \"aiserver install\" to switch to that address";
            restart(mac);
            assertWaiting(mac, changed, install, OTHER);
            assertReported(mac, changed, install);

            Run installed = mac.aiserver("install", "--yes");
            installed.exits(0);
            Run status = mac.aiserver("status", "--json");
            status.exits(0);
            assertThat(json(status).at("/address/installed").asText()).isEqualTo(OTHER);
            assertThat(mac.http(
                                    OTHER,
                                    Mac.PORT,
                                    "GET /api/version HTTP/1.1\r\nHost: remote-ollama\r\nConnection: close\r\n\r\n")
                            .status())
                    .isEqualTo(200);
        }
    }

    private static void say(Mac mac, String status) {
        mac.write(mac.state().resolve("tailscale.json"), status);
    }

    private static void restart(Mac mac) {
        assertThat(mac.command("launchctl", "kickstart", "-k", mac.target(HAPROXY))
                        .exitCode())
                .isZero();
        assertThat(PATIENCE.await(LIMIT, () -> mac.pid(HAPROXY) == 0))
                .as("HAProxy ends")
                .isTrue();
    }

    private static void assertWaiting(Mac mac, String problem, String remedy, String now) throws IOException {
        Run status = mac.aiserver("status");
        status.exits(3);
        assertThat(status.out().lines().skip(1).findFirst())
                .contains("  Address: " + problem + ". To fix it, " + remedy
                        + ". Until then, launchd restarts com.haproxy every 10 s.");
        assertThat(status.out()).containsPattern("com\\.haproxy  .*  waiting for its address " + Mac.ADDRESS);
        assertThat(status.out()).doesNotContainPattern("com\\.haproxy  .*last ended");

        JsonNode document = json(mac.aiserver("status", "--json"));
        assertThat(document.path("outcome").asText()).isEqualTo("unhealthy");
        JsonNode address = document.path("address");
        assertThat(address.path("installed").asText()).isEqualTo(Mac.ADDRESS);
        assertThat(address.path("present").asBoolean(true)).isFalse();
        assertThat(address.path("now").asText()).isEqualTo(now);
        assertThat(address.path("problem").asText()).isEqualTo(problem);
        assertThat(address.path("remedy").asText()).isEqualTo(remedy);
    }

    private static void assertReported(Mac mac, String problem, String fix) throws IOException {
        assertThat(PATIENCE.await(
                        LIMIT, () -> verify(mac).out().contains("com.haproxy waits for its address: " + problem)))
                .as("but for the moment of an attempt, HAProxy does not run: " + verify(mac))
                .isTrue();
        Run verify = verify(mac);
        verify.exits(6);
        assertThat(check(verify, "reach.server").path("evidence").asText()).startsWith("network: ");
        for (String id : List.of("reach.server", "network.address", "network.tailscale")) {
            JsonNode check = check(verify, id);
            assertThat(check.path("outcome").asText()).as(check.toString()).isEqualTo("failed");
            assertThat(check.path("evidence").asText()).as(check.toString()).endsWith(problem);
            assertThat(check.path("fix").asText()).as(check.toString()).isEqualTo(fix);
        }
    }

    private static Run verify(Mac mac) {
        return mac.aiserver(
                "verify", "--json", "--only", "reach.server,services.com.haproxy,network.address,network.tailscale");
    }

    private static JsonNode check(Run verify, String id) throws IOException {
        for (JsonNode check : json(verify).path("checks")) {
            if (check.path("id").asText().equals(id)) {
                return check;
            }
        }
        throw new AssertionError("there is no " + id + " in " + verify);
    }

    private static JsonNode json(Run run) throws IOException {
        return JsonMapper.builder().build().readTree(run.out());
    }
}
