package dev.aiserver.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Installs on a Mac that is slow, busy or does not answer. */
@Tag("root")
class FirstRunIT {

    /** On a real Mac lsof takes two to ten seconds; run {@code src/test/benchmarks/first-runs} for ten in a row. */
    @Test
    void aSlowLsofOnABusyMacIsNotAFailure() {
        for (int run = 0; run < Integer.getInteger("first.installs", 1); run++) {
            try (Mac mac = new Mac()) {
                slowLsof(mac, "sleep 3");
                mac.start("nice", "-n", "10", "sh", "-c", "while :; do :; done");
                Run installed = mac.install("--yes");
                installed.exits(0);
                assertThat(installed.out()).startsWith("Verified: ").contains(" 0 failed,");
                Run status = mac.aiserver("status");
                status.exits(0);
            }
        }
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
        kill -KILL $$                          | it was killed by signal 9
        echo 'lsof: no memory' >&2; exit 1     | lsof: no memory
        exit 3                                 | no message, exit code 3
        """)
    void anLsofThatFailsIsNotTakenForNoListener(String script, String reason) {
        try (Mac mac = new Mac()) {
            Run installed = mac.install("--yes");
            installed.exits(0);
            lsof(mac, script);

            Run status = mac.aiserver("status");
            status.exits(3);
            assertThat(status.out())
                    .startsWith("unhealthy")
                    .contains("Could not determine what listens on port 11434", "(" + reason + ")");

            Run verified = mac.aiserver("verify", "--only", "bindings.*");
            verified.exits(3);
            assertThat(verified.out())
                    .contains("(" + reason + ")", " 0 failed,")
                    .doesNotContain("has no listener");

            Run planned = mac.command(
                    mac.checkout() + "/install", "--config", mac.config().toString(), "--dry-run");
            planned.exits(1);
            assertThat(planned.err()).contains("(" + reason + ")").doesNotContain("another user");
        }
    }

    /** Without ps, the user of a process is unknown, which is not a failure. */
    @Test
    void aMissingToolMakesAChecksResultInconclusive() {
        try (Mac mac = new Mac()) {
            Run installed = mac.install("--yes");
            installed.exits(0);
            mac.instead("ps", "exit 127");
            Run verified = mac.aiserver("verify", "--only", "services.user.*");
            assertThat(verified.out())
                    .contains("Could not determine which user com.ollama runs as: \"ps ", "it is not installed")
                    .contains(" 0 failed,");
        }
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
        com.ollama.plist.ftlx | <string>127.0.0.1:[=port]           | <string>0.0.0.0:[=port] | bindings.ollama  | its property list must set OLLAMA_HOST=127.0.0.1:11434
        haproxy.cfg.ftl       | bind [=bindAddress]:[=proxy.port]   | bind *:[=proxy.port]    | bindings.haproxy | haproxy.cfg must bind 100.101.102.103:11435 and nothing else
        """)
    void anInstallThatWouldExposeTheMacIsRolledBack(String template, String from, String to, String check, String fix)
            throws Exception {
        try (Mac mac = new Mac()) {
            // On Linux a wildcard and an address cannot share a port, as they can on a Mac.
            mac.write(mac.config(), "logs: " + mac.logs() + "\nproxy: { port: 11435 }\n");
            Map<String, ?> before = mac.tree();
            SabotageIT.sabotage(mac.checkout().resolve("target/aiserver.jar"), template, from, to);
            Run installed = mac.install("--yes");
            installed.exits(4);
            assertThat(installed.err())
                    .contains("The installation would expose this machine: " + check + ": ")
                    .contains("on *:1143", fix);
            assertThat(mac.tree()).isEqualTo(before);
            assertThat(mac.listening()).isEmpty();
        }
    }

    @Test
    void anInstallThatWouldLogRequestsIsRolledBack() {
        try (Mac mac = new Mac()) {
            Map<String, ?> before = mac.tree();
            mac.command("launchctl", "setenv", "OLLAMA_DEBUG_LOG_REQUESTS", "1");
            Run installed = mac.install("--yes");
            installed.exits(4);
            assertThat(installed.err())
                    .contains(
                            "The installation would expose this machine: privacy.request-log: ",
                            "run \"launchctl unsetenv OLLAMA_DEBUG_LOG_REQUESTS\"");
            assertThat(mac.tree()).isEqualTo(before);
        }
    }

    /** An empty value is Ollama's own default, with the cloud. */
    @ParameterizedTest
    @ValueSource(strings = {"0", ""})
    void aCloudThatTheConfigurationAllowsIsAWarning(String noCloud) {
        try (Mac mac = new Mac()) {
            mac.write(
                    mac.config(),
                    "logs: " + mac.logs() + "\nollama: { environment: { OLLAMA_NO_CLOUD: \"" + noCloud + "\" } }\n");
            Run installed = mac.install("--yes");
            installed.exits(0);
            Run verified = mac.aiserver("verify", "--only", "privacy.cloud*");
            assertThat(verified.out()).contains("the configuration allows the cloud", " 0 failed,");
        }
    }

    private static void slowLsof(Mac mac, String pause) {
        lsof(mac, pause + "\nexec \"$REAL\" \"$@\"");
    }

    private static void lsof(Mac mac, String script) {
        mac.instead("lsof", script);
    }
}
