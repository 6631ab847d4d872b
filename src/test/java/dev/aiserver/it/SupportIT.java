package dev.aiserver.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Proves the support bundle and the debug log of an installed server. */
@Tag("root")
class SupportIT {

    @Test
    void theBundleOfAnInstalledServerHoldsItsStatusChecksAndLogs() throws Exception {
        try (Mac mac = new Mac()) {
            Run installed = mac.install("--yes");
            assertThat(installed.exitCode()).as(installed.toString()).isZero();
            Path archive = mac.home().resolve("support.zip");

            Run run = mac.aiserver("support-bundle", archive.toString(), "--debug");

            assertThat(run.exitCode()).as(run.toString()).isZero();
            assertThat(run.err()).contains("debug: this machine: exit 0 in ", ": launchctl print gui/");
            assertThat(outcome(archive, "status.json")).isEqualTo("healthy");
            assertThat(outcome(archive, "verify.json")).isEqualTo("verified");
            assertThat(part(archive, "versions.txt")).contains("ollama version is ", "HAProxy version ");
            assertThat(part(archive, "logs/haproxy.log")).contains("\"status\":200");
        }
    }

    private static String outcome(Path archive, String part) throws Exception {
        JsonNode document = JsonMapper.builder().build().readTree(part(archive, part));
        return document.path("outcome").asText();
    }

    private static String part(Path archive, String name) throws Exception {
        try (FileSystem zip = FileSystems.newFileSystem(archive)) {
            return Files.readString(zip.getPath(name));
        }
    }
}
