package dev.aiserver.it;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.aiserver.template.Golden;
import java.io.IOException;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Compares the JSON document of each command with a golden file: its keys, words and structure. Sentences are masked,
 * because other tests compare them, and so are values that differ from run to run. Of the checks of an installation,
 * only one group is kept.
 */
@Tag("root")
class JsonDocumentsIT {
    private static final JsonMapper JSON =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();
    private static final Set<String> NUMBERS = Set.of("milliseconds", "pid", "bytes", "roundTrips");
    private static final Set<String> SENTENCES =
            Set.of("claim", "evidence", "advice", "fix", "reason", "detail", "warnings", "error", "kept", "state");
    private static final String GROUP = "bindings.";

    @Test
    void everyDocumentHasTheDocumentedFieldsAndWords() throws IOException {
        try (Mac mac = new Mac();
                Laptop laptop = new Laptop(mac)) {
            compare(mac, "plan", mac.install("--dry-run", "--json").exits(0));
            compare(mac, "install", mac.install("--yes", "--json").exits(0));
            compare(mac, "install-unchanged", mac.install("--yes", "--json").exits(0));
            compare(
                    mac,
                    "warm-models",
                    mac.aiserver("warm-models", "llama3.2:1b", "no-such-model", "--json")
                            .exits(1));
            compare(mac, "status", mac.aiserver("status", "--json").exits(0));
            compare(
                    mac,
                    "verify",
                    mac.aiserver("verify", "--only", GROUP + "*", "--json").exits(0));
            compare(
                    mac,
                    "verify-list",
                    mac.aiserver("verify", "--list", "--only", GROUP + "*", "--json")
                            .exits(0));
            compare(
                    mac,
                    "fleet",
                    laptop.aiserver(
                                    "verify",
                                    "--only",
                                    GROUP + "ollama",
                                    "--host",
                                    Laptop.MAC,
                                    "--host",
                                    "nowhere.invalid",
                                    "--accept-new-host-key",
                                    "--json")
                            .exits(6));
            compare(
                    mac,
                    "uninstall",
                    mac.aiserver("uninstall", "--yes", "--json").exits(0));
            compare(
                    mac,
                    "failed",
                    mac.command(mac.checkout() + "/install", "--config", "/nowhere", "--json")
                            .exits(2));
        }
    }

    private static void compare(Mac mac, String name, Run run) throws IOException {
        JsonNode document = masked("", JSON.readTree(run.out()), mac);
        Golden.compare("json/" + name + ".json", JSON.writeValueAsString(document) + "\n");
    }

    private static JsonNode masked(String key, JsonNode node, Mac mac) {
        if (node instanceof ObjectNode object) {
            ObjectNode masked = JSON.createObjectNode();
            object.properties().forEach(field -> {
                JsonNode value = masked(field.getKey(), field.getValue(), mac);
                masked.set(field.getKey(), value);
            });
            return masked;
        }
        if (node instanceof ArrayNode array) {
            ArrayNode masked = JSON.createArrayNode();
            if (key.equals("diff")) {
                return masked.add("(diff)");
            }
            for (JsonNode each : array) {
                if (!key.equals("checks") || each.path("id").asText().startsWith(GROUP)) {
                    masked.add(masked(key, each, mac));
                }
            }
            return masked;
        }
        if (NUMBERS.contains(key)) {
            return IntNode.valueOf(1);
        }
        if (SENTENCES.contains(key)) {
            return TextNode.valueOf("(sentence)");
        }
        return node.isTextual() ? TextNode.valueOf(masked(node.asText(), mac)) : node;
    }

    private static String masked(String text, Mac mac) {
        return text.replace(mac.home().toString(), "/Users/ann")
                .replace(mac.root().toString(), "/tmp/mac")
                .replaceAll("\\b[0-9a-f]{64}\\b", "(digest)")
                .replaceAll("\\bpid \\d+", "pid 1")
                .replaceAll("\\d{4}-\\d\\d-\\d\\dT[0-9:.]+Z?(?:[+-]\\d\\d:\\d\\d)?", "(time)")
                .replace("java (pid", "ollama (pid");
    }
}
