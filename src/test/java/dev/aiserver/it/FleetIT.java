package dev.aiserver.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.aiserver.host.FileState;
import dev.aiserver.host.Poller;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Installs on several Macs at once, each in its own transaction. */
@Tag("root")
class FleetIT {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    /** Writes an inventory in which each Mac has its own folder for logs. */
    private static String fleet(Laptop laptop, Mac... macs) throws IOException {
        StringBuilder text = new StringBuilder("hosts:\n");
        List<String> names = List.of(Laptop.MAC, "mac-2", "mac-3");
        for (int i = 0; i < macs.length; i++) {
            text.append("  - host: ")
                    .append(names.get(i))
                    .append("\n    name: ai-")
                    .append(i)
                    .append("\n    logs: ")
                    .append(macs[i].logs())
                    .append('\n');
        }
        Files.writeString(laptop.home().resolve("fleet.yaml"), text);
        return laptop.home().resolve("fleet.yaml").toString();
    }

    @Test
    void anUnreachableMacFailsAloneAndTheTableKeepsTheInventorysOrder() throws IOException {
        try (Mac a = new Mac();
                Mac b = new Mac("100.101.112.103");
                Mac c = new Mac("100.101.122.103");
                Laptop laptop = new Laptop(a, b, c)) {
            Map<String, FileState> before = a.tree();
            String config = fleet(laptop, a, b, c);

            Run unasked = laptop.aiserver("install", "--config", config);
            unasked.exits(2);
            assertThat(unasked.err())
                    .isEqualTo(
                            "aiserver: Changing several hosts requires --yes. Review the changes with --dry-run first.\n");

            laptop.killSshd(1);
            Run first = laptop.aiserver("install", "--config", config, "--yes", "--accept-new-host-key");
            first.exits(6);
            List<String> rows = first.out().lines().toList();
            assertThat(rows).hasSize(4);
            assertThat(rows.get(0)).matches("  mac-studio  done +[0-9.]+ s");
            assertThat(rows.get(1))
                    .matches("  mac-2       unreachable +[0-9.]+ s  mac-2 port 2222 refused the connection;.*");
            assertThat(rows.get(2)).matches("  mac-3       done +[0-9.]+ s");
            assertThat(rows.get(3)).isEqualTo("2 of 3 hosts done.");
            assertThat(first.err())
                    .contains("mac-studio    done  start    com.haproxy", "mac-3         done  start    com.haproxy")
                    .doesNotContain("\u001b");

            Run fast = laptop.aiserver("status", "--hosts", config, "--parallel-hosts", "1", "--fail-fast", "--json");
            JsonNode document = JSON.readTree(fast.out());
            assertThat(document.get("hosts").findValuesAsText("host")).containsExactly("mac-studio", "mac-2", "mac-3");
            assertThat(document.get("hosts"))
                    .extracting(host -> host.get("outcome").asText())
                    .containsExactly("done", "unreachable", "not-started");
            assertThat(document.get("hosts")
                            .get(0)
                            .get("document")
                            .get("command")
                            .asText())
                    .isEqualTo("status");
            assertThat(fast.exitCode()).isEqualTo(6);

            Run gone = laptop.aiserver("uninstall", "--host", Laptop.MAC, "--host", "mac-3", "--yes");
            gone.exits(0);
            assertThat(gone.out()).endsWith("2 of 2 hosts done.\n");
            assertThat(a.tree()).isEqualTo(before);
        }
    }

    @Test
    void aMacThatSendsEndlessOutputFailsAlone() throws Exception {
        try (Mac endless = new Mac();
                Mac good = new Mac("100.101.112.103");
                Mac garbled = new Mac("100.101.122.103");
                Laptop laptop = new Laptop(endless, good, garbled)) {
            String config = fleet(laptop, endless, good, garbled);
            Run installed = laptop.aiserver("install", "--config", config, "--yes", "--accept-new-host-key");
            installed.exits(0);
            endless.script(endless.standin("launchctl"), "exec yes");
            garbled.script(
                    garbled.standin("launchctl"),
                    "head -c 2000000 /dev/zero | tr '\\0' '{' | sed 's/{/{\\n/g'; exit 0");
            garbled.write(
                    garbled.home().resolve("Library/LaunchAgents/com.ollama.plist"),
                    "<plist>" + "<array>".repeat(100_000));
            List<String> rows = rows(laptop.aiserver("verify", "--hosts", config, "--no-inference"));
            assertThat(rows.get(0)).matches("  mac-studio  (failed|findings) .*");
            assertThat(rows.get(1)).matches("  mac-2       done +[0-9.]+ s");
            assertThat(rows.get(2)).matches("  mac-3       (failed|findings) .*");

            laptop.killSshd(0);
            String classes = endless.root().resolve("test-classes").toString();
            String java = String.valueOf(endless.environment().get("AISERVER_JAVA"));
            endless.start(java, "-cp", classes, EndlessSpeaker.class.getName(), endless.address(), "2222");
            rows = rows(laptop.aiserver("status", "--hosts", config));
            assertThat(rows.get(0)).matches("  mac-studio  unreachable .*");
            assertThat(rows.get(1)).matches("  mac-2       done .*");
        }
    }

    /** Returns the last lines of the output: one for each machine, and the summary. */
    private static List<String> rows(Run run) {
        assertThat(run.exitCode()).as(run.toString()).isIn(1, 3, 6);
        assertThat(run.out() + run.err()).doesNotContain("bug in aiserver", "Exception", "Error", "\tat ");
        List<String> lines = run.out().lines().toList();
        List<String> rows = lines.subList(lines.size() - 4, lines.size());
        assertThat(rows.get(3)).as(run.toString()).isEqualTo("1 of 3 hosts done.");
        System.out.println(String.join("\n", rows));
        return rows;
    }

    @Test
    void controlCRollsBackOnEveryMac() throws Exception {
        try (Mac a = new Mac();
                Mac b = new Mac("100.101.112.103");
                Laptop laptop = new Laptop(a, b)) {
            Map<String, FileState> beforeA = a.tree();
            Map<String, FileState> beforeB = b.tree();
            Process process =
                    laptop.background("install", "--config", fleet(laptop, a, b), "--yes", "--accept-new-host-key");
            boolean begun = new Poller(Duration.ofMillis(5))
                    .await(
                            Duration.ofSeconds(60),
                            () -> Files.exists(a.home().resolve(".aiserver/journal.json"))
                                    || Files.exists(b.home().resolve(".aiserver/journal.json")));
            assertThat(begun).isTrue();
            process.toHandle().destroy();
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
            String said = new String(process.getErrorStream().readAllBytes());
            assertThat(process.exitValue()).as(said).isEqualTo(130);
            assertThat(a.tree()).isEqualTo(beforeA);
            assertThat(b.tree()).isEqualTo(beforeB);
            assertThat(a.pid("com.ollama") + b.pid("com.ollama") + a.pid("com.haproxy") + b.pid("com.haproxy"))
                    .isZero();
        }
    }
}
