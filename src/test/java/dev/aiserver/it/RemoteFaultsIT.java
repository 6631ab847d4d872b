package dev.aiserver.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aiserver.host.FileState;
import dev.aiserver.host.Poller;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Breaks the connection between a laptop and its Mac. Afterwards the Mac is as before or as planned. */
@Tag("root")
class RemoteFaultsIT {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final long UNTIL_A_LOSS_IS_KNOWN = 15;

    private static Run install(Laptop laptop, Mac mac, String... more) {
        return laptop.aiserver(Stream.concat(
                        Stream.of(
                                "install",
                                "--host",
                                Laptop.MAC,
                                "--config",
                                mac.config().toString(),
                                "--yes"),
                        Stream.of(more))
                .toArray(String[]::new));
    }

    private static void meet(Laptop laptop) {
        Run met = laptop.aiserver("status", "--host", Laptop.MAC, "--accept-new-host-key");
        met.exits(1);
    }

    private static void refused(Run run, int exitCode, String sentence) {
        run.exits(exitCode);
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).matches("aiserver: " + sentence + "\n");
    }

    @Test
    void aMacWithAnotherKeyOrNoLoginIsUnchanged() {
        try (Mac mac = new Mac();
                Laptop laptop = new Laptop(mac)) {
            Map<String, FileState> before = mac.tree();
            refused(
                    install(laptop, mac),
                    6,
                    "The host key of mac-studio is not known \\(\\S+ SHA256:\\S+\\)\\. Compare it with \"ssh-keygen -l -f"
                            + " /etc/ssh/ssh_host_ed25519_key.pub\" there, then connect once with ssh, or add"
                            + " --accept-new-host-key\\.");
            meet(laptop);
            laptop.changeHostKey();
            for (List<String> more : List.of(List.<String>of(), List.of("--accept-new-host-key"))) {
                refused(
                        install(laptop, mac, more.toArray(String[]::new)),
                        6,
                        "The host key of mac-studio has changed: it presented SHA256:\\S+, but \\S+known_hosts line \\d+ has"
                                + " SHA256:\\S+\\. Someone may be intercepting the connection: ask the administrator of that"
                                + " host, and remove that line only if the change is intended\\.");
            }
            laptop.shell("rm ~/.ssh/known_hosts");
            meet(laptop);
            laptop.forgetKeys();
            refused(
                    install(laptop, mac),
                    6,
                    "nobody@mac-studio:2222 rejected the login; .*id_ed25519.*\\. Check the user name, and that your key is in"
                            + " ~/.ssh/authorized_keys there\\.");
            assertThat(mac.tree()).isEqualTo(before);

            String prompt = "Password for nobody@mac-studio:2222: ";
            List<String> mistaken = List.of("not it", "nor this", "this neither");
            Run wrong = laptop.onATerminal(prompt, mistaken.iterator(), "status --host mac-studio");
            assertThat(wrong.out())
                    .contains(prompt, "nobody@mac-studio:2222 rejected the password; ")
                    .doesNotContain(mistaken);
            assertThat(wrong.exitCode()).isEqualTo(6);
            Run right = laptop.onATerminal(prompt, List.of(Laptop.PASSWORD).iterator(), "status --host mac-studio");
            assertThat(right.out()).contains(prompt).doesNotContain("rejected", Laptop.PASSWORD);
            right.exits(1);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            refuses | mac-studio port 2222 refused the connection; check the port, and that Remote Login is on there \
            \\(System Settings > General > Sharing\\)\\.
            mute    | mac-studio port 2222 did not answer within 10 s; check that the machine is on, awake and \
            connected to the network\\.
            gone    | No route to mac-studio port 2222; check that this machine is connected to that network or VPN\\.
            """)
    void aMacThatDoesNotAnswerIsReportedWithAFix(String fault, String sentence) {
        try (Mac mac = new Mac();
                Laptop laptop = new Laptop(mac)) {
            Consumer<Laptop> severing = switch (fault) {
                case "refuses" -> Laptop::killSshd;
                case "mute" -> Laptop::muteSshd;
                default -> Laptop::unplug;
            };
            severing.accept(laptop);
            refused(laptop.aiserver("status", "--host", Laptop.MAC), 6, sentence);
        }
    }

    private static void awaitMoment(Mac mac, String moment, Process process) {
        String file = switch (moment) {
            case "journal" -> ".aiserver/journal.json";
            case "files" -> "Library/LaunchAgents/com.haproxy.plist";
            default -> "";
        };
        boolean there = new Poller(Duration.ofMillis(2))
                .await(
                        LIMIT,
                        () -> !process.isAlive()
                                || (file.isEmpty()
                                        ? mac.pid(moment) != 0
                                        : Files.exists(mac.home().resolve(file))));
        assertThat(there && process.isAlive()).as(moment).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"journal", "files", "com.ollama", "com.haproxy"})
    void aLostInstallIsRolledBackAtTheNextConnection(String moment) throws Exception {
        try (Mac mac = new Mac();
                Laptop laptop = new Laptop(mac)) {
            Map<String, FileState> before = mac.tree();
            Process process = laptop.background(
                    "install",
                    "--host",
                    Laptop.MAC,
                    "--config",
                    mac.config().toString(),
                    "--yes",
                    "--accept-new-host-key");
            awaitMoment(mac, moment, process);
            laptop.killSshd();
            assertThat(process.waitFor(UNTIL_A_LOSS_IS_KNOWN, TimeUnit.SECONDS)).isTrue();
            String said = new String(process.getErrorStream().readAllBytes());
            assertThat(process.exitValue()).as(said).isEqualTo(6);
            assertThat(said.lines().reduce("", (a, b) -> b))
                    .as(said)
                    .matches("Lost the connection to mac-studio during \"(create|start) .*\"\\. The next"
                            + " \"aiserver install --host mac-studio\" or \"aiserver uninstall --host mac-studio\""
                            + " rolls the changes back\\.");
            assertThat(mac.home().resolve(".aiserver/journal.json")).exists();

            laptop.startSshd();
            Run installed = install(laptop, mac);
            installed.exits(0);
            assertThat(installed.err())
                    .containsPattern(
                            "A previous install \\(started \\S+\\) did not finish\\. Rolling it back first\\.");
            Run status = laptop.aiserver("status", "--host", Laptop.MAC);
            status.exits(0);
            Run taken = laptop.aiserver("uninstall", "--host", Laptop.MAC, "--yes");
            taken.exits(0);
            assertThat(mac.tree()).isEqualTo(before);
        }
    }

    @Test
    void aLostUninstallContinuesAtTheNextConnection() throws Exception {
        try (Mac mac = new Mac();
                Laptop laptop = new Laptop(mac)) {
            Map<String, FileState> before = mac.tree();
            assertThat(install(laptop, mac, "--accept-new-host-key").exitCode()).isZero();
            Process process = laptop.background("uninstall", "--host", Laptop.MAC, "--yes");
            awaitMoment(mac, "journal", process);
            laptop.killSshd();
            assertThat(process.waitFor(UNTIL_A_LOSS_IS_KNOWN, TimeUnit.SECONDS)).isTrue();
            String said = new String(process.getErrorStream().readAllBytes());
            assertThat(process.exitValue()).as(said).isEqualTo(6);
            assertThat(said).endsWith("Run \"aiserver uninstall --host mac-studio\" again to continue.\n");
            laptop.startSshd();
            Run finished = laptop.aiserver("uninstall", "--host", Laptop.MAC, "--yes");
            finished.exits(0);
            assertThat(finished.err()).contains("A previous uninstall did not finish. Continuing it.");
            assertThat(mac.tree()).isEqualTo(before);
        }
    }

    @Test
    void theSecondOfTwoInstallsWaits() throws Exception {
        try (Mac mac = new Mac();
                Laptop laptop = new Laptop(mac)) {
            meet(laptop);
            String[] command = {
                "install", "--host", Laptop.MAC, "--config", mac.config().toString(), "--yes"
            };
            List<Process> both = List.of(laptop.background(command), laptop.background(command));
            StringBuilder said = new StringBuilder();
            for (Process process : both) {
                assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
                String own = new String(process.getErrorStream().readAllBytes());
                assertThat(process.exitValue()).as(own).isZero();
                said.append(own);
            }
            assertThat(said).contains("No changes.");
            assertThat(mac.tree().keySet())
                    .noneMatch(file -> file.matches("\\.aiserver/(lock.*|journal\\.json|stage.*|.*next.*)"));
        }
    }

    /** Makes the home a small disk. */
    @ParameterizedTest
    @ValueSource(ints = {1, 4, 8})
    void aFullDiskIsReportedAndTheMacIsUnchanged(int pages) throws IOException {
        Mac mac = new Mac();
        Path home = mac.home();
        mount("mount", "-t", "tmpfs", "-o", "size=256k,mode=755,uid=65534,gid=65534", "tmpfs", home.toString());
        try (Laptop laptop = new Laptop(mac)) {
            Files.createDirectory(home.resolve("Library"));
            mount("chown", "65534:65534", home + "/Library");
            Files.write(home.resolve("big"), new byte[256 * 1024 - 4096 * pages]);
            Map<String, FileState> before = mac.tree();
            Run full = install(laptop, mac, "--accept-new-host-key");
            assertThat(full.exitCode()).as(full.toString()).isIn(1, 4);
            assertThat(full.err()).contains("No space left").doesNotContain("by hand");
            assertThat(mac.tree()).isEqualTo(before);
            assertThat(mac.pid("com.ollama") + mac.pid("com.haproxy")).isZero();
        } finally {
            mount("umount", home.toString());
            mac.close();
        }
    }

    private static void mount(String... argv) throws IOException {
        try {
            assertThat(new ProcessBuilder(argv).inheritIO().start().waitFor()).isZero();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void aShellThatPrintsAtItsStartCorruptsNothing() {
        try (Mac mac = new Mac();
                Laptop laptop = new Laptop(mac)) {
            mac.write(
                    mac.home().resolve(".bashrc"),
                    "echo welcome to $(uname); echo warning >&2; echo '#0123'; printf 'no line end'\n");
            Map<String, FileState> before = mac.tree();
            Run installed = install(laptop, mac, "--accept-new-host-key");
            installed.exits(0);
            assertThat(installed.out() + installed.err()).doesNotContain("welcome to");
            Run taken = laptop.aiserver("uninstall", "--host", Laptop.MAC, "--yes");
            taken.exits(0);
            assertThat(mac.tree()).isEqualTo(before);
        }
    }
}
