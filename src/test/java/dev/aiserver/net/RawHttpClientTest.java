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

/** Against a server that answers what it is told, right or wrong, and hangs up. */
class RawHttpClientTest {
    private static final Duration PATIENT = Duration.ofSeconds(10);
    private static final Duration IMPATIENT = Duration.ofMillis(100);

    private final ServerSocket server;

    RawHttpClientTest() throws IOException {
        server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
    }

    @AfterEach
    void close() throws IOException {
        server.close();
    }

    private RawHttpClient probe(Duration timeout) {
        return new RawHttpClient(new InetSocketAddress(server.getInetAddress(), server.getLocalPort()), timeout);
    }

    /** What a server does with one connection. */
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

    /** The server keeps the first connection for two requests, the next one for one. */
    @Test
    void keptConnectionsAreNoMoreThanTheServerCloses() throws IOException {
        CompletableFuture<Void> served = serve(client -> answer(client, "/one", "/two"))
                .thenCompose(first -> serve(client -> answer(client, "/three")))
                .thenCompose(second -> serve(client -> answer(client, "/four", "/five")));
        try (KeepAlivePool kept = new KeepAlivePool(probe(PATIENT))) {
            for (String target : List.of("/one", "/two", "/three", "/four", "/five")) {
                assertThat(kept.send(RawHttpRequest.get(target, "h")).text()).isEqualTo(target);
            }
        }
        served.join();
    }

    @Test
    void aKeptConnectionThatIsNotAnsweredIsKeptNoLonger() throws IOException {
        CompletableFuture<Void> served = serve(client -> answer(client, "/one"))
                .thenCompose(first -> serve(client -> {}))
                .thenCompose(second -> serve(client -> {
                    answer(client, "/three");
                    client.getInputStream().readAllBytes();
                }))
                .thenCompose(third -> serve(client -> answer(client, "/five")));
        try (KeepAlivePool kept = new KeepAlivePool(probe(IMPATIENT))) {
            kept.send(RawHttpRequest.get("/one", "h"));
            assertThatThrownBy(() -> kept.send(RawHttpRequest.get("/two", "h"))).isInstanceOf(IOException.class);
            kept.send(RawHttpRequest.get("/three", "h"));
            assertThatThrownBy(() -> kept.send(RawHttpRequest.get("/four", "h")))
                    .isInstanceOf(SocketTimeoutException.class);
            assertThat(kept.send(RawHttpRequest.get("/five", "h")).text()).isEqualTo("/five");
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
    void aKeptConnectionServesOneRequestAfterAnother() throws IOException {
        CompletableFuture<Void> served = serve(client -> answer(client, "/one", "/two"));
        try (KeepAliveConnection kept = probe(PATIENT).keepAlive()) {
            assertThat(kept.send(RawHttpRequest.get("/one", "h")).text()).isEqualTo("/one");
            assertThat(kept.send(RawHttpRequest.get("/two", "h")).text()).isEqualTo("/two");
            served.join();
            assertThatThrownBy(() -> kept.send(RawHttpRequest.get("/three", "h")))
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

    /** In the tables, two-letter escapes stand for line ends. */
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
    void readsEveryFormOfAnAnswer(String method, String answer, int status, String body) throws IOException {
        CompletableFuture<Void> served = answer(answer);
        RawHttpResponse received = probe(PATIENT).send(RawHttpRequest.of(method, "/", "h"));
        assertThat(received.status()).isEqualTo(status);
        assertThat(received.text()).isEqualTo(body);
        served.join();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            ``                                                                                | the connection ended within a line
            HTTP/1.1 200 OK\\r\\nContent-Le                                                   | the connection ended within a line
            HTTP/1.1 100 Continue\\r\\n\\r\\n                                                 | the connection ended within a line
            SSH-2.0-OpenSSH_9.9\\r\\n                                                         | no HTTP answer: SSH-2.0-OpenSSH_9.9
            HTTP/1.1 2000 OK\\r\\n                                                            | no HTTP answer: HTTP/1.1 2000 OK
            HTTP/1.1\\r\\n                                                                    | no HTTP answer: HTTP/1.1
            HTTP/1.1 200 OK\\r\\nContent-Length: 5\\r\\n\\r\\nhell                            | the connection ended within the body
            HTTP/1.1 200 OK\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n5\\r\\nhell                | the connection ended within the body
            HTTP/1.1 200 OK\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n5\\r\\nhello\\r\\n         | the connection ended within a line
            HTTP/1.1 200 OK\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n3\\r\\nhello\\r\\n         | a chunk is longer than it says
            HTTP/1.1 200 OK\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n-5\\r\\nhello\\r\\n        | no chunk size: -5
            HTTP/1.1 200 OK\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\nhello                    | the connection ended within a line
            HTTP/1.1 200 OK\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n<html>\\r\\n               | no chunk size: <html>
            """)
    void anAnswerThatIsNoneOrNotWholeIsAnError(String answer, String message) {
        CompletableFuture<Void> served = answer(answer);
        assertThatThrownBy(() -> probe(PATIENT).send(RawHttpRequest.get("/", "h")))
                .isInstanceOf(IOException.class)
                .hasMessage(message);
        served.join();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            HTTP/1.1 200 OK;              | X: y;                       | the headers have no end
            ''                            | HTTP/1.1 100 Continue;;     | it announces an answer again and again
            HTTP/1.1 200 OK;;             | xxxxxxxxxxxxxxxxxxxxxxxxxxx | the answer is larger than 16777216 bytes
            HTTP/1.1 200 OK;Transfer-Encoding: chunked;; | 5;hello;     | the answer is larger than 16777216 bytes
            """)
    void whatHasNoEndIsNotReadForEver(String first, String again, String message) {
        CompletableFuture<Void> served = serve(client -> {
            OutputStream out = new BufferedOutputStream(client.getOutputStream());
            out.write(first.replace(";", "\r\n").getBytes(StandardCharsets.US_ASCII));
            byte[] piece = again.replace(";", "\r\n").repeat(1000).getBytes(StandardCharsets.US_ASCII);
            try {
                for (long sent = 0; sent < 1L << 30; sent += piece.length) {
                    out.write(piece);
                }
            } catch (SocketException e) {
                return; // the client has hung up
            }
        });
        assertThatThrownBy(() -> probe(PATIENT).send(RawHttpRequest.get("/", "h")))
                .isInstanceOf(IOException.class)
                .hasMessage(message);
        served.join();
    }

    @Test
    void aLineWithoutAnEndIsNotReadForEver() {
        CompletableFuture<Void> served =
                serve(client -> client.getOutputStream().write(new byte[70_000]));
        assertThatThrownBy(() -> probe(PATIENT).send(RawHttpRequest.get("/", "h")))
                .hasMessage("a line has no end");
        assertThat(served.handle((done, failure) -> true).join()).isTrue();
    }

    /** Each byte comes in time, and the whole never does. */
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
    void anAnswerThatTricklesIsGivenUp(String first, String again) {
        CompletableFuture<Void> served = serve(client -> trickle(client, first, again));
        RawHttpClient probe = probe(PATIENT).withResponseLimit(IMPATIENT.multipliedBy(3));
        assertThatThrownBy(() -> probe.send(RawHttpRequest.get("/", "h")))
                .isInstanceOf(IOException.class)
                .message()
                .matches("what it sends is not whole after 0 s|it announces an answer again and again");
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
            return; // the client has hung up
        }
    }

    @Test
    void ofAStreamALineMustComeInTimeButNotTheWhole() throws IOException {
        Duration limit = IMPATIENT.multipliedBy(3);
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
        try (HttpExchange exchange = probe(PATIENT).withResponseLimit(limit).open(RawHttpRequest.get("/", "h"))) {
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

    /** Of the body, {@code ~} is a line feed and {@code ^} a carriage return. */
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
        try (HttpExchange exchange = probe(PATIENT).open(RawHttpRequest.get("/", "h"))) {
            ResponseLines lines = exchange.lines();
            for (String line = lines.next(); line != null; line = lines.next()) {
                read.add(line.replace('\r', '^'));
            }
        }
        assertThat(read).hasToString(expected);
        served.join();
    }

    @Test
    void aLineOfAStreamHasAnEnd() throws IOException {
        CompletableFuture<Void> served = serve(client -> {
            head(client.getInputStream());
            OutputStream out = client.getOutputStream();
            out.write(bytes("HTTP/1.1 200 OK\r\n\r\n"));
            for (int i = 0; i < 3000; i++) {
                out.write(new byte[1000]);
            }
        });
        try (HttpExchange exchange = probe(PATIENT).open(RawHttpRequest.get("/", "h"))) {
            assertThatThrownBy(exchange.lines()::next).hasMessage("a line of its answer is longer than 1048576 bytes");
        }
        assertThat(served.handle((done, failure) -> true).join()).isTrue();
    }

    /** The one sends much, the other for long. */
    @ParameterizedTest
    @CsvSource({"65536, 0, it goes on sending to a client that has left", "1, 1, what it sends is not whole after 0 s"})
    void whatIsSentToOneThatLeftHasAnEnd(int size, int pauseMillis, String message) throws IOException {
        CompletableFuture<Void> served = serve(client -> {
            head(client.getInputStream());
            try {
                for (int i = 0; i < 100_000; i++) {
                    client.getOutputStream().write(new byte[size]);
                    Thread.sleep(pauseMillis);
                }
            } catch (SocketException e) {
                return; // the client has hung up
            }
        });
        Duration limit = size == 1 ? IMPATIENT : PATIENT.multipliedBy(6);
        try (AbandonedRequest departure =
                probe(PATIENT).withResponseLimit(limit).abandon(RawHttpRequest.get("/", "h"), PATIENT)) {
            assertThatThrownBy(departure::readUntilClosed)
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
        RawHttpResponse answer = probe(PATIENT)
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
    void aBodyCanBeReadWhileItArrivesAndClosingHangsUp() throws IOException {
        CountDownLatch firstByteRead = new CountDownLatch(1);
        CompletableFuture<Integer> end = new CompletableFuture<>();
        CompletableFuture<Void> served = serve(client -> {
            head(client.getInputStream());
            client.getOutputStream().write(bytes("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n"));
            firstByteRead.await();
            client.getOutputStream().write(bytes("1\r\nb\r\n"));
            end.complete(client.getInputStream().read());
        });
        try (HttpExchange exchange = probe(PATIENT).open(RawHttpRequest.get("/", "h"))) {
            assertThat(exchange.body().readNBytes(1)).isEqualTo(bytes("a"));
            firstByteRead.countDown();
            assertThat(exchange.body().read()).isEqualTo('b');
        }
        assertThat(end.join()).isEqualTo(-1);
        served.join();
    }

    /** The server answers so much before it sees the client leave, and so much afterwards; then it hangs up. */
    @ParameterizedTest
    @CsvSource({"'', '', false", "'', late, false", "early, '', true", "early, late, true"})
    void oneThatLeavesIsSeenToLeaveAndHearsWhatStillComes(String early, String late, boolean answered)
            throws IOException {
        CompletableFuture<Void> served = serve(client -> {
            head(client.getInputStream());
            client.getOutputStream().write(bytes(early));
            assertThat(client.getInputStream().read()).isEqualTo(-1);
            client.getOutputStream().write(bytes(late));
        });
        Duration patience = early.isEmpty() ? IMPATIENT : PATIENT;
        try (AbandonedRequest departure = probe(PATIENT).abandon(RawHttpRequest.get("/", "h"), patience)) {
            assertThat(departure.responseStarted()).isEqualTo(answered);
            assertThat(departure.readUntilClosed()).isEqualTo(early + late);
        }
        served.join();
    }

    @Test
    void aServerThatSaysNothingIsGivenUp() {
        CountDownLatch givenUp = new CountDownLatch(1);
        CompletableFuture<Void> served = serve(client -> givenUp.await());
        assertThatThrownBy(() -> probe(IMPATIENT).send(RawHttpRequest.get("/", "h")))
                .isInstanceOf(SocketTimeoutException.class);
        givenUp.countDown();
        served.join();
    }

    @Test
    void ofAServerThatKeepsTheConnectionAllAnswersAreThereWhenItIsSilent() throws IOException {
        String one = "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n1";
        String other = "HTTP/1.1 404 No\r\nContent-Length: 1\r\n\r\n2";
        CountDownLatch read = new CountDownLatch(1);
        CompletableFuture<Void> served = serve(client -> {
            head(client.getInputStream());
            client.getOutputStream().write(bytes(one + other));
            read.await();
        });
        assertThat(probe(PATIENT).sendAndReadResponses(bytes("GET / HTTP/1.1\r\n\r\n"), 8, IMPATIENT))
                .extracting(RawHttpResponse::status)
                .containsExactly(200, 404);
        read.countDown();
        served.join();
    }

    @Test
    @Tag("linux")
    void ofSeveralAddressesEachIsTried() throws IOException {
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
    void whereNobodyListensNothingIsReached() throws IOException {
        RawHttpClient probe = probe(PATIENT);
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
