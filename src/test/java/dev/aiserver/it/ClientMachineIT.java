package dev.aiserver.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Verifies a server from a laptop that knows only its name. */
@Tag("root")
class ClientMachineIT {
    private static final String URL = "http://remote-ollama:11434";

    @Test
    void aClientVerifiesTheServerByItsNameAlone() throws IOException {
        try (Mac mac = new Mac()) {
            Run installed = mac.install("--yes");
            installed.exits(0);
            assertThat(mac.aiserver("warm-models", "llama3.2:1b").exitCode()).isZero();

            long start = System.nanoTime();
            Run run = mac.fromAClient("verify", "--url", URL, "--json");
            double seconds = (System.nanoTime() - start) / 1e9;

            run.exits(0);
            List<String> proved = new ArrayList<>();
            JsonMapper.builder().build().readTree(run.out()).path("checks").forEach(check -> {
                if (check.path("outcome").asText().equals("passed")) {
                    proved.add(check.path("id").asText());
                }
                assertThat(check.path("outcome").asText()).isNotIn("failed", "inconclusive");
                if (isOfTheServer(check)) {
                    assertThat(check.path("reason").asText()).contains("needs the server");
                }
            });
            assertThat(proved).hasSizeGreaterThan(150).contains("reach.server", "name.unknown");
            assertThat(proved).anyMatch(id -> id.startsWith("openai.")).anyMatch(id -> id.startsWith("blocked."));
            System.out.printf(
                    "From another machine: %d checks passed in %.1f s, the start of Java included%n",
                    proved.size(), seconds);
        }
    }

    private static boolean isOfTheServer(JsonNode check) {
        return check.path("id").asText().startsWith("services.")
                || check.path("id").asText().startsWith("bindings.");
    }

    @Test
    void anUnreachableServerIsReportedWithTheFailingLayer() {
        try (Mac mac = new Mac()) {
            Run installed = mac.install("--yes");
            installed.exits(0);
            unreachable(mac.fromAClient("verify", "--url", "http://no-such-name:11434"), "name: no-such-name does not");
            unreachable(mac.fromAClient("verify", "--url", "http://remote-ollama:11435"), "port: no listener on");
            unreachable(mac.fromAClient("verify", "--url", "http://another-name:11434"), "host: the proxy rejects");
            unreachable(mac.fromAClient("verify", "--url", "http://100.101.103.1:11434"), "network: no response from");

            unreachable(
                    mac.fromTheLocalNetwork("verify", "--url", URL),
                    "port: remote-ollama:11434 accepts connections and closes");

            mac.command("launchctl", "bootout", mac.target("com.ollama"));
            unreachable(mac.fromAClient("verify", "--url", URL), "Ollama: the proxy returns 503");
            unreachable(mac.aiserver("verify"), "Ollama: the proxy returns 503");

            mac.removeAddress(Mac.ADDRESS);
            unreachable(mac.aiserver("verify"), "network: " + Mac.ADDRESS + " is not on this machine now");
        }
    }

    private static void unreachable(Run run, String layer) {
        run.exits(6);
        assertThat(run.out()).contains("reach.server", "seen: " + layer, "Fix first: ");
    }
}
