package dev.aiserver.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a person proves of a server from their laptop, which has nothing of it but its name. */
class ClientMachineIT {

    @Test
    void anotherMachineProvesTheServerByItsNameAlone() throws IOException {
        try (Mac mac = new Mac()) {
            assertThat(mac.install("--yes").exitCode()).isZero();
            assertThat(mac.aiserver("warm-models", "llama3.2:1b").exitCode()).isZero();

            Run run = mac.fromAClient("verify", "--url", "http://remote-ollama:11434", "--json");

            assertThat(run.exitCode()).as(run.toString()).isZero();
            List<String> proved = new ArrayList<>();
            JsonMapper.builder().build().readTree(run.out()).path("checks").forEach(check -> {
                if (check.path("outcome").asText().equals("passed")) {
                    proved.add(check.path("id").asText());
                }
                assertThat(check.path("outcome").asText()).isNotIn("failed", "unknown");
                if (isOfTheServer(check)) {
                    assertThat(check.path("reason").asText()).contains("needs the server");
                }
            });
            assertThat(proved).hasSizeGreaterThan(150).contains("reach.server", "name.unknown");
            assertThat(proved).anyMatch(id -> id.startsWith("openai.")).anyMatch(id -> id.startsWith("blocked."));
        }
    }

    private static boolean isOfTheServer(JsonNode check) {
        return check.path("id").asText().startsWith("services.")
                || check.path("id").asText().startsWith("bindings.");
    }
}
