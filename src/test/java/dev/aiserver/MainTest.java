package dev.aiserver;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.aiserver.standin.Script;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The program as a whole, on a machine that says it is Linux and on which nothing is installed. */
class MainTest {

    @TempDir
    private Path home;

    /** What a command leaves behind. */
    private record Outcome(int exitCode, String out, String err) {}

    @BeforeEach
    void machine() {
        Script.write(home.resolve("uname"), "echo Linux x86_64");
    }

    private Outcome run(String... args) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Map<String, String> environment = Map.of("PATH", home.toString(), "HOME", home.toString());
        int exitCode = Main.run(args, environment, InputStream.nullInputStream(), out, err);
        return new Outcome(exitCode, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    @Test
    void helpNamesEveryCommandAndExitCode() {
        String help = """
                Usage: aiserver [-hV] [--debug] COMMAND
                Turns this Mac into a private AI server, and proves that it is safe.
                      --debug     Print each program that runs on standard error, with host,
                                    exit code and duration, and the stack trace of a bug.
                                    AISERVER_DEBUG=1 does this too.
                  -h, --help      Show this help.
                  -V, --version   Show the version.
                Commands:
                  install         Plan, show, apply and verify the server on this Mac; a second
                                    time: bring it to the configuration.
                  plan            Show what install would change, with a diff of every file;
                                    change nothing.
                  uninstall       Take back everything that install changed; models, Homebrew's
                                    packages and Tailscale stay.
                  verify          Prove that the server runs, listens where it should and
                                    nowhere else, and refuses what it should.
                  warm-models     Download models that are missing, load them into memory, keep
                                    them there, and prove it.
                  status          Services, sockets, edited files and models at a glance.
                  support-bundle  Collect what a bug report needs in one zip archive: versions,
                                    status, checks and the ends of the logs.

                Exit codes:
                  0  done, or nothing to do
                  1  failed
                  2  wrong usage, or a bad configuration
                  3  differences or findings
                  4  failed and rolled back
                  5  failed and not fully rolled back
                  6  not reachable
                  130  interrupted
                """;
        assertThat(run("--help")).isEqualTo(new Outcome(0, help, ""));
    }

    @Test
    void theVersionIsTheBuilds() {
        Outcome outcome = run("--version");
        assertThat(outcome.out()).matches("aiserver \\d+\\.\\d+\\.\\d+(-SNAPSHOT)?\\n");
        assertThat(outcome).isEqualTo(new Outcome(0, outcome.out(), ""));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            ``               | A command is missing.                                             | aiserver
            start            | Unmatched argument at index 0: 'start'.                     | aiserver
            install --jsn    | Unknown option: '--jsn'.                                    | aiserver install
            install --config | Missing required parameter for option '--config' (FILE).    | aiserver install
            verify now       | Unmatched argument at index 1: 'now'.                       | aiserver verify
            """)
    void aMisuseIsOneSentenceAndWhereTheHelpIs(String line, String sentence, String command) {
        Outcome outcome = run(line.isEmpty() ? new String[0] : line.split(" "));
        assertThat(outcome.exitCode()).isEqualTo(2);
        assertThat(outcome.out()).isEmpty();
        assertThat(outcome.err())
                .startsWith("aiserver: " + sentence + "\n")
                .endsWith("Try \"" + command + " --help\".\n");
    }

    @Test
    void aSlipOfTheFingersGetsASuggestion() {
        assertThat(run("instal").err()).contains("\nDid you mean: aiserver install or ");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            missing.yaml | The configuration %s does not exist.
            folder       | The configuration %s cannot be read: Is a directory.
            latin.yaml   | The configuration %s is no UTF-8 text; save it as UTF-8.
            bad.yaml     | %s:2:16: proxy.port: "80" is no port for a user's service; use 1024 to 65535.
            brace.yaml   | %s:2:1: this is no YAML: expected ',' or '}', but got <stream end>.
            """)
    void aBadConfigurationIsOneSentenceWithItsPlace(String name, String sentence) throws IOException {
        Files.createDirectory(home.resolve("folder"));
        Files.write(home.resolve("latin.yaml"), new byte[] {'n', (byte) 0xfc});
        Files.writeString(home.resolve("bad.yaml"), "name: a\nproxy: { port: 80 }\n");
        Files.writeString(home.resolve("brace.yaml"), "proxy: { port: 8080\n");
        String file = home.resolve(name).toString();
        assertThat(run("install", "--yes", "--config", file))
                .isEqualTo(new Outcome(2, "", "aiserver: " + sentence.formatted(file) + "\n"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            https://ai:1   | "https://ai:1": the server speaks HTTP without TLS, because the tailnet or VPN encrypts
            ai:99999       | "ai:99999": a port is a number from 1 to 65535
            http://ai:1/v2 | "http://ai:1/v2": after the port there can be nothing but /, /v1 or /api
            """)
    void aWrongUrlIsOneSentence(String url, String reason) {
        assertThat(run("verify", "--url", url))
                .isEqualTo(new Outcome(
                        2, "", "aiserver: --url " + reason + "; write one such as http://remote-ollama:11434.\n"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"no-such-name.invalid:11434", "HTTP://no-such-name.invalid:11434/v1/"})
    void aServerThatNobodyKnowsIsNotReached(String url) {
        Outcome outcome = run("verify", "--url", url, "--only", "reach.server");
        assertThat(outcome.exitCode()).isEqualTo(6);
        assertThat(outcome.out()).contains("name: no-such-name.invalid does not resolve on this machine");
    }

    @Test
    void onLinuxInstallSaysWhereItWouldWork() {
        assertThat(run("install", "--yes"))
                .isEqualTo(new Outcome(
                        1,
                        "",
                        "aiserver: aiserver installs on macOS 14 or newer, and this is Linux. "
                                + "To see its whole life here without changing anything: ./install --rehearse\n"));
        assertThat(home.resolve(".aiserver")).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(strings = {"verify", "status", "warm-models"})
    void whereNothingIsInstalledACommandSaysSoToPeopleAndPrograms(String command) throws IOException {
        String sentence = "aiserver is not installed here (there is no " + home.resolve(".aiserver/receipt.json")
                + "); run \"aiserver install\" first.";
        assertThat(run(command)).isEqualTo(new Outcome(1, "", "aiserver: " + sentence + "\n"));

        Outcome json = run(command, "--json");
        assertThat(json.exitCode()).isEqualTo(1);
        assertThat(JsonMapper.builder().build().readTree(json.out()))
                .isEqualTo(JsonMapper.builder()
                        .build()
                        .valueToTree(Map.of("schema", 1, "command", command, "outcome", "failed", "error", sentence)));
        assertThat(json.out()).startsWith("{\n  \"schema\" : 1,\n").endsWith("}\n");
    }
}
