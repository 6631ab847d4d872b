package dev.aiserver.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aiserver.net.RawHttpRequest;
import dev.aiserver.net.RawHttpResponse;
import dev.aiserver.spec.EndpointSet;
import dev.aiserver.spec.ServerSpec;
import dev.aiserver.value.Subnet;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests which clients may connect and how many resources one client may use. */
@Tag("haproxy")
class EdgeTest {
    private static final String REQUEST = "GET /v1/models HTTP/1.1\r\nHost: " + RunningProxy.NAME + "\r\n\r\n";

    private static final int CONNECTIONS_PER_DEVICE = 256;

    @TempDir
    private Path directory;

    private RecordingServer server = RecordingServer.start();

    EdgeTest() throws IOException {}

    @AfterEach
    void stop() throws IOException {
        server.close();
    }

    /** Removes the rule that allows 127.0.0.0/8, so that some of its addresses stand for other machines. */
    @Test
    void refusesConnectionsFromOtherAddresses() throws IOException {
        try (RunningProxy proxy = RunningProxy.start(
                directory,
                server.port(),
                strict(),
                List.of(Subnet.of("127.0.0.8/30")),
                cfg -> replaced(cfg, "src 127.0.0.0/8 127.0.0.1 ", "src 127.0.0.1 "))) {
            assertThat(send(proxy, "127.0.0.7")).isEmpty();
            assertThat(send(proxy, "127.0.0.12")).isEmpty();
            assertThat(server.requests()).isEmpty();
            for (String client : List.of("127.0.0.1", "127.0.0.8", "127.0.0.11")) {
                assertThat(send(proxy, client)).as(client).startsWith("HTTP/1.1 200");
            }
        }
    }

    @Test
    void oneDeviceCannotUseUpAllConnections() throws IOException {
        List<Socket> held = new ArrayList<>();
        try (RunningProxy proxy = RunningProxy.start(directory, server.port())) {
            for (int i = 0; i < CONNECTIONS_PER_DEVICE; i++) {
                held.add(connect(proxy, "127.0.0.2"));
                assertThat(send(held.get(i))).as("connection " + i).startsWith("HTTP/1.1 200");
            }
            for (int i = 0; i < 20; i++) {
                assertThat(send(proxy, "127.0.0.2")).as("surplus " + i).isIn("", "HTTP/1.1 429 Too Many Requests");
            }
            assertThat(send(proxy, "127.0.0.3")).as("another device").startsWith("HTTP/1.1 200");
            assertThat(RunningProxy.eventually(() -> surplus(proxy) > 0)).isTrue();
            assertThat(surplus(proxy))
                    .as("one log line for all surplus requests")
                    .isEqualTo(1);

            for (Socket socket : held) {
                socket.close();
            }
            assertThat(RunningProxy.eventually(() -> isServed(proxy, "127.0.0.2")))
                    .isTrue();
        } finally {
            for (Socket socket : held) {
                socket.close();
            }
        }
    }

    private static long surplus(RunningProxy proxy) {
        return proxy.requestLog().stream()
                .filter(line -> line.contains("\"client\":\"127.0.0.2\"") && line.contains("\"status\":429"))
                .count();
    }

    private static boolean isServed(RunningProxy proxy, String from) {
        try {
            return send(proxy, from).startsWith("HTTP/1.1 200");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void closesIdleConnections() throws IOException {
        try (RunningProxy proxy = RunningProxy.start(
                        directory,
                        server.port(),
                        strict(),
                        List.of(),
                        cfg -> replaced(cfg, "timeout http-keep-alive 2m", "timeout http-keep-alive 300ms"));
                Socket idle = connect(proxy, "127.0.0.1")) {
            assertThat(send(idle)).startsWith("HTTP/1.1 200");
            assertThat(new String(idle.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                    .endsWith(RecordingServer.SERVED);
        }
    }

    @Test
    void rejectsABodyOverTheLimitBeforeItIsSentAndForwardsSmallerBodies() throws IOException {
        int limit = 1 << 20;
        ServerSpec.Proxy settings =
                new ServerSpec.Proxy(RunningProxy.freePort(), Set.of(EndpointSet.STRICT)).withMaxBody(limit);
        byte[] body = new byte[limit];
        new Random(1).nextBytes(body);
        try (RunningProxy proxy = RunningProxy.start(directory, server.port(), settings)) {
            RawHttpRequest request = RawHttpRequest.of("POST", "/v1/responses", RunningProxy.NAME);
            assertThat(proxy.client().send(request.withBody(body)).status()).isEqualTo(200);
            assertThat(server.requests()).hasSize(1);
            assertThat(server.requests().get(0).body()).isEqualTo(body);

            for (String header : List.of("", "Expect: 100-continue\r\n")) {
                RawHttpResponse response = proxy.client()
                        .send(head("Content-Length: " + (limit + 1) + "\r\n" + header)
                                .getBytes(StandardCharsets.US_ASCII));
                assertThat(response.status()).isEqualTo(413);
                assertThat(response.header("x-aiserver")).isEqualTo("body-too-large");
                assertThat(response.header("content-type")).isEqualTo("application/json");
                assertThat(response.text()).contains("1 MiB");
            }
            assertThat(server.requests()).hasSize(1);
        }
    }

    /** HAProxy does not limit chunked bodies, as the documentation states. */
    @Test
    void doesNotLimitChunkedBodies() throws IOException {
        int limit = 1 << 20;
        ServerSpec.Proxy settings =
                new ServerSpec.Proxy(RunningProxy.freePort(), Set.of(EndpointSet.STRICT)).withMaxBody(limit);
        try (RunningProxy proxy = RunningProxy.start(directory, server.port(), settings)) {
            RawHttpResponse response = proxy.client()
                    .send((head("Transfer-Encoding: chunked\r\n") + "100001\r\n" + "x".repeat(limit + 1)
                                    + "\r\n0\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            assertThat(response.status()).isEqualTo(200);
            assertThat(server.requests().get(0).body()).hasSize(limit + 1);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"Content-Length: 1000", "Content-Length: 100000", "Transfer-Encoding: chunked"})
    void aSlowBodyTimesOutAndDoesNotReachOllama(String framing) throws IOException {
        try (RunningProxy proxy = RunningProxy.start(
                        directory,
                        server.port(),
                        strict(),
                        List.of(),
                        cfg -> replaced(cfg, "wait-for-body time 30s", "wait-for-body time 500ms"));
                Socket socket = connect(proxy, "127.0.0.1")) {
            socket.getOutputStream().write(head(framing + "\r\n").getBytes(StandardCharsets.US_ASCII));
            String piece = framing.endsWith("chunked") ? "1\r\nx\r\n" : "x";
            socket.setSoTimeout(50);
            String response = "";
            for (int i = 0; i < 400 && response.isEmpty(); i++) {
                socket.getOutputStream().write(piece.getBytes(StandardCharsets.US_ASCII));
                response = readAvailable(socket);
            }
            assertThat(response).startsWith("HTTP/1.1 408 ").contains("x-aiserver: request-timeout");
            assertThat(server.requests()).isEmpty();
        }
    }

    /** Reads what arrives within the socket's timeout; returns an empty text if nothing arrives. */
    private static String readAvailable(Socket socket) throws IOException {
        byte[] bytes = new byte[4096];
        try {
            int read = socket.getInputStream().read(bytes);
            return new String(bytes, 0, Math.max(0, read), StandardCharsets.US_ASCII);
        } catch (SocketTimeoutException e) {
            return "";
        }
    }

    /** HAProxy's parser rejects the request with its own error page. */
    @Test
    void aSlowHeadTimesOut() throws IOException {
        try (RunningProxy proxy = RunningProxy.start(
                        directory,
                        server.port(),
                        strict(),
                        List.of(),
                        cfg -> replaced(cfg, "timeout http-request 30s", "timeout http-request 300ms"));
                Socket socket = connect(proxy, "127.0.0.1")) {
            socket.getOutputStream().write("GET /v1/models HTTP/1.1\r\nHost: rem".getBytes(StandardCharsets.US_ASCII));
            assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
                    .startsWith("HTTP/1.1 408 ");
        }
    }

    private static String head(String headers) {
        return "POST /v1/responses HTTP/1.1\r\nHost: " + RunningProxy.NAME + "\r\n" + headers + "\r\n";
    }

    private static ServerSpec.Proxy strict() throws IOException {
        return new ServerSpec.Proxy(RunningProxy.freePort(), Set.of(EndpointSet.STRICT));
    }

    private static String replaced(String cfg, String from, String to) {
        assertThat(cfg).contains(from);
        return cfg.replace(from, to);
    }

    /** Returns the first line of the response, or an empty text if the proxy closed the connection. */
    private static String send(RunningProxy proxy, String from) throws IOException {
        try (Socket socket = connect(proxy, from)) {
            return send(socket);
        } catch (SocketException e) {
            assertThat(e).hasMessageMatching("(Connection reset|Broken pipe).*");
            return "";
        }
    }

    private static Socket connect(RunningProxy proxy, String from) throws IOException {
        Socket socket = new Socket();
        socket.bind(new InetSocketAddress(from, 0));
        socket.setSoTimeout((int) RunningProxy.LIMIT.toMillis());
        socket.connect(new InetSocketAddress("127.0.0.1", proxy.port()));
        return socket;
    }

    private static String send(Socket socket) throws IOException {
        socket.getOutputStream().write(REQUEST.getBytes(StandardCharsets.US_ASCII));
        StringBuilder line = new StringBuilder();
        for (int next = socket.getInputStream().read();
                next >= 0 && next != '\r';
                next = socket.getInputStream().read()) {
            line.append((char) next);
        }
        return line.toString();
    }
}
