package dev.aiserver;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.aiserver.standin.Script;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs the whole program on a Linux machine on which nothing is installed. */
class MainTest {

    @TempDir
    private Path home;

    @BeforeEach
    void machine() {
        Script.write(home.resolve("uname"), "echo Linux x86_64");
    }

    private ProgramRun run(String... args) {
        Map<String, String> environment = Map.of("PATH", home.toString(), "HOME", home.toString());
        return ProgramRun.of(environment, args);
    }

    @Test
    void helpNamesEveryCommandAndExitCode() {
        String help = """
                Usage: aiserver [-hV] [--debug] COMMAND
                Turns this Mac into a private AI server and verifies that it is safe.
                      --debug     Print each program that runs on standard error, with host,
                                    exit code and duration, and the stack trace of a bug.
                                    AISERVER_DEBUG=1 does this too.
                  -h, --help      Show this help.
                  -V, --version   Show the version.
                Commands:
                  install         Install the server on this Mac, or update it to match the
                                    configuration.
                  plan            Show what install would change, with a diff of every file;
                                    change nothing.
                  uninstall       Revert everything that install changed; models, Homebrew
                                    packages and Tailscale are kept.
                  verify          Verify that the server runs, listens only where it should,
                                    and blocks what it should.
                  warm-models     Download missing models, load them into memory, keep them
                                    loaded, and verify it.
                  status          Show services, sockets, local edits and models.
                  support-bundle  Collect what a bug report needs in one zip archive: versions,
                                    status, checks and the ends of the logs.

                Exit codes:
                  0    done, or nothing to do
                  1    failed
                  2    invalid usage or configuration
                  3    findings: failed checks, an unhealthy server, or pending changes
                  4    failed and rolled back
                  5    failed, rollback incomplete
                  6    unreachable
                  130  interrupted
                """;
        assertThat(run("--help")).isEqualTo(new ProgramRun(0, help, ""));
    }

    @Test
    void theVersionIsThatOfTheBuild() {
        ProgramRun outcome = run("--version");
        assertThat(outcome.out()).matches("aiserver \\d+\\.\\d+\\.\\d+(-SNAPSHOT)?\\n");
        assertThat(outcome).isEqualTo(new ProgramRun(0, outcome.out(), ""));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            ``               | Missing command.                                                  | aiserver
            start            | Unmatched argument at index 0: 'start'.                     | aiserver
            install --jsn    | Unknown option: '--jsn'.                                    | aiserver install
            install --config | Missing required parameter for option '--config' (FILE).    | aiserver install
            verify now       | Unmatched argument at index 1: 'now'.                       | aiserver verify
            """)
    void aMisuseIsOneSentenceAndAHintToTheHelp(String line, String sentence, String command) {
        ProgramRun outcome = run(line.isEmpty() ? new String[0] : line.split(" "));
        assertThat(outcome.exitCode()).isEqualTo(2);
        assertThat(outcome.out()).isEmpty();
        assertThat(outcome.err())
                .startsWith("aiserver: " + sentence + "\n")
                .endsWith("Run \"" + command + " --help\" for usage.\n");
    }

    @Test
    void aTypoGetsASuggestion() {
        assertThat(run("instal").err()).contains("\nDid you mean: aiserver install or ");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            missing.yaml | The configuration %s does not exist.
            folder       | The configuration %s cannot be read: Is a directory.
            latin.yaml   | The configuration %s is not valid UTF-8; save it as UTF-8.
            bad.yaml     | %s:2:16: proxy.port: "80" is not allowed: use a port from 1024 to 65535.
            brace.yaml   | %s:2:1: this is not valid YAML: expected ',' or '}', but got <stream end>.
            """)
    void aBadConfigurationIsOneSentenceWithThePosition(String name, String sentence) throws IOException {
        Files.createDirectory(home.resolve("folder"));
        Files.write(home.resolve("latin.yaml"), new byte[] {'n', (byte) 0xfc});
        Files.writeString(home.resolve("bad.yaml"), "name: a\nproxy: { port: 80 }\n");
        Files.writeString(home.resolve("brace.yaml"), "proxy: { port: 8080\n");
        String file = home.resolve(name).toString();
        assertThat(run("install", "--yes", "--config", file))
                .isEqualTo(new ProgramRun(2, "", "aiserver: " + sentence.formatted(file) + "\n"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            https://ai:1   | "https://ai:1": the server uses HTTP without TLS, because the tailnet or VPN encrypts the traffic
            ai:99999       | "ai:99999": a port is a number from 1 to 65535
            http://ai:1/v2 | "http://ai:1/v2": the path can only be /, /v1 or /api
            """)
    void aWrongUrlIsOneSentence(String url, String reason) {
        assertThat(run("verify", "--url", url))
                .isEqualTo(new ProgramRun(
                        2, "", "aiserver: --url " + reason + "; write one such as http://remote-ollama:11434.\n"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"no-such-name.invalid:11434", "HTTP://no-such-name.invalid:11434/v1/"})
    void anUnknownServerIsUnreachable(String url) {
        ProgramRun outcome = run("verify", "--url", url, "--only", "reach.server");
        assertThat(outcome.exitCode()).isEqualTo(6);
        assertThat(outcome.out()).contains("name: no-such-name.invalid does not resolve on this machine");
    }

    @Test
    void onLinuxInstallNamesTheSupportedSystems() {
        assertThat(run("install", "--yes"))
                .isEqualTo(
                        new ProgramRun(
                                1,
                                "",
                                "aiserver: aiserver installs on macOS 14 or newer, but this is Linux. "
                                        + "To try a full install, verify and uninstall here without changing anything, run ./install --rehearse\n"));
        assertThat(home.resolve(".aiserver")).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(strings = {"verify", "status", "warm-models"})
    void withoutAnInstallationACommandSaysSoInTextAndJson(String command) throws IOException {
        String sentence = "aiserver is not installed here (there is no " + home.resolve(".aiserver/receipt.json")
                + "); run \"aiserver install\" first.";
        assertThat(run(command)).isEqualTo(new ProgramRun(1, "", "aiserver: " + sentence + "\n"));

        ProgramRun json = run(command, "--json");
        assertThat(json.exitCode()).isEqualTo(1);
        assertThat(JsonMapper.builder().build().readTree(json.out()))
                .isEqualTo(JsonMapper.builder()
                        .build()
                        .valueToTree(Map.of("schema", 1, "command", command, "outcome", "failed", "error", sentence)));
        assertThat(json.out()).startsWith("{\n  \"schema\" : 1,\n").endsWith("}\n");
    }
}
