package dev.aiserver.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aiserver.net.RawHttpRequest;
import dev.aiserver.net.RawHttpResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("haproxy")
class ForwardingTest {
    private static final String HOST = "Host: remote-ollama\r\n";

    @TempDir
    static Path directory;

    private static RecordingServer server;
    private static RunningProxy proxy;

    @BeforeAll
    static void start() throws IOException {
        server = RecordingServer.start();
        proxy = RunningProxy.start(directory, server.port());
    }

    @AfterAll
    static void stop() throws IOException {
        proxy.close();
        server.close();
    }

    @BeforeEach
    void resetServer() {
        server.reset();
    }

    @Test
    void changesOnlyTheHostAndForwardingHeaders() throws IOException {
        String request = "POST /v1/messages?beta=true&x=%2e%2E&y=../../z HTTP/1.1\r\n"
                + "Host: REMOTE-ollama\r\n"
                + "Content-Type: application/json\r\n"
                + "Authorization: Bearer secret\r\n"
                + "X-Api-Key: key, with comma\r\n"
                + "Anthropic-Version: 2023-06-01\r\n"
                + "Referer: http://elsewhere.example/\r\n"
                + "X-Twice: 1\r\n"
                + "X-Twice: 2\r\n"
                + "X-Forwarded-For: 1.2.3.4\r\n"
                + "X-Forwarded-For: 5.6.7.8\r\n"
                + "X-Forwarded-Prefix: /elsewhere\r\n"
                + "Upgrade: h2c\r\n"
                + "HTTP2-Settings: AAMAAABk\r\n"
                + "Content-Length: 14\r\n\r\n"
                + "{\"model\":\"é\"}";
        RawHttpResponse response = proxy.client().send(request.getBytes(StandardCharsets.UTF_8));

        assertThat(response.text()).isEqualTo(RecordingServer.SERVED);
        RecordingServer.Request seen = server.requests().get(0);
        assertThat(seen.line()).isEqualTo("POST /v1/messages?beta=true&x=%2e%2E&y=../../z HTTP/1.1");
        assertThat(seen.head().lines().skip(1).filter(line -> !line.isEmpty()))
                .containsExactlyInAnyOrder(
                        "host: 127.0.0.1:" + server.port(),
                        "content-type: application/json",
                        "authorization: Bearer secret",
                        "x-api-key: key, with comma",
                        "anthropic-version: 2023-06-01",
                        "referer: http://elsewhere.example/",
                        "x-twice: 1",
                        "x-twice: 2",
                        "x-forwarded-for: 127.0.0.1",
                        "content-length: 14");
        assertThat(seen.text()).isEqualTo("{\"model\":\"é\"}");
    }

    @Test
    void forwardsResponsesUnchangedExceptForItsOwnHeader() throws IOException {
        server.respond(
                (request, connection) -> connection.send("HTTP/1.1 404 Not Found\r\nContent-Type: application/json\r\n"
                        + "X-Aiserver: blocked\r\nx-aiserver: again\r\nX-Ollama: 1\r\nContent-Length: 28\r\n\r\n"
                        + "{\"error\":\"model not found\"}\n"));
        RawHttpResponse response = proxy.client().send(RawHttpRequest.post("/api/show", RunningProxy.NAME, "{}"));
        assertThat(response.status()).isEqualTo(404);
        assertThat(response.headers())
                .containsOnlyKeys("content-type", "x-ollama", "content-length", "connection")
                .containsEntry("x-ollama", "1");
        assertThat(response.text()).isEqualTo("{\"error\":\"model not found\"}\n");
    }

    @Test
    void forwardsLargeBodiesUnchanged() throws IOException {
        byte[] body = new byte[3_000_000];
        new Random(1).nextBytes(body);
        proxy.client()
                .send(RawHttpRequest.of("POST", "/v1/responses", RunningProxy.NAME)
                        .withBody(body));
        assertThat(server.requests().get(0).body()).isEqualTo(body);
    }

    @Test
    void forwardsChunkedBodies() throws IOException {
        proxy.client()
                .send(("POST /v1/responses HTTP/1.1\r\n" + HOST + "Transfer-Encoding: chunked\r\n\r\n"
                                + "5\r\nhello\r\n6;x=y\r\n world\r\n0\r\n\r\n")
                        .getBytes(StandardCharsets.US_ASCII));
        assertThat(server.requests().get(0).text()).isEqualTo("hello world");
    }

    @Test
    void requestsABodyThatAClientHoldsBack() throws IOException {
        try (Socket client = proxy.connect()) {
            client.getOutputStream()
                    .write(("POST /v1/responses HTTP/1.1\r\n" + HOST
                                    + "Expect: 100-continue\r\nContent-Length: 2\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            assertThat(head(client)).startsWith("HTTP/1.1 100 ");
            client.getOutputStream().write("{}".getBytes(StandardCharsets.US_ASCII));
            assertThat(head(client)).startsWith("HTTP/1.1 200 ");
        }
        assertThat(server.requests().get(0).text()).isEqualTo("{}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"websocket", "h2c", "anything/1"})
    void opensNoTunnel(String protocol) throws IOException {
        server.respond((request, connection) -> {
            connection.send("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: " + protocol
                    + "\r\nSec-WebSocket-Accept: HSmrc0sMlYUkAGmm5OPpG2HaGWk=\r\n\r\ntunnel");
        });
        try (Socket client = proxy.connect()) {
            client.getOutputStream()
                    .write(("GET /v1/models HTTP/1.1\r\n" + HOST + "Connection: Upgrade\r\nUpgrade: " + protocol
                                    + "\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            String response = head(client);
            assertThat(response).startsWith("HTTP/1.1 502 ").contains("x-aiserver: bad-answer");
            assertThat(server.requests().get(0).headers("Upgrade")).isEmpty();
        }
    }

    @Test
    void servesClientsThatOfferAnUpgradeToHttp2() throws IOException, InterruptedException {
        HttpResponse<String> response = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + proxy.port() + "/v1/messages"))
                                .timeout(RunningProxy.LIMIT)
                                .POST(HttpRequest.BodyPublishers.ofString("{}"))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
        assertThat(response.body()).isEqualTo(RecordingServer.SERVED);
        assertThat(response.version()).isEqualTo(HttpClient.Version.HTTP_1_1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "garbage\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n"})
    void reportsAnInvalidResponseAndDoesNotRetry(String invalid) throws IOException {
        server.respond((request, connection) -> {
            connection.send(invalid);
            connection.socket().close();
        });
        RawHttpResponse response = proxy.client().send(RawHttpRequest.post("/v1/messages", RunningProxy.NAME, "{}"));
        assertThat(response.status()).isEqualTo(502);
        assertThat(response.header("x-aiserver")).isEqualTo("bad-answer");
        assertThat(response.header("content-type")).isEqualTo("application/json");
        assertThat(server.requests()).hasSize(1);
    }

    @Test
    void keepsConnectionsOpenForFurtherRequests() throws IOException {
        try (Socket client = proxy.connect()) {
            for (String path : List.of("/v1/models", "/api/tags", "/api/version")) {
                client.getOutputStream()
                        .write(("GET " + path + " HTTP/1.1\r\n" + HOST + "\r\n").getBytes(StandardCharsets.US_ASCII));
                assertThat(head(client)).startsWith("HTTP/1.1 200 ");
                client.getInputStream().readNBytes(RecordingServer.SERVED.length());
            }
        }
    }

    private static String head(Socket client) throws IOException {
        InputStream in = client.getInputStream();
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        while (!head.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
            int next = in.read();
            assertThat(next).as("the connection ended within a head: " + head).isNotNegative();
            head.write(next);
        }
        return head.toString(StandardCharsets.ISO_8859_1);
    }
}
