package dev.aiserver.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aiserver.host.Content;
import dev.aiserver.host.FileState;
import dev.aiserver.host.Poller;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Kills and interrupts the process that changes a Mac. Afterwards the Mac is as before or as planned. */
@Tag("root")
class TransactionIT {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    /** {@code -Dinstallations.at.once=20} makes a longer test. */
    private static final int ROUNDS = Integer.getInteger("installations.at.once", 6);

    private static final int STREAMS = 50;

    private static final String JOURNAL = ".aiserver/journal.json";
    private static final String PLIST = "Library/LaunchAgents/com.haproxy.plist";

    /** Waits until a file exists in the home. */
    private static void awaitFile(Mac mac, String file, Process process) {
        boolean there = new Poller(Duration.ofMillis(1))
                .await(LIMIT, () -> Files.exists(mac.home().resolve(file)) || !process.isAlive());
        assertThat(there && Files.exists(mac.home().resolve(file))).as(file).isTrue();
    }

    private static void awaitService(Mac mac, String label) {
        assertThat(new Poller(Duration.ofMillis(5)).await(LIMIT, () -> mac.pid(label) != 0))
                .as(label)
                .isTrue();
    }

    private static Process installing(Mac mac) {
        return mac.background(
                mac.checkout() + "/install", "--config", mac.config().toString(), "--yes");
    }

    /** Runs the installed command, which does not check first whether aiserver must be built. */
    private static Process installingAgain(Mac mac) {
        return mac.background(
                mac.home() + "/.local/bin/aiserver",
                "install",
                "--config",
                mac.config().toString(),
                "--yes");
    }

    private static void endsWith(int exitCode, Process process) throws InterruptedException, IOException {
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue())
                .as(new String(process.getErrorStream().readAllBytes()))
                .isEqualTo(exitCode);
    }

    @ParameterizedTest
    @ValueSource(strings = {"journal", "files", "com.ollama", "com.haproxy"})
    void aKilledInstallIsReportedAndRolledBackByTheNextCommand(String moment) throws Exception {
        try (Mac mac = new Mac()) {
            Map<String, FileState> before = mac.tree();
            mac.hold("enable " + mac.target(moment.equals("com.haproxy") ? "com.aiserver.rotate-logs" : "com.haproxy"));
            Process killed = installing(mac);
            switch (moment) {
                case "journal" -> awaitFile(mac, JOURNAL, killed);
                case "files" -> awaitFile(mac, PLIST, killed);
                default -> awaitService(mac, moment);
            }
            killed.destroyForcibly().waitFor();
            mac.release();
            assertThat(mac.home().resolve(JOURNAL)).exists();

            Run status = uninstalled(mac, "status");
            status.exits(3);
            assertThat(status.out()).contains("unfinished", "a previous install (started ", "did not finish");

            Run verify = uninstalled(mac, "verify");
            verify.exits(1);
            assertThat(verify.err())
                    .matches(
                            "aiserver: A previous install \\(started \\S+\\) did not finish, so no server is installed "
                                    + "here\\. Run \"aiserver install\" or \"aiserver uninstall\"; both roll it back first\\.\n");

            Run planned = mac.install("--dry-run");
            assertThat(planned.out())
                    .contains("did not finish. It would be rolled back first.", "create   ~/.haproxy/");

            Run undone = mac.command(mac.checkout() + "/uninstall", "--yes");
            undone.exits(0);
            assertThat(mac.tree()).isEqualTo(before);
            assertThat(mac.pid("com.ollama") + mac.pid("com.haproxy")).isZero();

            Run installed = mac.install("--yes");
            installed.exits(0);
        }
    }

    /** Runs the command from the checkout, because the Mac may not have it yet. */
    private static Run uninstalled(Mac mac, String command) {
        return mac.command(
                "env",
                "AISERVER_JAR=" + mac.checkout() + "/target/aiserver.jar",
                "sh",
                mac.checkout() + "/src/main/resources/dev/aiserver/aiserver.sh",
                command);
    }

    @Test
    void aRollbackKeepsAndReportsHomebrewPackages() {
        try (Mac mac = new Mac()) {
            Map<String, FileState> before = mac.tree();
            mac.script(
                    mac.standin("haproxy"),
                    "[ \"$1\" = -vv ] && exec /usr/sbin/haproxy -vv; echo '[ALERT] no such keyword.' >&2; exit 1");

            Run failed = mac.install("--yes", "--json");

            failed.exits(4);
            assertThat(failed.err())
                    .contains("done  install  Homebrew package ollama", "[ALERT] no such keyword.\n")
                    .doesNotContain("Nothing was changed", "keyword..")
                    .endsWith("All changes were rolled back, except for: Homebrew package ollama.\n");
            assertThat(failed.out())
                    .contains("\"outcome\" : \"rolled-back\"", "\"kept\" : [ \"Homebrew package ollama\" ]");
            assertThat(mac.tree()).isEqualTo(before);
            assertThat(mac.command(mac.prefix() + "/bin/brew", "list", "--versions", "ollama")
                            .exitCode())
                    .isZero();
        }
    }

    @Test
    void aKilledUpgradeIsRolledBackAndRepeatedByTheNextInstall() throws Exception {
        try (Mac mac = new Mac()) {
            Map<String, FileState> bare = mac.tree();
            assertThat(mac.install("--yes").exitCode()).isZero();
            mac.write(
                    mac.config(),
                    "logs: " + mac.logs() + "\nollama: { environment: { OLLAMA_KEEP_ALIVE: \"24h\" } }\n");
            Process killed = installing(mac);
            awaitFile(mac, JOURNAL, killed);
            killed.destroyForcibly().waitFor();

            Run again = mac.install("--yes");
            again.exits(0);
            assertThat(again.err())
                    .contains(
                            "did not finish. Rolling it back first.",
                            "update   ~/Library/LaunchAgents/com.ollama.plist");
            assertThat(mac.aiserver("status").exitCode()).isZero();
            assertThat(mac.aiserver("uninstall", "--yes").exitCode()).isZero();
            assertThat(mac.tree()).isEqualTo(bare);
        }
    }

    @Test
    void aKilledUninstallIsFinishedByTheNextOne() throws Exception {
        try (Mac mac = new Mac()) {
            Map<String, FileState> before = mac.tree();
            assertThat(mac.install("--yes").exitCode()).isZero();
            Process killed = mac.background(mac.checkout() + "/uninstall", "--yes");
            awaitFile(mac, JOURNAL, killed);
            killed.destroyForcibly().waitFor();

            Run finished = mac.command(mac.checkout() + "/uninstall", "--yes");
            finished.exits(0);
            assertThat(finished.err()).contains("A previous uninstall did not finish. Continuing it.");
            assertThat(mac.tree()).isEqualTo(before);
            assertThat(mac.pid("com.ollama") + mac.pid("com.haproxy")).isZero();
        }
    }

    @ParameterizedTest
    @CsvSource({"INT, journal", "TERM, files", "HUP, com.ollama"})
    void aSignalRollsBackTheInstall(String signal, String moment) throws Exception {
        try (Mac mac = new Mac()) {
            Map<String, FileState> before = mac.tree();
            mac.hold("enable " + mac.target("com.haproxy"));
            Process process = installing(mac);
            switch (moment) {
                case "journal" -> awaitFile(mac, JOURNAL, process);
                case "files" -> awaitFile(mac, PLIST, process);
                default -> awaitService(mac, moment);
            }
            mac.command("kill", "-" + signal, String.valueOf(process.pid()));
            mac.release();
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
            String said = new String(process.getErrorStream().readAllBytes());
            assertThat(process.exitValue()).as(said).isEqualTo(130);
            assertThat(said)
                    .endsWith("Interrupted. All changes were rolled back, except for: Homebrew package ollama.\n");
            assertThat(mac.tree()).isEqualTo(before);
            assertThat(mac.pid("com.ollama") + mac.pid("com.haproxy")).isZero();
        }
    }

    @Test
    void twoInstallsAtOnceBothSucceedEveryTime() throws Exception {
        try (Mac mac = new Mac()) {
            assertThat(mac.install("--yes").exitCode()).isZero();
            for (int round = 1; round <= ROUNDS; round++) {
                String sets = round % 2 == 0 ? "strict" : "strict, health";
                mac.write(mac.config(), "logs: " + mac.logs() + "\nproxy: { endpoints: [" + sets + "] }\n");
                List<Process> both = List.of(installingAgain(mac), installingAgain(mac));
                for (Process process : both) {
                    endsWith(0, process);
                }
                assertThat(mac.http("GET / HTTP/1.1\r\nHost: remote-ollama\r\nConnection: close\r\n\r\n")
                                .status())
                        .as("round " + round)
                        .isEqualTo(round % 2 == 0 ? 404 : 200);
                assertThat(mac.tree().keySet())
                        .noneMatch(file -> file.matches("\\.aiserver/(lock.*|journal\\.json|stage.*|.*next.*)"));
            }
        }
    }

    @Test
    void installWaitsForALockAndTakesOverThatOfADeadProcess() throws Exception {
        try (Mac mac = new Mac()) {
            assertThat(mac.install("--yes").exitCode()).isZero();
            Process holder = mac.start("sleep", "600");
            String started = mac.command("env", "TZ=UTC", "LC_ALL=C", "ps", "-o", "lstart=", "-p", "" + holder.pid())
                    .out()
                    .strip();
            Path lock = mac.home().resolve(".aiserver/lock");
            mac.write(lock, """
                    {"schema": 1, "process": %d, "started": "%s", "doing": "install", "since": "2026-11-24T20:00:00Z"}
                    """.formatted(holder.pid(), started));
            Run status = mac.aiserver("status");
            assertThat(status.out())
                    .contains("\"aiserver install\" (process " + holder.pid()
                            + ", since 2026-11-24T20:00:00Z) is changing this installation");

            Process waiting = mac.background(mac.home() + "/.local/bin/aiserver", "uninstall", "--yes");
            assertThat(waiting.inputReader()).isNotNull();
            String said = waiting.errorReader()
                    .lines()
                    .filter(line -> line.startsWith("Waiting for "))
                    .findFirst()
                    .orElseThrow();
            assertThat(said)
                    .isEqualTo("Waiting for \"aiserver install\" (process " + holder.pid()
                            + ", since 2026-11-24T20:00:00Z), which is changing this installation ...");
            assertThat(waiting.isAlive()).isTrue();
            holder.destroyForcibly().waitFor();
            assertThat(waiting.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(waiting.exitValue()).isZero();
            assertThat(mac.home().resolve(".aiserver")).doesNotExist();
        }
    }

    @Test
    void aProxyReloadCutsNoneOfFiftyStreams() {
        try (Mac mac = new Mac()) {
            assertThat(mac.install("--yes").exitCode()).isZero();
            mac.write(mac.root().resolve("models/faults.json"), "{\"tokenDelayMillis\": 60}");
            assertThat(mac.aiserver("warm-models", "llama3.2:1b").exitCode()).isZero();
            int master = mac.pid("com.haproxy");
            String body = "{\"model\":\"llama3.2:1b\",\"stream\":true,\"max_tokens\":200,"
                    + "\"messages\":[{\"role\":\"user\",\"content\":\"Count to two hundred\"}]}";
            int begun = mac.beginStreams(
                    STREAMS,
                    "POST /v1/chat/completions HTTP/1.1\r\nHost: remote-ollama\r\nContent-Length: " + body.length()
                            + "\r\n\r\n" + body);
            assertThat(begun).isEqualTo(STREAMS);

            mac.write(mac.config(), "logs: " + mac.logs() + "\nproxy: { endpoints: [strict, health] }\n");
            Run changed = mac.install("--yes");
            changed.exits(0);
            assertThat(changed.err()).contains("reload   com.haproxy");
            assertThat(mac.pid("com.haproxy")).isEqualTo(master);
            assertThat(mac.http("GET / HTTP/1.1\r\nHost: remote-ollama\r\nConnection: close\r\n\r\n")
                            .status())
                    .isEqualTo(200);
            assertThat(mac.endStreams())
                    .as("streams that came to their own end")
                    .isEqualTo(STREAMS);
        }
    }

    @Test
    void aSavedPlanIsAppliedExactlyOrRefusedAfterDrift() throws IOException {
        try (Mac mac = new Mac()) {
            assertThat(mac.install("--yes").exitCode()).isZero();
            mac.write(mac.config(), "logs: " + mac.logs() + "\nproxy: { endpoints: [strict, health] }\n");
            Path plan = mac.root().resolve("plan.json");
            Run planned =
                    mac.aiserver("plan", "--config", mac.config().toString(), "--out", plan.toString(), "--exit-code");
            planned.exits(3);
            assertThat(planned.out())
                    .contains("update   ~/.haproxy/haproxy.cfg", "+++ ~/.haproxy/haproxy.cfg")
                    .containsPattern("\n  \\d+ unchanged\n")
                    .doesNotContain("none     ");
            assertThat(mac.aiserver("plan", "--verbose").out()).contains("none     com.ollama\n");

            mac.write(mac.home().resolve(".haproxy/haproxy.cfg"), "# mine\n");
            Map<String, FileState> before = mac.tree();
            Run refused = mac.aiserver("install", "--plan", plan.toString(), "--yes");
            refused.exits(1);
            assertThat(refused.err())
                    .contains(
                            "The host has changed since the plan " + plan + " was saved.",
                            "haproxy.cfg",
                            "Make a new plan.");
            assertThat(mac.tree()).isEqualTo(before);

            assertThat(mac.install("--yes", "--overwrite").exitCode()).isZero();
            Run late = mac.aiserver("install", "--plan", plan.toString(), "--yes");
            assertThat(late.err()).contains("The host has changed");

            Run next = mac.install("--dry-run", "--out", plan.toString());
            assertThat(next.out()).startsWith("No changes.");
            mac.write(mac.config(), "logs: " + mac.logs() + "\n");
            mac.install("--dry-run", "--out", plan.toString());
            Run done = mac.aiserver("install", "--plan", plan.toString(), "--yes");
            done.exits(0);
            assertThat(done.err()).contains("update   ~/.haproxy/haproxy.cfg", "reload   com.haproxy");

            mac.write(plan, "{}");
            Run none = mac.aiserver("install", "--plan", plan.toString(), "--yes");
            assertThat(none.exitCode()).isEqualTo(2);
            assertThat(none.err()).contains(plan + " is not a saved plan. Make one with");
        }
    }

    /** Version 0.1.0 wrote its logs to the shared folder, where uninstall leaves them. */
    @Test
    void anInstallationOfVersion010IsUpgradedAndUninstalled() throws IOException {
        List<String> oldLogs = List.of("/tmp/ollama.stdout.log", "/tmp/ollama.stderr.log", "/tmp/haproxy.log");
        try (Mac mac = new Mac()) {
            Map<String, FileState> before = mac.tree();
            assertThat(mac.install("--yes").exitCode()).isZero();
            makeVersion010(mac);

            Run upgraded = mac.command(mac.checkout() + "/install", "--yes", "--overwrite");
            upgraded.exits(0);
            assertThat(upgraded.err())
                    .contains(": " + String.join(", ", oldLogs) + "\n")
                    .contains(
                            "create   ~/Library/Logs/aiserver/", "create   ~/Library/LaunchAgents/com.aiserver.rotate")
                    .contains("update   ~/Library/LaunchAgents/com.ollama.plist", "restart  com.ollama  (")
                    .contains("update   ~/Library/LaunchAgents/com.haproxy.plist", "restart  com.haproxy  (");
            assertThat(mac.aiserver("status").exitCode()).isZero();
            assertThat(mac.command("launchctl", "print", mac.target("com.haproxy"))
                            .out())
                    .contains("stdout path = " + mac.logs() + "/haproxy.log");
            assertThat(Files.readString(mac.home().resolve(".aiserver/receipt.json")))
                    .contains("\"schema\" : 2", "\"logs\" : \"~/Library/Logs/aiserver\"");
            Run taken = mac.aiserver("uninstall", "--yes", "--purge-logs");
            taken.exits(0);
            assertThat(taken.out()).contains("deleted  " + mac.logs() + "/haproxy.log");
            assertThat(mac.tree()).isEqualTo(before);
            assertThat(mac.logs().getParent()).doesNotExist();
            oldLogs.forEach(log -> assertThat(Path.of(log)).exists());
        } finally {
            for (String log : oldLogs) {
                Files.deleteIfExists(Path.of(log));
            }
        }
    }

    /** Turns the installation into one of version 0.1.0: with its receipt, logs in the shared folder, and no rotation. */
    private static void makeVersion010(Mac mac) throws IOException {
        String receipt = Files.readString(Path.of("src/test/resources/receipts/0.1.0.json"))
                .replace("HOME", mac.home().toString())
                .replace("ROOT/logs", "/tmp");
        for (String label : List.of("com.aiserver.rotate-logs", "com.haproxy", "com.ollama")) {
            assertThat(mac.command("launchctl", "bootout", mac.target(label)).exitCode())
                    .isZero();
            Path plist = mac.home().resolve("Library/LaunchAgents/" + label + ".plist");
            if (receipt.contains(plist.toString())) {
                String text = Files.readString(plist).replace(escaped(mac.logs()), "/tmp");
                receipt = receipt.replace(
                        digestOf(plist, receipt), Content.of(text).digest());
                mac.write(plist, text);
                Poller patience = new Poller(Duration.ofMillis(50));
                assertThat(patience.await(
                                Duration.ofSeconds(20),
                                () -> mac.command("launchctl", "bootstrap", "gui/65534", plist.toString())
                                                .exitCode()
                                        == 0))
                        .isTrue();
            } else {
                Files.delete(plist);
            }
        }
        mac.command("rm", "-r", mac.home() + "/Library/Logs");
        mac.write(mac.home().resolve(".aiserver/receipt.json"), receipt);
    }

    private static String escaped(Path path) {
        return path.toString()
                .replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("'", "&apos;");
    }

    private static String digestOf(Path file, String receipt) {
        String entry = receipt.substring(receipt.indexOf(file.toString()));
        return entry.replaceAll("(?s)^.*?\"digest\" : \"([0-9a-f]{64})\".*$", "$1");
    }

    @Test
    void aDamagedReceiptIsKeptAndUninstallWorksByLabels() {
        try (Mac mac = new Mac()) {
            assertThat(mac.install("--yes").exitCode()).isZero();
            mac.write(mac.home().resolve(".aiserver/receipt.json"), "{\"schema\": 2, \"ent");
            Run taken = mac.aiserver("uninstall", "--yes");
            taken.exits(0);
            assertThat(taken.err()).contains("The receipt cannot be read. Using the known labels and paths instead.");
            assertThat(taken.out()).contains("receipt.damaged.json: the unreadable receipt is kept");
            assertThat(mac.pid("com.ollama") + mac.pid("com.haproxy")).isZero();
            assertThat(mac.tree().keySet())
                    .contains(".aiserver/receipt.damaged.json")
                    .noneMatch(file -> file.endsWith(".plist") || file.endsWith(".cfg") || file.endsWith(".jar"));
        }
    }
}
