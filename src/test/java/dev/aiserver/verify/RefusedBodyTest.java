package dev.aiserver.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aiserver.host.Query;
import dev.aiserver.proxy.RunningProxy;
import dev.aiserver.spec.EndpointSet;
import dev.aiserver.spec.ServerSpec;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Tag("haproxy")
class RefusedBodyTest {
    private static final byte[] REJECTION = ("HTTP/1.1 404 Not Found\r\nX-Aiserver: blocked\r\nConnection: close\r\n"
                    + "Content-Length: 2\r\n\r\n{}")
            .getBytes(StandardCharsets.US_ASCII);

    private static Outcome verify(int port) throws IOException {
        ServerView client = new ServerView(
                "remote-ollama",
                "127.0.0.1",
                new ServerSpec.Proxy(port, Set.of(EndpointSet.STRICT)),
                List.of("remote-ollama"));
        Check check = new Selection(List.of("blocked.refused-body"), true)
                .of(Checks.of(client))
                .get(0);
        VerifyContext context = VerifyContext.fromClient(client).withTimeout(Duration.ofSeconds(5));
        return Query.value(check.facts().query(context)).prove(context);
    }

    /** Lists what a proxy may do after it has rejected a request. */
    enum Reaction {
        KEEPS_READING {
            @Override
            void end(Socket socket) throws IOException {
                socket.getOutputStream().write(REJECTION);
                socket.getInputStream().transferTo(OutputStream.nullOutputStream());
            }
        },
        CLOSES {
            /** Leaves out the last byte, because a reset can lose any part of a response. */
            @Override
            void end(Socket socket) throws IOException {
                socket.getOutputStream().write(REJECTION, 0, REJECTION.length - 1);
            }
        },
        RESETS {
            @Override
            void end(Socket socket) throws IOException {
                socket.setSoLinger(true, 0);
            }
        },
        FORWARDS {
            @Override
            void end(Socket socket) throws IOException {
                socket.getInputStream().readNBytes(400_000);
                socket.getOutputStream()
                        .write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}".getBytes(StandardCharsets.US_ASCII));
            }
        };

        abstract void end(Socket socket) throws IOException;
    }

    @ParameterizedTest
    @Timeout(60)
    @CsvSource({
        "KEEPS_READING, Passed, a prompt of 400 kB to /api/codex/responses returns 404",
        "CLOSES,        Warned, a prompt of 400 kB to /api/codex/responses: the proxy closed the connection too early",
        "RESETS,        Warned, a prompt of 400 kB to /api/codex/responses: the proxy closed the connection too early",
        "FORWARDS,      Failed, a prompt of 400 kB to /api/codex/responses returns 200"
    })
    void aLostRejectionIsAWarning(Reaction reaction, String outcome, String evidence) throws Exception {
        try (ServerSocket listener = new ServerSocket(0, 9, InetAddress.getLoopbackAddress())) {
            CompletableFuture<Void> proxy = CompletableFuture.runAsync(() -> serve(listener, reaction));
            Outcome seen = verify(listener.getLocalPort());
            assertThat(seen.getClass().getSimpleName()).as(seen.toString()).isEqualTo(outcome);
            assertThat(seen.toString()).contains(evidence);
            proxy.get(30, TimeUnit.SECONDS);
        }
    }

    private static void serve(ServerSocket listener, Reaction reaction) {
        try (Socket socket = listener.accept()) {
            readHead(socket.getInputStream());
            reaction.end(socket);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void readHead(InputStream in) throws IOException {
        int newLines = 0;
        for (int next = in.read(); next >= 0 && newLines < 2; next = newLines < 2 ? in.read() : next) {
            newLines = next == '\n' ? newLines + 1 : next == '\r' ? newLines : 0;
        }
    }

    /** HAProxy 2.6 loses the rejection; 3.0 and newer do not. */
    @Test
    void theCheckMatchesTheBehaviorOfTheInstalledHaproxy(@TempDir Path directory) throws Exception {
        Process haproxy = new ProcessBuilder("haproxy", "-v").start();
        String version = new String(haproxy.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        boolean old = version.contains("version 2.");
        try (RunningProxy proxy = RunningProxy.start(directory, 9, EndpointSet.STRICT)) {
            assertThat(verify(proxy.port()))
                    .as(version)
                    .isInstanceOf(old ? Outcome.Warned.class : Outcome.Passed.class);
        }
    }
}
