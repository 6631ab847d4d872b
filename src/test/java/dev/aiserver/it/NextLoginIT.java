package dev.aiserver.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aiserver.host.Patience;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What will be different at the next login is found while all still runs. */
class NextLoginIT {
    private static final List<String> LABELS = List.of("com.ollama", "com.haproxy", "com.aiserver.rotate-logs");

    private static final String FAIL = "(?s)FAIL +";

    @Test
    void aServiceThatIsSwitchedOffIsFoundAndSwitchedOnWithoutARestart() {
        try (Mac mac = new Mac()) {
            installed(mac, "--yes");
            int pid = mac.pid("com.ollama");
            LABELS.forEach(label -> succeeded(mac.command("launchctl", "disable", mac.target(label))));

            Run verified = mac.aiserver("verify", "--only", "services.*", "--verbose");
            assertThat(verified.exitCode()).as(verified.toString()).isEqualTo(3);
            assertThat(verified.out())
                    .containsPattern(FAIL + "services.keep-alive.com.ollama.{1,200}switched off")
                    .containsPattern(FAIL + "services.keep-alive.com.haproxy.{1,200}switched off")
                    .containsPattern("(?s)warn +services.rotation.{1,200}switched off");
            Run status = mac.aiserver("status");
            assertThat(status.exitCode()).as(status.toString()).isEqualTo(3);
            assertThat(status.out())
                    .containsPattern("com.ollama +running, pid \\d+  it is switched off in Login Items");

            Run plan = mac.aiserver("plan");
            assertThat(plan.out()).contains("enable   com.ollama at login", "enable   com.haproxy at login");
            assertThat(plan.out()).doesNotContain("restart", "reload");
            Run again = mac.install("--yes");
            assertThat(again.exitCode()).as(again.toString()).isZero();
            assertThat(mac.pid("com.ollama")).isEqualTo(pid);
            assertThat(disabled(mac)).doesNotContain("=> disabled");
            assertThat(mac.aiserver("status").exitCode()).isZero();

            succeeded(mac.aiserver("uninstall", "--yes"));
            assertThat(disabled(mac)).as("as it was found").contains("\"com.ollama\" => disabled");
            installed(mac, "--yes");
            assertThat(disabled(mac)).doesNotContain("=> disabled");
        }
    }

    @Test
    void anAnswerThatDoesNotComeIsNotTakenForSwitchedOn() {
        try (Mac mac = new Mac()) {
            installed(mac, "--yes");
            Path launchctl = mac.standin("launchctl");
            Path real = launchctl.resolveSibling("launchctl.real");
            succeeded(mac.command("mv", launchctl.toString(), real.toString()));
            mac.script(launchctl, "[ \"$1\" != print-disabled ] || exit 5\nexec '" + real + "' \"$@\"");

            Run verified = mac.aiserver("verify", "--only", "services.*", "--verbose");
            assertThat(verified.exitCode()).as(verified.toString()).isEqualTo(3);
            assertThat(verified.out())
                    .containsPattern(
                            "(?s)services.keep-alive.com.ollama.{1,200}Cannot tell which jobs are switched off at login")
                    .containsPattern("(?s)services.rivals.{1,200}Cannot tell which jobs are switched off at login");
            Run status = mac.aiserver("status");
            assertThat(status.exitCode()).as(status.toString()).isEqualTo(3);
            assertThat(status.out()).contains("unknown", "Cannot tell which jobs are switched off at login");
        }
    }

    @Test
    void whatStartsBesideOursIsFound() {
        try (Mac mac = new Mac()) {
            installed(mac, "--yes");
            assertThat(rivals(mac)).contains("no agent, daemon or app does");

            Path brews = mac.home().resolve("Library/LaunchAgents/homebrew.mxcl.ollama.plist");
            EarlierServers.handMadeAt(mac, brews, "homebrew.mxcl.ollama", EarlierServers.serve(mac));
            assertThat(rivals(mac))
                    .containsPattern(FAIL
                            + "services.rivals.{1,200}homebrew.mxcl.ollama.{1,200} starts at login on 127.0.0.1:11434")
                    .contains("brew services stop ollama");
            Run status = mac.aiserver("status");
            assertThat(status.exitCode()).as(status.toString()).isEqualTo(3);
            assertThat(status.out()).containsPattern("besides +Ollama \\(homebrew.mxcl.ollama,");
            installed(mac, "--yes");
            assertThat(rivals(mac)).as("install has stopped it").contains("no agent, daemon or app does");

            succeeded(mac.command("mkdir", "-p", mac.home() + "/Applications/Ollama.app"));
            assertThat(rivals(mac)).containsPattern("(?s)warn +services.rivals.{1,200}Ollama.app is installed");
            Run healthy = mac.aiserver("status");
            assertThat(healthy.exitCode()).as(healthy.toString()).isZero();
            assertThat(healthy.out()).contains("besides", "Ollama.app is installed");
        }
    }

    @Test
    void whoHoldsThePortIsNamed() {
        try (Mac mac = new Mac()) {
            installed(mac, "--yes");
            EarlierServers.stop(mac, "com.ollama");
            assertThat(new Patience(Duration.ofMillis(50))
                            .await(
                                    Duration.ofSeconds(20),
                                    () -> mac.listening().stream()
                                            .noneMatch(
                                                    socket -> socket.address().startsWith("127."))))
                    .isTrue();
            mac.start(
                    "env",
                    "HOME=" + mac.home(),
                    "OLLAMA_HOST=127.0.0.1:11434",
                    "OLLAMA_MODELS=" + mac.state(),
                    mac.bottle("ollama", "ollama").toString(),
                    "serve");
            EarlierServers.awaitAnswer(mac);
            succeeded(mac.command(
                    "launchctl", "bootstrap", "gui/65534", mac.home() + "/Library/LaunchAgents/com.ollama.plist"));

            Run verified = mac.aiserver("verify", "--only", "services.com.ollama");
            assertThat(verified.exitCode()).as(verified.toString()).isEqualTo(3);
            assertThat(verified.out())
                    .contains("port 11434 is taken on 127.0.0.1 by", "ModelServer serve (pid ", "kill ");
            assertThat(mac.aiserver("status").out())
                    .contains("port 11434 is taken on 127.0.0.1 by", "ModelServer serve (pid ");
        }
    }

    private static String rivals(Mac mac) {
        return mac.aiserver("verify", "--only", "services.rivals", "--verbose").out();
    }

    private static String disabled(Mac mac) {
        return mac.command("launchctl", "print-disabled", "gui/65534").out();
    }

    private static void installed(Mac mac, String... options) {
        succeeded(mac.install(options));
    }

    private static void succeeded(Run run) {
        assertThat(run.exitCode()).as(run.toString()).isZero();
    }
}
