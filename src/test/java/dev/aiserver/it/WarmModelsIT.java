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
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Warms models by hand and at login. */
@Tag("root")
class WarmModelsIT {
    private static final Poller PATIENCE = new Poller(Duration.ofMillis(50));

    @Test
    void modelsAreWarmedAtLoginUntilItIsTurnedOff() throws Exception {
        try (Mac mac = new Mac()) {
            Map<String, FileState> before = mac.tree();
            mac.write(mac.config(), "logs: " + mac.logs() + "\nmodels: [ llama3.2:1b ]\n");
            assertThat(mac.install("--yes").exitCode()).isZero();
            Map<String, FileState> installed = mac.tree();

            Run withoutConsent = mac.aiserver("warm-models", "--at-login");
            withoutConsent.exits(2);
            assertThat(mac.tree()).isEqualTo(installed);

            Run atLogin = mac.aiserver("warm-models", "--at-login", "--yes");
            atLogin.exits(0);
            assertThat(atLogin.err())
                    .contains(
                            "create   ~/Library/LaunchAgents/com.ollama.warm-models.plist", "start    com.ollama.warm")
                    .doesNotContain("start    com.ollama\n", "com.haproxy\n");
            Path log = mac.logs().resolve("ollama.warm-models.log");
            assertThat(PATIENCE.await(
                            Duration.ofSeconds(60), () -> read(log).matches("(?s).*(?:warmed|already warm) .*")))
                    .as(read(log))
                    .isTrue();

            showsTheJob(mac, 0, "loaded, last exit: exit code 0\n");

            Run again = mac.aiserver("warm-models", "--at-login", "--yes");
            assertThat(again.err()).as(again.toString()).contains("No changes.");
            Run uninstallable = mac.aiserver("uninstall", "--dry-run");
            assertThat(uninstallable.out()).contains("stop     com.ollama.warm-models");

            long start = System.nanoTime();
            Run warm = mac.aiserver("warm-models");
            assertThat(warm.out()).as(warm.toString()).contains("already warm");
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));

            Run noMore = mac.aiserver("warm-models", "--no-at-login", "--yes");
            noMore.exits(0);
            assertThat(mac.tree().keySet()).isEqualTo(installed.keySet());

            mac.write(mac.config(), "logs: " + mac.logs() + "\nmodels: [ nope:1b ]\nwarm-at-login: true\n");
            assertThat(mac.install("--yes").exitCode()).isZero();
            showsTheJob(mac, 0, "loaded, last exit: exit code 1; see " + log + "\n");
            String job = mac.target("com.ollama.warm-models");
            assertThat(mac.command("launchctl", "bootout", job).exitCode()).isZero();
            showsTheJob(mac, 3, "not loaded  it is not loaded; run \"aiserver install\"\n");
            assertThat(mac.aiserver("uninstall", "--yes").exitCode()).isZero();
            assertThat(mac.tree()).as("the home is as before").isEqualTo(before);
        }
    }

    /** A failed run does not make the server unhealthy; a job that is not loaded never runs. */
    private static void showsTheJob(Mac mac, int exitCode, String state) {
        String line = "  com.ollama.warm-models    " + state;
        assertThat(PATIENCE.await(
                        Duration.ofSeconds(60),
                        () -> mac.aiserver("status").out().contains(line)))
                .as(mac.aiserver("status").toString())
                .isTrue();
        assertThat(mac.aiserver("status").exitCode()).isEqualTo(exitCode);
    }

    @Test
    void threeModelsEachHaveAProgressBarAndAnswerThroughTheProxy() {
        try (Mac mac = new Mac()) {
            assertThat(mac.install("--yes").exitCode()).isZero();
            mac.write(mac.root().resolve("models/faults.json"), "{\"pullDelayMillis\": 30}");
            Path warm = mac.root().resolve("warm");
            mac.script(
                    warm,
                    "exec \"$HOME/.local/bin/aiserver\" warm-models --parallel 3 --probe"
                            + " llama3.2:1b qwen3:0.6b nomic-embed-text");

            Run run = mac.command("env", "TERM=xterm", "script", "-qec", warm.toString(), "/dev/null");

            run.exits(0);
            for (String model : List.of("llama3.2:1b", "qwen3:0.6b", "nomic-embed-text")) {
                assertThat(run.out()).containsPattern(Pattern.quote(model) + "[^\r\n]*% \\[=+ *\\][^\r\n]*MB/s");
            }
            assertThat(run.out()).as("bars are drawn over").contains("\u001b[").contains("first token");
        }
    }

    private static String read(Path file) {
        try {
            return Files.exists(file) ? Files.readString(file) : "";
        } catch (IOException e) {
            return e.toString();
        }
    }

    @Test
    void anInterruptedDownloadIsReportedAndResumed() throws Exception {
        try (Mac mac = new Mac()) {
            assertThat(mac.install("--yes").exitCode()).isZero();
            Path faults = mac.root().resolve("models/faults.json");
            mac.write(faults, "{\"pullStallAtPercent\": 60}");
            Path told = mac.root().resolve("told");
            Process process = mac.start(
                    "env",
                    "HOME=" + mac.home(),
                    "sh",
                    "-c",
                    "exec \"$HOME/.local/bin/aiserver\" warm-models llama3.2:1b 2>\"$1\"",
                    "sh",
                    told.toString());
            assertThat(PATIENCE.await(Duration.ofSeconds(60), () -> read(told).contains(": 50%")))
                    .isTrue();
            assertThat(mac.command("kill", "-INT", String.valueOf(process.pid()))
                            .exitCode())
                    .isZero();
            assertThat(process.waitFor()).isEqualTo(130);
            assertThat(read(told)).endsWith("Interrupted. Run the command again to resume the downloads.\n");

            Run resumed = mac.aiserver("warm-models", "llama3.2:1b");
            resumed.exits(0);
            assertThat(resumed.err()).contains("60%").doesNotContain(" 0%", " 10%");
        }
    }
}
