package dev.aiserver.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.aiserver.host.FileState;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Installs, updates and uninstalls with the commands that a user types. */
@Tag("root")
class LifeIT {
    private static final List<String> LABELS = List.of("com.ollama", "com.haproxy");

    @Test
    void installUpdateAndUninstallLeaveTheMacAsItWas() throws IOException {
        try (Mac mac = new Mac()) {
            Map<String, FileState> before = mac.tree();

            Run dryRun = mac.install("--dry-run", "--exit-code");
            dryRun.exits(3);
            assertThat(dryRun.out())
                    .contains("install  Homebrew package ollama")
                    .contains("+++ ~/Library/LaunchAgents/com.ollama.plist")
                    .contains("127.0.0.1:11434</string>");
            assertThat(mac.tree()).as("a dry run changes nothing").isEqualTo(before);

            Run noConsent = mac.install();
            noConsent.exits(2);
            assertThat(noConsent.err()).contains("Confirmation is required but there is no terminal.");
            assertThat(mac.tree()).isEqualTo(before);

            Run installed = mac.install("--yes");
            installed.exits(0);
            assertThat(installed.out())
                    .startsWith("Verified: ")
                    .contains("tag:ai-server", "tag:ai-client", "http://remote-ollama:11434", "aiserver warm-models");
            assertThat(mode(mac, "Library/LaunchAgents/com.ollama.plist")).isEqualTo(0644);
            assertThat(mode(mac, ".haproxy/haproxy.cfg")).isEqualTo(0600);
            assertThat(mode(mac, ".aiserver/receipt.json")).isEqualTo(0600);
            assertThat(mac.calls()).noneMatch(call -> call.matches("launchctl (load|unload|list).*"));

            assertEightEndpointsAnswer(mac);
            assertSecondInstallChangesNothing(mac);
            assertChangedSettingChangesOnlyItsResources(mac);
            assertServerWithoutSimpleEndpointsInstalls(mac);

            Run uninstalled = mac.aiserver("uninstall", "--yes");
            uninstalled.exits(0);
            assertThat(uninstalled.out())
                    .containsPattern("kept  .*ollama.stderr.log \\(log\\)\n")
                    .contains("models in ~/.ollama");
            assertThat(mac.logs().resolve("haproxy.log")).isNotEmptyFile();
            assertThat(mac.tree()).as("the home is as before").isEqualTo(before);
            LABELS.forEach(label -> assertThat(mac.pid(label)).isZero());

            Run again = mac.command(mac.checkout() + "/uninstall", "--yes");
            again.exits(0);
            assertThat(again.out()).startsWith("Nothing is installed.");
            assertThat(mac.tree()).isEqualTo(before);
            assertThat(mac.command("stat", "-c", "%a", mac.logs().toString()).out())
                    .isEqualTo("700\n");
        }
    }

    private static int mode(Mac mac, String file) {
        return mac.tree().get(file) instanceof FileState.Regular regular ? regular.mode() : -1;
    }

    private static void assertEightEndpointsAnswer(Mac mac) throws IOException {
        Run warmed = mac.aiserver("warm-models", "llama3.2:1b", "--json");
        warmed.exits(0);
        assertThat(json(warmed).at("/models/0/outcome").asText()).isEqualTo("warmed");

        String chat = "{\"model\":\"llama3.2:1b\",\"messages\":[{\"role\":\"user\",\"content\":\"hello\"}]}";
        assertThat(get(mac, "/api/version")).contains("\"version\"");
        assertThat(get(mac, "/api/tags")).contains("llama3.2:1b");
        assertThat(get(mac, "/v1/models")).contains("llama3.2:1b");
        assertThat(get(mac, "/v1/models/llama3.2:1b")).contains("\"object\":\"model\"");
        assertThat(post(mac, "/api/show", "{\"model\":\"llama3.2:1b\"}")).contains("model_info");
        assertThat(post(mac, "/v1/chat/completions", chat)).contains("chat.completion");
        assertThat(post(mac, "/v1/responses", "{\"model\":\"llama3.2:1b\",\"input\":\"hello\"}"))
                .contains("\"status\":\"completed\"");
        assertThat(post(mac, "/v1/messages", chat.replaceFirst("\\{", "{\"max_tokens\":50,")))
                .contains("\"type\":\"message\"");

        Run status = mac.aiserver("status", "--json");
        status.exits(0);
        assertThat(json(status).path("outcome").asText()).isEqualTo("healthy");
        assertThat(json(status).at("/logs/folder").asText())
                .isEqualTo(mac.logs().toString());
        assertThat(json(status).at("/logs/bytes").asLong()).isPositive();
        assertThat(json(status).at("/logs/warning").asText()).isEmpty();
        assertThat(json(status).at("/services").toString())
                .contains("\"com.aiserver.rotate-logs\",\"state\":\"loaded, last exit: exit code 0\"");
        assertThat(json(status).path("loadedModels").toString()).isEqualTo("[\"llama3.2:1b\"]");
    }

    private static String get(Mac mac, String path) {
        return served(answer(mac, path));
    }

    private static Mac.Answer answer(Mac mac, String path) {
        return mac.http("GET " + path + " HTTP/1.1\r\nHost: remote-ollama:11434\r\nConnection: close\r\n\r\n");
    }

    private static String post(Mac mac, String path, String body) {
        return served(mac.http("POST " + path + " HTTP/1.1\r\nHost: remote-ollama\r\nContent-Length: " + body.length()
                + "\r\nConnection: close\r\n\r\n" + body));
    }

    private static String served(Mac.Answer answer) {
        assertThat(answer.status()).as(answer.toString()).isEqualTo(200);
        assertThat(answer.mark()).isEmpty();
        return answer.body();
    }

    private static JsonNode json(Run run) throws IOException {
        JsonNode document = JsonMapper.builder().build().readTree(run.out());
        assertThat(document.path("schema").asInt()).as(run.toString()).isEqualTo(1);
        return document;
    }

    private static void assertSecondInstallChangesNothing(Mac mac) throws IOException {
        List<Integer> pids = pids(mac);
        Map<String, FileState> before = mac.tree();
        Run second = mac.install("--yes", "--json");
        second.exits(0);
        assertThat(second.err()).contains("No changes.");
        assertThat(json(second).path("outcome").asText()).isEqualTo("unchanged");
        assertThat(json(second).path("changes")).isEmpty();
        assertThat(mac.tree()).isEqualTo(before);
        assertThat(pids(mac)).isEqualTo(pids);
    }

    private static void assertChangedSettingChangesOnlyItsResources(Mac mac) {
        List<Integer> pids = pids(mac);
        mac.write(mac.config(), "logs: " + mac.logs() + "\nproxy: { endpoints: [strict, health] }\n");
        Run changed = mac.install("--yes");
        changed.exits(0);
        assertThat(changed.err())
                .contains("update   ~/.haproxy/haproxy.cfg", "reload   com.haproxy")
                .doesNotContain("com.ollama.plist", "start    com.", "restart  com.");
        assertThat(pids(mac)).as("nothing was restarted").isEqualTo(pids);
        assertThat(get(mac, "/")).isEqualTo("Ollama is running");

        mac.write(
                mac.config(),
                "logs: " + mac.logs() + "\nollama: { environment: { OLLAMA_KEEP_ALIVE: \"24h\" } }\n"
                        + "proxy: { endpoints: [strict, health] }\n");
        Run restarted = mac.install("--yes");
        restarted.exits(0);
        assertThat(restarted.err())
                .contains("update   ~/Library/LaunchAgents/com.ollama.plist", "restart  com.ollama")
                .doesNotContain("com.haproxy\n", "haproxy.cfg");
        assertThat(mac.pid("com.ollama")).isNotEqualTo(pids.get(0));
        assertThat(mac.pid("com.haproxy")).isEqualTo(pids.get(1));
    }

    private static void assertServerWithoutSimpleEndpointsInstalls(Mac mac) {
        mac.write(mac.config(), "logs: " + mac.logs() + "\nproxy: { endpoints: [openai-extra] }\n");
        Run narrowed = mac.install("--yes");
        narrowed.exits(0);
        assertThat(answer(mac, "/api/version").mark()).isEqualTo("blocked");
    }

    private static List<Integer> pids(Mac mac) {
        return LABELS.stream().map(mac::pid).toList();
    }
}
