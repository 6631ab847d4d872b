package dev.aiserver.host.ssh;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aiserver.host.Command;
import dev.aiserver.host.Query;
import dev.aiserver.host.UserError;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests servers that are not SSH servers or do not run commands: each is rejected quickly, in one sentence. */
@Timeout(60)
class InvalidSshServersTest {
    private static final Path ANY = Path.of("/any");

    private Client client = new Client(Path.of("/"));
    private Path key = Path.of("/");

    @BeforeEach
    void setUp(@TempDir Path directory) {
        client = new Client(directory);
        key = client.key("key", "ecdsa", "");
    }

    @AfterEach
    void close() {
        client.close();
    }

    /** A server's behavior after a client has connected. */
    private interface Script {
        void play(OutputStream out) throws IOException, InterruptedException;
    }

    private static void serve(ServerSocket server, Script script) {
        Thread thread = new Thread(() -> {
            try (Socket there = server.accept()) {
                script.play(there.getOutputStream());
                there.getInputStream().transferTo(OutputStream.nullOutputStream());
            } catch (IOException | InterruptedException e) {
                // The client disconnected, or the test is over.
                return;
            }
        });
        thread.setDaemon(true);
        thread.start();
    }

    private static Script script(String kind) {
        byte[] random = new byte[4096];
        new Random(1).nextBytes(random);
        byte[] name = "SSH-2.0-stranger\r\n".getBytes(StandardCharsets.US_ASCII);
        return switch (kind) {
            case "endless lines" -> out -> sendForever(out, "welcome\r\n".getBytes(StandardCharsets.US_ASCII), 0);
            case "an endless line" -> out -> sendForever(out, new byte[] {'x'}, 0);
            case "a line that trickles" -> out -> sendForever(out, new byte[] {'x'}, 20);
            case "lines that trickle" -> out -> sendForever(out, "\r\n".getBytes(StandardCharsets.US_ASCII), 20);
            case "noise" -> out -> sendForever(out, random, 0);
            case "nothing" -> OutputStream::close;
            case "a web page" ->
                out -> {
                    out.write("HTTP/1.1 400 Bad Request\r\n\r\n<html>".getBytes(StandardCharsets.US_ASCII));
                    out.close();
                };
            case "an old version" -> out -> out.write("SSH-1.5-old\r\n".getBytes(StandardCharsets.US_ASCII));
            case "noise behind the name" ->
                out -> {
                    out.write(name);
                    sendForever(out, random, 0);
                };
            case "a packet of 2 GiB" ->
                out -> {
                    out.write(name);
                    out.write(new byte[] {0x7f, -1, -1, -1, 4, 20, 0, 0, 0});
                };
            case "a packet of less than nothing" ->
                out -> {
                    out.write(name);
                    sendForever(out, new byte[] {-1, -1, -1, -1, 4, 20, 0, 0, 0}, 0);
                };
            case "small talk" ->
                out -> {
                    out.write(name);
                    // An empty SSH_MSG_IGNORE, again and again.
                    sendForever(out, new byte[] {0, 0, 0, 12, 6, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, 0);
                };
            case "an empty key exchange" ->
                out -> {
                    out.write(name);
                    sendForever(out, new byte[] {0, 0, 0, 12, 10, 20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, 0);
                };
            default -> throw new IllegalArgumentException(kind);
        };
    }

    private static void sendForever(OutputStream out, byte[] piece, long pauseMillis)
            throws IOException, InterruptedException {
        while (true) {
            out.write(piece);
            Thread.sleep(pauseMillis);
        }
    }

    private static void assertOneSentence(UserError error) {
        assertThat(error.sentence()).hasLineCount(1).hasSizeLessThan(1000).doesNotContain("java.", "Exception");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "endless lines",
                "an endless line",
                "a line that trickles",
                "lines that trickle",
                "noise",
                "nothing",
                "a web page",
                "an old version",
                "noise behind the name",
                "a packet of 2 GiB",
                "a packet of less than nothing",
                "small talk",
                "an empty key exchange"
            })
    void invalidServersAreReportedInOneSentence(String kind) throws IOException {
        SshOptions impatient = new SshOptions(true, Duration.ofMillis(500), Duration.ofSeconds(30));
        try (ServerSocket server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            serve(server, script(kind));
            client.machine("stranger", server.getLocalPort(), "anybody", key);
            try (SshHost host = client.host("stranger", Prompter.NONE, impatient)) {
                UserError refusal = failure(host::facts);
                assertThat(refusal.kind()).isEqualTo(UserError.Kind.UNREACHABLE);
                assertThat(refusal.sentence()).contains("127.0.0.1");
                assertOneSentence(refusal);
            }
        }
    }

    private static UserError failure(Runnable query) {
        try {
            query.run();
        } catch (UserError error) {
            return error;
        }
        throw new AssertionError("no error");
    }

    /** Runs each script after a mark was received, as {@code $m}. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            no mark at all          | yes
            nothing but marks       | while :; do echo "$m"; echo "$m" >&2; done
            words for numbers       | for i in 1 2 3 4 5 6 7 8; do printf %s "$m" word; printf %s "$m" word >&2; done
            numbers without end     | printf %s "$m" 1 "$m" "$m"; printf %s "$m" "$m" "$m" "$m" >&2; yes 9 | tr -d '\\n'
            numbers that are large  | printf %s "$m" 1 "$m$m" 99999999999999999999 "$m"; printf %s "$m$m$m$m" >&2
            a code of no program    | printf %s "$m" 1 "$m$m" 9999999999 "$m"; printf %s "$m$m$m$m" >&2
            more answers than asked | for i in 1 2 3 4 5 6 7 8; do printf %s "$m" 0; printf %s "$m" 0 >&2; done
            an answer of zeros      | printf '%s1%s\\0\\0\\n\\0%s0%s' "$m" "$m" "$m" "$m"; printf %s "$m$m$m$m" >&2
            an answer of a path     | printf '%s1%s/a\\0b%s0%s' "$m" "$m" "$m" "$m"; printf %s "$m$m$m$m" >&2
            an answer of long lines | printf %s "$m" 1 "$m"; head -c 9000000 /dev/zero | tr '\\0' .; printf %s "$m" 0 "$m"; \
            printf %s "$m$m$m$m" >&2
            half a state            | printf '%s1%s-rw 0 1\\n%s0%s' "$m" "$m" "$m" "$m"; printf %s "$m$m$m$m" >&2
            a state of large numbers| printf '%s1%s-rw-r--r-- 9999999999 99999999999 x\\n%s0%s' "$m" "$m" "$m" "$m"; \
            printf %s "$m$m$m$m" >&2
            """)
    void invalidShellsGiveValuesOrOneSentence(String kind, String behaviour) throws IOException {
        try (EmbeddedSshd server = new EmbeddedSshd(client.knownHosts().resolveSibling("host_key"))) {
            server.runInstead("""
                    while read -r line; do
                      case $line in _line=*) m=${line#_line=?}; m=${m%%?}; %s; exit 0 ;; esac
                    done
                    """.formatted(behaviour));
            client.machine("stranger", server.port(), "anybody", key);
            Command command = Command.of("anything").withTimeout(Duration.ofSeconds(5));
            List<RemoteScript> all = List.of(
                    SshHost::facts,
                    host -> host.file(ANY),
                    host -> host.run(command),
                    host -> host.runAll(List.of(command, command)),
                    host -> host.find("sh"),
                    host -> host.stat(ANY),
                    host -> host.list(ANY),
                    host -> host.delete(ANY),
                    SshHost::leasePid,
                    host -> host.ask(Query.command(command)
                            .zip(Query.file(ANY), (result, state) -> state)
                            .zip(Query.program("sh"), (state, path) -> path)));
            boolean isLong = behaviour.contains("yes") || behaviour.contains("while") || behaviour.contains("head");
            for (RemoteScript query : isLong ? all.subList(0, 2) : all) {
                try (SshHost host = client.host("stranger")) {
                    query.run(host);
                } catch (UserError error) {
                    assertOneSentence(error);
                }
            }
        }
    }

    private interface RemoteScript {
        void run(SshHost host);
    }
}
