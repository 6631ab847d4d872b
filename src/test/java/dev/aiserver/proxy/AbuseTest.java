package dev.aiserver.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.aiserver.net.ForbiddenRequests;
import dev.aiserver.net.HttpExchange;
import dev.aiserver.net.RawHttpRequest;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Tag("haproxy")
class AbuseTest {
    private static final String HOST = "Host: remote-ollama\r\n";
    private static final String HIDDEN = "DELETE /api/delete HTTP/1.1\r\n" + HOST + "Connection: close\r\n\r\n";
    private static final ObjectMapper JSON = new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

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
    void rejectsAndLogsEveryForbiddenRequest(@TempDir Path folder) throws IOException {
        try (RunningProxy other = RunningProxy.start(folder, server.port())) {
            List<RawHttpRequest> forbidden =
                    ForbiddenRequests.outside(other.settings().endpoints(), RunningProxy.NAME);
            Set<String> bodies = new TreeSet<>();
            for (RawHttpRequest request : forbidden) {
                try (HttpExchange exchange = other.client().open(request)) {
                    assertThat(RunningProxy.rejection(exchange))
                            .as(request.toString())
                            .isEqualTo("blocked");
                    assertThat(exchange.status()).as(request.toString()).isEqualTo(404);
                    assertThat(exchange.headers()).containsEntry("content-type", "application/json");
                    String body = new String(exchange.body().readAllBytes(), StandardCharsets.UTF_8);
                    if (!request.method().equals("HEAD")) {
                        bodies.add(keys(JSON.readTree(body)));
                    }
                }
                assertThat(server.requests()).as(request.toString()).isEmpty();
            }
            assertThat(bodies)
                    .as("a path can change the message of a rejection, not its fields")
                    .containsExactlyInAnyOrder(
                            "{error:text}", "{type:text,error:{type:text,message:text,param:null,code:text}}");

            assertThat(RunningProxy.eventually(() -> other.requestLog().size() == forbidden.size()))
                    .isTrue();
            for (String line : other.requestLog()) {
                JsonNode entry = JSON.readTree(line);
                assertThat(entry.path("time").isNumber()).as(line).isTrue();
                assertThat(entry.path("client").asText()).as(line).isEqualTo("127.0.0.1");
                assertThat(entry.path("status").isInt()).as(line).isTrue();
            }
        }
    }

    private static String keys(JsonNode node) {
        if (!node.isObject()) {
            return node.isTextual() ? "text" : node.toString();
        }
        List<String> keys = new ArrayList<>();
        node.properties().forEach(field -> keys.add(field.getKey() + ":" + keys(field.getValue())));
        return "{" + String.join(",", keys) + "}";
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("malformed")
    void rejectsMalformedRequest(String name) throws IOException {
        try (Socket client = proxy.connect()) {
            client.getOutputStream().write(request("malformed", name, HOST));
            String response = firstLine(client.getInputStream());
            assertThat(response).as(() -> name + " " + server.requests()).matches("(HTTP/1.1 4\\d\\d .*)?");
        }
        assertThat(server.requests()).isEmpty();
        assertNextClientIsServed();
        for (String line : proxy.requestLog()) {
            assertThat(JSON.readTree(line).path("status").isInt()).as(line).isTrue();
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("smuggling")
    void blocksRequestSmuggling(String name) throws IOException {
        try (Socket client = proxy.connect()) {
            client.getOutputStream().write(request("smuggling", name, HOST + "Connection: close\r\n"));
            readToTheEnd(client.getInputStream());
        }
        assertNextClientIsServed();
        assertThat(server.requests())
                .extracting(RecordingServer.Request::methodAndTarget)
                .allMatch(seen -> seen.equals("POST /api/show") || seen.equals("GET /v1/models"));
        for (RecordingServer.Request request : server.requests()) {
            assertThat(request.headers("Host")).containsExactly("127.0.0.1:" + server.port());
            assertThat(request.headers("X-Forwarded-For")).containsExactly("127.0.0.1");
            assertThat(request.headers("Content-Length").size()
                            + request.headers("Transfer-Encoding").size())
                    .isLessThanOrEqualTo(1);
        }
    }

    @Test
    void checksEachRequestOfAConnection() throws IOException {
        String allowed = "GET /v1/models HTTP/1.1\r\n" + HOST + "\r\n";
        String forbidden = "DELETE /api/delete HTTP/1.1\r\n" + HOST + "\r\n";
        String otherHost = "GET /v1/models HTTP/1.1\r\nHost: evil.example\r\n\r\n";
        try (Socket client = proxy.connect()) {
            client.getOutputStream()
                    .write((allowed + forbidden + allowed + otherHost + allowed + HIDDEN)
                            .getBytes(StandardCharsets.US_ASCII));
            assertThat(Stream.of(readToTheEnd(client.getInputStream()).split("(?=HTTP/1\\.1)"))
                            .map(response -> response.substring(9, 12)))
                    .containsExactly("200", "404", "200", "421", "200", "404");
        }
        assertThat(server.requests())
                .extracting(RecordingServer.Request::methodAndTarget)
                .containsExactly("GET /v1/models", "GET /v1/models", "GET /v1/models");
    }

    private static void assertNextClientIsServed() throws IOException {
        assertThat(proxy.client()
                        .send(RawHttpRequest.get("/v1/models", RunningProxy.NAME))
                        .text())
                .isEqualTo(RecordingServer.SERVED);
    }

    static Stream<String> malformed() {
        return cases("malformed").stringPropertyNames().stream().sorted();
    }

    static Stream<String> smuggling() {
        return cases("smuggling").stringPropertyNames().stream().sorted();
    }

    private static byte[] request(String file, String name, String host) {
        return cases(file)
                .getProperty(name)
                .replace("{host}", host)
                .replace("{hidden}", HIDDEN)
                .getBytes(StandardCharsets.ISO_8859_1);
    }

    private static Properties cases(String file) {
        Properties cases = new Properties();
        try (InputStream in = AbuseTest.class.getResourceAsStream("/dev/aiserver/verify/" + file + ".properties")) {
            cases.load(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return cases;
    }

    /** Returns the first line, or an empty text if the proxy closed the connection. */
    private static String firstLine(InputStream in) throws IOException {
        return readTo('\r', in);
    }

    private static String readToTheEnd(InputStream in) throws IOException {
        return readTo(-1, in);
    }

    /**
     * Reads up to this character or the end; a reset counts as the end, because the proxy may close without reading
     * all.
     */
    private static String readTo(int end, InputStream in) throws IOException {
        StringBuilder responses = new StringBuilder();
        try {
            for (int next = in.read(); next >= 0 && next != end; next = in.read()) {
                responses.append((char) next);
            }
        } catch (SocketException e) {
            assertThat(e).hasMessage("Connection reset");
        }
        return responses.toString();
    }
}
