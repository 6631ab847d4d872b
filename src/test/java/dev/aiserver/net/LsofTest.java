package dev.aiserver.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.aiserver.host.Command;
import dev.aiserver.host.CommandResult;
import dev.aiserver.host.ForwardingHost;
import dev.aiserver.host.Host;
import dev.aiserver.host.LocalHost;
import dev.aiserver.host.UserError;
import dev.aiserver.standin.Script;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class LsofTest {
    private static final Path RECORDINGS = Path.of("src/test/resources/lsof");

    static Stream<Path> recordings() throws IOException {
        try (Stream<Path> files = Files.list(RECORDINGS)) {
            return files.filter(file -> file.toString().endsWith(".txt")).sorted().toList().stream();
        }
    }

    @ParameterizedTest
    @MethodSource("recordings")
    void readsRecordings(Path recording) throws IOException {
        Path expected = Path.of(recording.toString().replaceAll("txt$", "expected"));
        assertThat(Lsof.parse(Files.readString(recording)).stream()
                        .map(each -> each.pid() + " " + each.parentPid() + " " + each.command() + " " + each.uid() + " "
                                + each.address() + ":" + each.port()))
                .containsExactlyElementsOf(Files.readAllLines(expected));
    }

    /** The input has one field per line. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            p7 R1 cx u501 f3 n*:80                  | 7 1 501 *:80
            p7 R1 cx u4294967294 f3 n*:80           | 7 1 -2 *:80
            pseven R cx unobody f3 n*:80            | 0 0 -1 *:80
            p99999999999999 u99999999999999 f3 n*:80 | 0 0 -1 *:80
            n*:80                                   | 0 0 -1 *:80
            p7 f3 f4 f5                             | ``
            p7 f3 n*:*                              | Could not determine what listens
            p7 f3 n*:99999999999                    | Could not determine what listens
            p7 f3 n:::                              | Could not determine what listens
            """)
    void invalidOutputGivesAValueOrAnError(String fields, String expected) {
        String result;
        try {
            result = Lsof.parse(fields.replace(' ', '\n')).stream()
                    .map(each -> each.pid() + " " + each.parentPid() + " " + each.uid() + " " + each.address() + ":"
                            + each.port())
                    .collect(Collectors.joining(" "));
        } catch (UserError error) {
            result = error.sentence();
        }
        assertThat(result).startsWith(expected);
        assertThat(result.isEmpty()).isEqualTo(expected.isEmpty());
    }

    @ParameterizedTest
    @CsvSource({
        "127.0.0.1,       true,  false",
        "127.8.8.8,       true,  false",
        "[::1],           true,  false",
        "*,               false, true",
        "100.101.102.103, false, false",
        "[fe80:1::1],     false, false"
    })
    void anAddressIsLoopbackOrWildcardOrNeither(String address, boolean loopback, boolean wildcard) {
        Listener listener = new Listener(7, 6, "ollama", 501, address, 11434);
        assertThat(listener.isLoopback()).isEqualTo(loopback);
        assertThat(listener.isWildcard()).isEqualTo(wildcard);
        assertThat(listener.belongsTo(7)).isTrue();
        assertThat(listener.belongsTo(6)).isTrue();
        assertThat(listener.belongsTo(5)).isFalse();
        assertThat(listener).hasToString("ollama (pid 7) on " + address + ":11434");
    }

    @Test
    void theRealLsofSeesTheSocketOfThisTest() throws IOException {
        Host host = new LocalHost(System.getenv());
        int port;
        try (ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.INET)) {
            channel.bind(new InetSocketAddress("127.0.0.1", 0));
            port = channel.socket().getLocalPort();
            assertThat(host.ask(Lsof.listeners(List.of(port, port))))
                    .extracting(Listener::pid, Listener::address, Listener::port)
                    .containsExactly(tuple((int) ProcessHandle.current().pid(), "127.0.0.1", port));
        }
        assertThat(host.ask(Lsof.listeners(List.of(port)))).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "none", textBlock = """
            exit 1                          | none
            exit 0                          | none
            echo 'lsof: no way' >&2; exit 1 | Could not determine what listens on port 11434: "QUESTION" failed (lsof: no way).
            exit 2                          | Could not determine what listens on port 11434: "QUESTION" failed (no message, exit code 2).
            kill -TERM $$                   | Could not determine what listens on port 11434: "QUESTION" failed (it was killed by signal 15).
            kill -KILL $$                   | Could not determine what listens on port 11434: "QUESTION" failed (it was killed by signal 9).
            exit 124                        | Could not determine what listens on port 11434: "QUESTION" failed (it did not answer in time).
            echo p1; exit 1                 | Could not determine what listens on port 11434: "QUESTION" failed (p1).
            exit 127                        | Could not determine what listens on port 11434: lsof is not installed; install it (on Debian: apt-get install lsof) and try again.
            """)
    void onlyASilentExitCode1MeansNoListener(String script, @Nullable String message, @TempDir Path directory) {
        Script.write(directory.resolve("lsof"), script);
        Host host = withLsof(directory.resolve("lsof"));
        if (message == null) {
            assertThat(host.ask(Lsof.listeners(List.of(11434)))).isEmpty();
        } else {
            assertThatThrownBy(() -> host.ask(Lsof.listeners(List.of(11434))))
                    .isInstanceOf(UserError.class)
                    .hasMessage(message.replace("QUESTION", "lsof -nP -w -iTCP:11434 -sTCP:LISTEN -F pRcuftnT"));
        }
    }

    /** Returns this machine with another lsof. The operating system's own would be found first. */
    private static Host withLsof(Path lsof) {
        Host local = new LocalHost(System.getenv());
        return new ForwardingHost() {
            @Override
            public Host delegate() {
                return local;
            }

            @Override
            public CommandResult run(Command command) {
                List<String> argv = new ArrayList<>(command.argv());
                argv.set(0, lsof.toString());
                return local.run(Command.of(argv));
            }
        };
    }
}
