package dev.aiserver.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aiserver.host.LocalHost;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tests against a server that sends what it is given, valid or not, and closes the connection. */
class RawHttpClientTest {
    private static final Duration LONG = Duration.ofSeconds(10);
    private static final Duration SHORT = Duration.ofMillis(100);

    private final ServerSocket server;

    RawHttpClientTest() throws IOException {
        server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
    }

    @AfterEach
    void close() throws IOException {
        server.close();
    }

    private RawHttpClient client(Duration timeout) {
        return new RawHttpClient(new InetSocketAddress(server.getInetAddress(), server.getLocalPort()), timeout);
    }

    /** A server's behavior on one connection. */
    private interface Script {
        void play(Socket client) throws IOException, InterruptedException;
    }

    private CompletableFuture<Void> serve(Script script) {
        return CompletableFuture.runAsync(() -> {
            try (Socket client = server.accept()) {
                script.play(client);
            } catch (IOException | InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    /** The server serves two requests on the first connection and one on the next. */
    @Test
    void thePoolReplacesClosedConnections() throws IOException {
        CompletableFuture<Void> served = serve(client -> answer(client, "/one", "/two"))
                .thenCompose(first -> serve(client -> answer(client, "/three")))
                .thenCompose(second -> serve(client -> answer(client, "/four", "/five")));
        try (KeepAlivePool connection = new KeepAlivePool(client(LONG))) {
            for (String target : List.of("/one", "/two", "/three", "/four", "/five")) {
                assertThat(connection.send(RawHttpRequest.get(target, "h")).text())
                        .isEqualTo(target);
            }
        }
        served.join();
    }

    @Test
    void thePoolDropsFailedConnections() throws IOException {
        CompletableFuture<Void> served = serve(client -> answer(client, "/one"))
                .thenCompose(first -> serve(client -> {}))
                .thenCompose(second -> serve(client -> {
                    answer(client, "/three");
                    client.getInputStream().readAllBytes();
                }))
                .thenCompose(third -> serve(client -> answer(client, "/five")));
        try (KeepAlivePool connection = new KeepAlivePool(client(SHORT))) {
            connection.send(RawHttpRequest.get("/one", "h"));
            assertThatThrownBy(() -> connection.send(RawHttpRequest.get("/two", "h")))
                    .isInstanceOf(IOException.class);
            connection.send(RawHttpRequest.get("/three", "h"));
            assertThatThrownBy(() -> connection.send(RawHttpRequest.get("/four", "h")))
                    .isInstanceOf(SocketTimeoutException.class);
            assertThat(connection.send(RawHttpRequest.get("/five", "h")).text()).isEqualTo("/five");
        }
        served.join();
    }

    private static void answer(Socket client, String... targets) throws IOException {
        for (String target : targets) {
            assertThat(HttpHead.line(client.getInputStream())).isEqualTo("GET " + target + " HTTP/1.1");
            assertThat(HttpHead.headers(client.getInputStream())).containsOnlyKeys("host");
            client.getOutputStream()
                    .write(("HTTP/1.1 200 OK\r\nContent-Length: " + target.length() + "\r\n\r\n" + target)
                            .getBytes(StandardCharsets.US_ASCII));
        }
    }

    @Test
    void aKeepAliveConnectionServesSeveralRequests() throws IOException {
        CompletableFuture<Void> served = serve(client -> answer(client, "/one", "/two"));
        try (KeepAliveConnection connection = client(LONG).keepAlive()) {
            assertThat(connection.send(RawHttpRequest.get("/one", "h")).text()).isEqualTo("/one");
            assertThat(connection.send(RawHttpRequest.get("/two", "h")).text()).isEqualTo("/two");
            served.join();
            assertThatThrownBy(() -> connection.send(RawHttpRequest.get("/three", "h")))
                    .isInstanceOf(IOException.class);
        }
    }

    private CompletableFuture<Void> answer(String answer) {
        return serve(client -> {
            head(client.getInputStream());
            client.getOutputStream().write(bytes(answer));
        });
    }

    private static String head(InputStream request) throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        while (!head.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
            head.write(request.read());
        }
        return head.toString(StandardCharsets.ISO_8859_1);
    }

    /** Decodes the escapes for line ends in the tables. */
    private static byte[] bytes(String text) {
        return text.replace("\\r", "\r").replace("\\n", "\n").getBytes(StandardCharsets.ISO_8859_1);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            GET  | HTTP/1.1 200 OK\\r\\nContent-Length: 5\\r\\n\\r\\nhello                               | 200 | hello
            GET  | HTTP/1.1 200 OK\\r\\nContent-Length: 5\\r\\n\\r\\nhello and more                      | 200 | hello
            GET  | HTTP/1.1 200 OK\\r\\nContent-Length: 0\\r\\n\\r\\n                                    | 200 | ``
            GET  | HTTP/1.1 404\\r\\ncontent-length:5\\r\\n\\r\\nhello                                   | 404 | hello
            GET  | HTTP/1.1 200 OK\\nContent-Length: 5\\n\\nhello                                          | 200 | hello
            GET  | HTTP/1.0 200 OK\\r\\n\\r\\nuntil the end                                              | 200 | until the end
            GET  | HTTP/1.1 204 No Content\\r\\n\\r\\nnot a body                                         | 204 | ``
            GET  | HTTP/1.1 304 Not Modified\\r\\nContent-Length: 5\\r\\n\\r\\n                          | 304 | ``
            HEAD | HTTP/1.1 200 OK\\r\\nContent-Length: 5\\r\\n\\r\\n                                    | 200 | ``
            HEAD | HTTP/1.1 200 OK\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n                           | 200 | ``
            GET  | HTTP/1.1 100 Continue\\r\\n\\r\\nHTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\n\\r\\nhi      | 200 | hi
            GET  | HTTP/1.1 103 Hints\\r\\nLink: a\\r\\n\\r\\nHTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\n\\r\\nhi | 200 | hi
            GET  | HTTP/1.1 101 Switching Protocols\\r\\n\\r\\n                                          | 101 | ``
            GET  | HTTP/1.1 200 OK\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n0\\r\\n\\r\\n                   | 200 | ``
            GET  | HTTP/1.1 200 OK\\r\\nTransfer-Encoding: Chunked\\r\\n\\r\\n3\\r\\nabc\\r\\n00A\\r\\n0123456789\\r\\n0\\r\\n\\r\\n | 200 | abc0123456789
            GET  | HTTP/1.1 200 OK\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n2;a=b\\r\\nhi\\r\\n0;last\\r\\nTrailer: 1\\r\\n\\r\\n     | 200 | hi
            GET  | HTTP/1.1 200 OK\\r\\nContent-Length: 99\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n2\\r\\nhi\\r\\n0\\r\\n\\r\\n | 200 | hi
            """)
    void readsEveryFormOfResponse(String method, String answer, int status, String body) throws IOException {
        CompletableFuture<Void> served = answer(answer);
        RawHttpResponse received = client(LONG).send(RawHttpRequest.of(method, "/", "h"));
        assertThat(received.status()).isEqualTo(status);
        assertThat(received.text()).isEqualTo(body);
        served.join();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            ``                                                                                | the connection closed in the middle of a line
            HTTP/1.1 200 OK\\r\\nContent-Le                                                   | the connection closed in the middle of a line
            HTTP/1.1 100 Continue\\r\\n\\r\\n                                                 | the connection closed in the middle of a line
            SSH-2.0-OpenSSH_9.9\\r\\n                                                         | not an HTTP response: SSH-2.0-OpenSSH_9.9
            HTTP/1.1 2000 OK\\r\\n                                                            | not an HTTP response: HTTP/1.1 2000 OK
            HTTP/1.1\\r\\n                                                                    | not an HTTP response: HTTP/1.1
            HTTP/1.1 200 OK\\r\\nContent-Length: 5\\r\\n\\r\\nhell                            | the connection closed in the middle of the body
            HTTP/1.1 200 OK\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n5\\r\\nhell                | the connection closed in the middle of the body
            HTTP/1.1 200 OK\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n5\\r\\nhello\\r\\n         | the connection closed in the middle of a line
            HTTP/1.1 200 OK\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n3\\r\\nhello\\r\\n         | a chunk is longer than announced
            HTTP/1.1 200 OK\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n-5\\r\\nhello\\r\\n        | not a valid chunk size: -5
            HTTP/1.1 200 OK\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\nhello                    | the connection closed in the middle of a line
            HTTP/1.1 200 OK\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n<html>\\r\\n               | not a valid chunk size: <html>
            """)
    void invalidOrIncompleteResponsesAreErrors(String answer, String message) {
        CompletableFuture<Void> served = answer(answer);
        assertThatThrownBy(() -> client(LONG).send(RawHttpRequest.get("/", "h")))
                .isInstanceOf(IOException.class)
                .hasMessage(message);
        served.join();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            HTTP/1.1 200 OK;              | X: y;                       | there are more than 1000 header lines
            ''                            | HTTP/1.1 100 Continue;;     | there are more than 20 interim responses
            HTTP/1.1 200 OK;;             | xxxxxxxxxxxxxxxxxxxxxxxxxxx | the response is larger than 16777216 bytes
            HTTP/1.1 200 OK;Transfer-Encoding: chunked;; | 5;hello;     | the response is larger than 16777216 bytes
            """)
    void endlessResponsesAreCutOff(String first, String again, String message) {
        CompletableFuture<Void> served = serve(client -> {
            OutputStream out = new BufferedOutputStream(client.getOutputStream());
            out.write(first.replace(";", "\r\n").getBytes(StandardCharsets.US_ASCII));
            byte[] piece = again.replace(";", "\r\n").repeat(1000).getBytes(StandardCharsets.US_ASCII);
            try {
                for (long sent = 0; sent < 1L << 30; sent += piece.length) {
                    out.write(piece);
                }
            } catch (SocketException e) {
                return; // the client closed the connection
            }
        });
        assertThatThrownBy(() -> client(LONG).send(RawHttpRequest.get("/", "h")))
                .isInstanceOf(IOException.class)
                .hasMessage(message);
        served.join();
    }

    @Test
    void endlessLinesAreCutOff() {
        CompletableFuture<Void> served =
                serve(client -> client.getOutputStream().write(new byte[70_000]));
        assertThatThrownBy(() -> client(LONG).send(RawHttpRequest.get("/", "h")))
                .hasMessage("a line is longer than 65536 bytes");
        assertThat(served.handle((done, failure) -> true).join()).isTrue();
    }

    /** Each byte arrives in time, but the response never completes. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            ''                                                | x
            HTTP/1.1 200 OK;                                  | X-Header: 1;
            ''                                                | HTTP/1.1 102 Processing;;
            HTTP/1.1 200 OK;;                                 | x
            HTTP/1.1 200 OK;Content-Length: 99999999;;        | x
            HTTP/1.1 200 OK;Transfer-Encoding: chunked;;      | 1;x;
            HTTP/1.1 200 OK;Transfer-Encoding: chunked;;0;    | X-Trailer: 1;
            """)
    void slowResponsesTimeOut(String first, String again) {
        CompletableFuture<Void> served = serve(client -> trickle(client, first, again));
        RawHttpClient probe = client(LONG).withResponseLimit(SHORT.multipliedBy(3));
        assertThatThrownBy(() -> probe.send(RawHttpRequest.get("/", "h")))
                .isInstanceOf(IOException.class)
                .message()
                .matches("the response was not complete after 0 s|there are more than 20 interim responses");
        served.join();
    }

    private static void trickle(Socket client, String first, String again) throws IOException, InterruptedException {
        OutputStream out = client.getOutputStream();
        out.write(first.replace(";", "\r\n").getBytes(StandardCharsets.US_ASCII));
        byte[] piece = again.replace(";", "\r\n").getBytes(StandardCharsets.US_ASCII);
        try {
            for (int i = 0; i < 100_000; i++) {
                out.write(piece[i % piece.length]);
                Thread.sleep(1);
            }
        } catch (SocketException e) {
            return; // the client closed the connection
        }
    }

    @Test
    void linesOfAStreamAreTimedOneByOne() throws IOException {
        Duration limit = SHORT.multipliedBy(3);
        CompletableFuture<Void> served = serve(client -> {
            head(client.getInputStream());
            OutputStream out = client.getOutputStream();
            out.write(bytes("HTTP/1.1 200 OK\r\n\r\n"));
            long start = System.nanoTime();
            while (System.nanoTime() - start < limit.multipliedBy(2).toNanos()) {
                out.write(bytes("event\r\n"));
                Thread.sleep(10);
            }
            trickle(client, "last;", "x");
        });
        try (HttpExchange exchange = client(LONG).withResponseLimit(limit).open(RawHttpRequest.get("/", "h"))) {
            ResponseLines lines = exchange.lines();
            long start = System.nanoTime();
            String line = lines.next();
            while ("event".equals(line)) {
                line = lines.next();
            }
            assertThat(line).isEqualTo("last");
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(limit);
            assertThatThrownBy(lines::next).isInstanceOf(SocketTimeoutException.class);
        }
        served.join();
    }

    /** In the body, {@code ~} is a line feed and {@code ^} a carriage return. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            a~b^~~c | [a, b, , c]
            ``      | []
            ~       | []
            a^b~é^  | [a^b, é]
            """)
    void readsLines(String body, String expected) throws IOException {
        CompletableFuture<Void> served = serve(client -> {
            head(client.getInputStream());
            client.getOutputStream()
                    .write(("HTTP/1.1 200 OK\r\n\r\n" + body.replace('^', '\r').replace('~', '\n'))
                            .getBytes(StandardCharsets.UTF_8));
        });
        List<String> read = new ArrayList<>();
        try (HttpExchange exchange = client(LONG).open(RawHttpRequest.get("/", "h"))) {
            ResponseLines lines = exchange.lines();
            for (String line = lines.next(); line != null; line = lines.next()) {
                read.add(line.replace('\r', '^'));
            }
        }
        assertThat(read).hasToString(expected);
        served.join();
    }

    @Test
    void longLinesOfAStreamAreRejected() throws IOException {
        CompletableFuture<Void> served = serve(client -> {
            head(client.getInputStream());
            OutputStream out = client.getOutputStream();
            out.write(bytes("HTTP/1.1 200 OK\r\n\r\n"));
            for (int i = 0; i < 3000; i++) {
                out.write(new byte[1000]);
            }
        });
        try (HttpExchange exchange = client(LONG).open(RawHttpRequest.get("/", "h"))) {
            assertThatThrownBy(exchange.lines()::next)
                    .hasMessage("a line of the response is longer than 1048576 bytes");
        }
        assertThat(served.handle((done, failure) -> true).join()).isTrue();
    }

    /** The first server sends too much, the second for too long. */
    @ParameterizedTest
    @CsvSource({
        "65536, 0, it keeps sending to a client that has disconnected",
        "1, 1, the response was not complete after 0 s"
    })
    void endlessOutputToAnAbandonedRequestIsCutOff(int size, int pauseMillis, String message) throws IOException {
        CompletableFuture<Void> served = serve(client -> {
            head(client.getInputStream());
            try {
                for (int i = 0; i < 100_000; i++) {
                    client.getOutputStream().write(new byte[size]);
                    Thread.sleep(pauseMillis);
                }
            } catch (SocketException e) {
                return; // the client closed the connection
            }
        });
        Duration limit = size == 1 ? SHORT : LONG.multipliedBy(6);
        try (AbandonedRequest abandoned =
                client(LONG).withResponseLimit(limit).abandon(RawHttpRequest.get("/", "h"), LONG)) {
            assertThatThrownBy(abandoned::readUntilClosed)
                    .isInstanceOf(IOException.class)
                    .hasMessage(message);
        }
        served.join();
    }

    @Test
    void sendsTheRequestByteForByte() throws IOException {
        CompletableFuture<String> request = new CompletableFuture<>();
        CompletableFuture<Void> served = serve(client -> {
            String head = head(client.getInputStream());
            request.complete(head + new String(client.getInputStream().readNBytes(4), StandardCharsets.UTF_8));
            client.getOutputStream().write(bytes("HTTP/1.1 200 OK\r\nX-A: 1\r\nX-a:  2 \r\n\r\n"));
        });
        RawHttpResponse answer = client(LONG)
                .send(RawHttpRequest.post("/a/../%2f;b?c", "remote-ollama:1", "{é}")
                        .header("Twice", "1")
                        .header("Twice", "2"));
        assertThat(answer.header("x-a")).isEqualTo("2");
        assertThat(answer.header("x-b")).isEmpty();
        assertThat(request.join()).isEqualTo("""
                POST /a/../%2f;b?c HTTP/1.1
                Host: remote-ollama:1
                Content-Type: application/json
                Twice: 1
                Twice: 2
                Content-Length: 4
                Connection: close

                {é}""".replace("\n", "\r\n"));
        served.join();
    }

    @Test
    void aBodyCanBeReadWhileItArrives() throws IOException {
        CountDownLatch firstByteRead = new CountDownLatch(1);
        CompletableFuture<Integer> end = new CompletableFuture<>();
        CompletableFuture<Void> served = serve(client -> {
            head(client.getInputStream());
            client.getOutputStream().write(bytes("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n"));
            firstByteRead.await();
            client.getOutputStream().write(bytes("1\r\nb\r\n"));
            end.complete(client.getInputStream().read());
        });
        try (HttpExchange exchange = client(LONG).open(RawHttpRequest.get("/", "h"))) {
            assertThat(exchange.body().readNBytes(1)).isEqualTo(bytes("a"));
            firstByteRead.countDown();
            assertThat(exchange.body().read()).isEqualTo('b');
        }
        assertThat(end.join()).isEqualTo(-1);
        served.join();
    }

    /**
     * The server sends {@code early} before it sees the client leave and {@code late} afterwards. Then it closes the
     * connection.
     */
    @ParameterizedTest
    @CsvSource({"'', '', false", "'', late, false", "early, '', true", "early, late, true"})
    void anAbandonedRequestIsSeenByTheServerAndReadToItsEnd(String early, String late, boolean responseStarted)
            throws IOException {
        CompletableFuture<Void> served = serve(client -> {
            head(client.getInputStream());
            client.getOutputStream().write(bytes(early));
            assertThat(client.getInputStream().read()).isEqualTo(-1);
            client.getOutputStream().write(bytes(late));
        });
        Duration responseWait = early.isEmpty() ? SHORT : LONG;
        try (AbandonedRequest abandoned = client(LONG).abandon(RawHttpRequest.get("/", "h"), responseWait)) {
            assertThat(abandoned.responseStarted()).isEqualTo(responseStarted);
            assertThat(abandoned.readUntilClosed()).isEqualTo(early + late);
        }
        served.join();
    }

    @Test
    void aSilentServerTimesOut() {
        CountDownLatch timedOut = new CountDownLatch(1);
        CompletableFuture<Void> served = serve(client -> timedOut.await());
        assertThatThrownBy(() -> client(SHORT).send(RawHttpRequest.get("/", "h")))
                .isInstanceOf(SocketTimeoutException.class);
        timedOut.countDown();
        served.join();
    }

    @Test
    void silenceEndsTheListOfResponses() throws IOException {
        String one = "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n1";
        String other = "HTTP/1.1 404 No\r\nContent-Length: 1\r\n\r\n2";
        CountDownLatch read = new CountDownLatch(1);
        CompletableFuture<Void> served = serve(client -> {
            head(client.getInputStream());
            client.getOutputStream().write(bytes(one + other));
            read.await();
        });
        assertThat(client(LONG).sendAndReadResponses(bytes("GET / HTTP/1.1\r\n\r\n"), 8, SHORT))
                .extracting(RawHttpResponse::status)
                .containsExactly(200, 404);
        read.countDown();
        served.join();
    }

    @Test
    @Tag("linux")
    void severalAddressesAreProbed() throws IOException {
        int port = server.getLocalPort();
        InetSocketAddress open = InetSocketAddress.createUnresolved("127.0.0.1", port);
        InetSocketAddress closed = InetSocketAddress.createUnresolved("127.0.0.9", port);
        InetSocketAddress nowhere = InetSocketAddress.createUnresolved("fe80::1%no-such-link", port);
        assertThat(PortProbe.attempts(new LocalHost(System.getenv()), List.of(open, closed, nowhere)))
                .containsExactly(
                        Map.entry(open, PortProbe.Attempt.OPEN),
                        Map.entry(closed, PortProbe.Attempt.CLOSED),
                        Map.entry(nowhere, PortProbe.Attempt.UNTRIED));
    }

    @Test
    void aClosedPortIsNotReached() throws IOException {
        RawHttpClient probe = client(LONG);
        assertThat(PortProbe.isOpen(new LocalHost(System.getenv()), "127.0.0.1", server.getLocalPort()))
                .isTrue();
        server.close();
        assertThatThrownBy(() -> probe.send(RawHttpRequest.get("/", "h"))).isInstanceOf(ConnectException.class);
        assertThat(PortProbe.isOpen(
                        new LocalHost(System.getenv()),
                        "127.0.0.1",
                        probe.server().getPort()))
                .isFalse();
    }
}
