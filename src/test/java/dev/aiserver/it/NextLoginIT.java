package dev.aiserver.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aiserver.standin.TailscaleStatus;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Proves that aiserver reports what will fail at the next login while every service still runs. */
@Tag("root")
class NextLoginIT {
    private static final List<String> LABELS = List.of("com.ollama", "com.haproxy", "com.aiserver.rotate-logs");

    private static final String FAIL = "(?s)FAIL +";

    @Test
    void aDisabledServiceIsReportedAndEnabledWithoutARestart() {
        try (Mac mac = new Mac()) {
            installed(mac, "--yes");
            int pid = mac.pid("com.ollama");
            LABELS.forEach(label -> succeeded(mac.command("launchctl", "disable", mac.target(label))));

            Run verified = mac.aiserver("verify", "--only", "services.*", "--verbose");
            verified.exits(3);
            assertThat(verified.out())
                    .containsPattern(FAIL + "services.keep-alive.com.ollama.{1,200}disabled in")
                    .containsPattern(FAIL + "services.keep-alive.com.haproxy.{1,200}disabled in")
                    .containsPattern("(?s)warn +services.rotation.{1,200}disabled in");
            Run status = mac.aiserver("status");
            status.exits(3);
            assertThat(status.out()).containsPattern("com.ollama +running, pid \\d+  it is disabled in Login Items");

            Run plan = mac.aiserver("plan");
            assertThat(plan.out()).contains("enable   com.ollama at login", "enable   com.haproxy at login");
            assertThat(plan.out()).doesNotContain("restart", "reload");
            Run again = mac.install("--yes");
            again.exits(0);
            assertThat(mac.pid("com.ollama")).isEqualTo(pid);
            assertThat(disabled(mac)).doesNotContain("=> disabled");
            assertThat(mac.aiserver("status").exitCode()).isZero();

            succeeded(mac.aiserver("uninstall", "--yes"));
            assertThat(disabled(mac)).as("as before the installation").contains("\"com.ollama\" => disabled");
            installed(mac, "--yes");
            assertThat(disabled(mac)).doesNotContain("=> disabled");
        }
    }

    @Test
    void anUnansweredQueryIsNotTakenForEnabled() {
        try (Mac mac = new Mac()) {
            installed(mac, "--yes");
            Path launchctl = mac.standin("launchctl");
            Path real = launchctl.resolveSibling("launchctl.real");
            succeeded(mac.command("mv", launchctl.toString(), real.toString()));
            mac.script(launchctl, "[ \"$1\" != print-disabled ] || exit 5\nexec '" + real + "' \"$@\"");

            Run verified = mac.aiserver("verify", "--only", "services.*", "--verbose");
            verified.exits(3);
            assertThat(verified.out())
                    .containsPattern(
                            "(?s)services.keep-alive.com.ollama.{1,200}Could not determine which jobs are disabled at login")
                    .containsPattern(
                            "(?s)services.conflicts.{1,200}Could not determine which jobs are disabled at login");
            Run status = mac.aiserver("status");
            status.exits(3);
            assertThat(status.out()).contains("inconclusive", "Could not determine which jobs are disabled at login");
        }
    }

    @Test
    void aConflictingServerIsReported() {
        try (Mac mac = new Mac()) {
            installed(mac, "--yes");
            assertThat(conflicts(mac)).contains("no such agent, daemon or app found");

            Path brews = mac.home().resolve("Library/LaunchAgents/homebrew.mxcl.ollama.plist");
            ExistingServers.handMadeAt(mac, brews, "homebrew.mxcl.ollama", ExistingServers.serve(mac));
            assertThat(conflicts(mac))
                    .containsPattern(
                            FAIL
                                    + "services.conflicts.{1,200}homebrew.mxcl.ollama.{1,200} starts at login on 127.0.0.1:11434")
                    .contains("brew services stop ollama");
            Run status = mac.aiserver("status");
            status.exits(3);
            assertThat(status.out()).containsPattern("conflict +Ollama \\(homebrew.mxcl.ollama,");
            installed(mac, "--yes");
            assertThat(conflicts(mac)).as("install has stopped it").contains("no such agent, daemon or app found");

            succeeded(mac.command("mkdir", "-p", mac.home() + "/Applications/Ollama.app"));
            assertThat(conflicts(mac)).containsPattern("(?s)warn +services.conflicts.{1,200}Ollama.app is installed");
            Run healthy = mac.aiserver("status");
            healthy.exits(0);
            assertThat(healthy.out()).contains("conflict", "Ollama.app is installed");
        }
    }

    @Test
    void theProcessThatHoldsThePortIsReported() {
        try (Mac mac = new Mac()) {
            installed(mac, "--yes");
            ExistingServers.stop(mac, "com.ollama");
            mac.start(
                    "env",
                    "HOME=" + mac.home(),
                    "OLLAMA_HOST=127.0.0.1:11434",
                    "OLLAMA_MODELS=" + mac.state(),
                    mac.bottle("ollama", "ollama").toString(),
                    "serve");
            ExistingServers.awaitAnswer(mac);
            succeeded(mac.command(
                    "launchctl", "bootstrap", "gui/65534", mac.home() + "/Library/LaunchAgents/com.ollama.plist"));

            Run verified = mac.aiserver("verify", "--only", "services.com.ollama");
            verified.exits(3);
            assertThat(verified.out())
                    .contains("port 11434 is in use on 127.0.0.1 by", "ModelServer serve (pid ", "kill ");
            assertThat(mac.aiserver("status").out())
                    .contains("port 11434 is in use on 127.0.0.1 by", "ModelServer serve (pid ");
        }
    }

    @Test
    void aMissingProgramIsReportedWhileItsProcessRuns() {
        try (Mac mac = new Mac()) {
            installed(mac, "--yes");
            Path program = mac.prefix().resolve("bin/ollama");
            succeeded(mac.command("rm", program.toString()));

            assertThat(verified(mac, "services.program.*"))
                    .containsPattern(FAIL + "services.program.com.ollama.{1,200}/bin/ollama is missing");
            Run status = mac.aiserver("status");
            status.exits(3);
            assertThat(status.out()).containsPattern("com.ollama +running, pid \\d+  .*/bin/ollama was removed");

            int pid = mac.pid("com.ollama");
            Run again = mac.install("--yes");
            again.exits(0);
            assertThat(program).exists();
            assertThat(mac.pid("com.ollama")).isEqualTo(pid);
        }
    }

    @Test
    void aNewTailnetNameIsReportedAndInstallAddsIt() {
        try (Mac mac = new Mac()) {
            installed(mac, "--yes");
            mac.write(
                    mac.state().resolve("tailscale.json"),
                    TailscaleStatus.running(Mac.ADDRESS).replace("mac-studio", "ai-mac"));

            assertThat(verified(mac, "network.machine-name"))
                    .containsPattern(
                            FAIL + "network.machine-name.{1,200}Tailscale now names this machine ai-mac and ai-mac\\.");
            Run status = mac.aiserver("status");
            status.exits(3);
            assertThat(status.out()).contains("Tailscale now names this machine ai-mac");

            installed(mac, "--yes");
            assertThat(mac.aiserver("status").exitCode()).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"rm", "mv"})
    void aMissingOrReplacedLogIsReportedAsTheCause(String how) {
        try (Mac mac = new Mac()) {
            installed(mac, "--yes");
            succeeded(mac.aiserver("warm-models", "llama3.2:1b"));
            Path log = mac.logs().resolve("ollama.stderr.log");
            String[] change = how.equals("rm")
                    ? new String[] {"rm", log.toString()}
                    : new String[] {"sh", "-c", "mv \"$1\" \"$1.old\" && : >\"$1\"", "sh", log.toString()};
            for (Path each : List.of(log, mac.logs().resolve("ollama.stdout.log"))) {
                change[change.length - 1] = each.toString();
                succeeded(mac.command(change));
            }

            assertThat(verified(mac, "services.logs.*"))
                    .containsPattern(FAIL + "services.logs.com.ollama.{1,300}"
                            + (how.equals("rm") ? "is missing" : "was replaced after"))
                    .contains("launchctl kickstart -k gui/65534/com.ollama");
            assertThat(verified(mac, "streaming.cancel*"))
                    .contains("the log proves nothing; see services.logs")
                    .doesNotContain("FAIL");
            succeeded(mac.command("launchctl", "kickstart", "-k", mac.target("com.ollama")));
            ExistingServers.awaitAnswer(mac);
            Run again = mac.aiserver("verify", "--only", "services.logs.*");
            again.exits(0);
        }
    }

    private static String verified(Mac mac, String checks) {
        return mac.aiserver("verify", "--only", checks, "--verbose").out();
    }

    private static String conflicts(Mac mac) {
        return mac.aiserver("verify", "--only", "services.conflicts", "--verbose")
                .out();
    }

    private static String disabled(Mac mac) {
        return mac.command("launchctl", "print-disabled", "gui/65534").out();
    }

    private static void installed(Mac mac, String... options) {
        succeeded(mac.install(options));
    }

    private static void succeeded(Run run) {
        run.exits(0);
    }
}
