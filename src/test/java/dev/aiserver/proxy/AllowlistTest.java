package dev.aiserver.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.aiserver.net.ForbiddenRequests;
import dev.aiserver.net.HttpExchange;
import dev.aiserver.net.RawHttpRequest;
import dev.aiserver.net.RawHttpResponse;
import dev.aiserver.spec.Endpoint;
import dev.aiserver.spec.EndpointSet;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("haproxy")
class AllowlistTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Every route of Ollama, including those that no endpoint set opens. */
    private static final List<String> PATHS = List.of(
            "/",
            "/api/version",
            "/api/status",
            "/api/pull",
            "/api/push",
            "/api/tags",
            "/api/show",
            "/api/delete",
            "/api/me",
            "/api/signout",
            "/api/user/keys/a2V5",
            "/api/create",
            "/api/blobs/sha256:abc",
            "/api/copy",
            "/api/experimental/web_search",
            "/api/experimental/web_fetch",
            "/api/experimental/model-recommendations",
            "/api/ps",
            "/api/generate",
            "/api/chat",
            "/api/embed",
            "/api/embeddings",
            "/v1/chat/completions",
            "/v1/completions",
            "/v1/embeddings",
            "/v1/models",
            "/v1/models/llama3.2",
            "/v1/responses",
            "/v1/audio/transcriptions",
            "/v1/audio/speech",
            "/api/hello",
            "/v1/messages",
            "/v1/messages/count_tokens");

    private static final List<String> METHODS =
            List.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW", "get", "post");

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
    void servesTheStrictEndpointsForEveryNameOfTheServer() throws IOException {
        for (String host : List.of(
                RunningProxy.NAME,
                RunningProxy.NAME + ":" + proxy.port(),
                "Remote-OLLAMA",
                "REMOTE-OLLAMA:" + proxy.port(),
                RunningProxy.NAME + ".",
                RunningProxy.LONG_NAME,
                RunningProxy.LONG_NAME + ":" + proxy.port(),
                RunningProxy.LONG_NAME + ".",
                "Remote-Ollama.Tail1234.TS.net",
                "127.0.0.1",
                "127.0.0.1:" + proxy.port(),
                "127.0.0.1:80",
                RunningProxy.NAME + ":1",
                RunningProxy.NAME + ".:65535",
                RunningProxy.LONG_NAME + ":443")) {
            for (Endpoint endpoint : EndpointSet.STRICT.endpoints()) {
                RawHttpResponse response =
                        proxy.client().send(RawHttpRequest.of(endpoint.method(), concrete(endpoint), host));
                assertThat(response.text()).as(endpoint + " of " + host).isEqualTo(RecordingServer.SERVED);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "evil.example",
                "remote-ollama.evil.example",
                "evil.example:11434",
                "xremote-ollama",
                "remote-ollamax",
                "remote-ollama:",
                "remote-ollama:x",
                "remote-ollama:-1",
                "remote-ollama:+80",
                "remote-ollama:0x50",
                "remote-ollama:80:80",
                "remote-ollama:80@evil.example",
                "remote-ollama:80.evil.example",
                "remote-ollama:100000",
                "remote-ollama.:",
                "remote-ollamaXtail1234.ts.net",
                "127.0.0.1.",
                "127.0.0.1:",
                "127x0.0.1",
                "127.0.0.1:80@evil.example",
                "evil.example:80@remote-ollama",
                "[remote-ollama]",
                "remote-ollama..",
                "remote-ollama, evil.example",
                "evil.example, remote-ollama",
                "remote-ollama evil.example",
                "user@remote-ollama",
                "remote-ollama/",
                "localhost",
                "127.0.0.2",
                "127.1",
                "2130706433",
                "[::ffff:127.0.0.1]",
                "0.0.0.0",
                ""
            })
    void rejectsOtherHostNames(String host) throws IOException {
        try (HttpExchange exchange = proxy.client().open(RawHttpRequest.get("/v1/models", host))) {
            assertThat(RunningProxy.rejection(exchange)).isIn("unknown-host", RunningProxy.UNPARSED);
        }
        assertThat(server.requests()).isEmpty();
    }

    @Test
    void theResponseToAnUnknownHostNameRevealsNothing() throws IOException {
        for (String path : List.of("/v1/models", "/api/delete")) {
            RawHttpResponse response = proxy.client().send(RawHttpRequest.get(path, "evil.example"));
            assertThat(response.status()).isEqualTo(421);
            assertThat(response.header("x-aiserver")).isEqualTo("unknown-host");
            assertThat(response.header("content-type")).isEqualTo("application/json");
            assertThat(JSON.readTree(response.body()).at("/error/code").asText())
                    .isEqualTo("unknown-host");
            assertThat(response.text()).doesNotContain("evil", RunningProxy.NAME, "127.0.0.1");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET /v1/models HTTP/1.0\r\n\r\n", "GET /v1/models HTTP/1.1\r\nConnection: close\r\n\r\n"})
    void rejectsRequestsWithoutAHostName(String request) throws IOException {
        RawHttpResponse response = proxy.client().send(request.getBytes(StandardCharsets.US_ASCII));
        assertThat(response.header("x-aiserver")).isEqualTo("unknown-host");
        assertThat(server.requests()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "llama3.2",
                "llama3.2:3b",
                "qwen3%3A8b",
                "qwen3%3a8b",
                "_x",
                "a",
                "a@b",
                "a..b",
                "model-",
                "Model_1:Q4_K_M",
                "llama3.2?x=../../api/delete"
            })
    void acceptsModelNames(String model) throws IOException {
        RawHttpResponse response = proxy.client().send(RawHttpRequest.get("/v1/models/" + model, RunningProxy.NAME));
        assertThat(response.text()).isEqualTo(RecordingServer.SERVED);
        assertThat(server.requests().get(0).methodAndTarget()).isEqualTo("GET /v1/models/" + model);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ".",
                "..",
                "...",
                "-x",
                "%2e",
                "a.",
                "a:",
                "a%3A",
                "a%3",
                "%3Aa",
                "a/",
                "a/b",
                "hf.co/u/m",
                "hf.co%2Fu%2Fm",
                "a%20b",
                "a%00",
                "a%2e%2e",
                "a;b",
                "a*",
                "a+b",
                "a~b",
                "a$b",
                "a%",
                "a%zz",
                "a\\b",
                "a|b",
                "a\"b"
            })
    void rejectsOtherPathsInPlaceOfAModelName(String model) throws IOException {
        assertBlocked(proxy.client().send(RawHttpRequest.get("/v1/models/" + model, RunningProxy.NAME)), model);
    }

    @Test
    void rejectsModelNamesThatAreTooLong() throws IOException {
        assertThat(status("/v1/models/" + "a".repeat(255))).isEqualTo(200);
        assertThat(status("/v1/models/" + "a".repeat(256))).isEqualTo(404);
        assertThat(status("/v1/models/" + "a".repeat(8000))).isEqualTo(404);
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "ALL")
    void everySetOpensExactlyItsEndpoints(EndpointSet set, @TempDir Path folder) throws IOException {
        Set<String> served = new TreeSet<>();
        try (RunningProxy other = RunningProxy.start(folder, server.port(), set)) {
            for (String path : PATHS) {
                for (String method : METHODS) {
                    RawHttpRequest request = RawHttpRequest.of(method, path, RunningProxy.NAME);
                    server.reset();
                    try (HttpExchange exchange = other.client().open(request)) {
                        if (exchange.headers().getOrDefault("x-aiserver", "").equals("preflight")) {
                            assertThat(server.requests()).as(request.toString()).isEmpty();
                            served.add(request.toString());
                        } else if (exchange.headers().containsKey("x-aiserver")) {
                            assertThat(server.requests()).as(request.toString()).isEmpty();
                        } else {
                            served.add(request.toString());
                        }
                    }
                }
            }
            assertThat(served)
                    .isEqualTo(other.settings().endpoints().stream()
                            .map(endpoint -> endpoint.method() + " " + concrete(endpoint))
                            .collect(Collectors.toCollection(TreeSet::new)));
        }
    }

    @Test
    void theSetAllOpensEveryPathExceptTheOwnersAccountOtherHostNamesAndTunnels(@TempDir Path folder)
            throws IOException {
        try (RunningProxy other = RunningProxy.start(folder, server.port(), EndpointSet.ALL)) {
            for (String path : PATHS) {
                if (path.matches("/api/(me|signout|user/.*)")) {
                    continue;
                }
                assertThat(other.client()
                                .send(RawHttpRequest.of("DELETE", path, RunningProxy.NAME))
                                .text())
                        .as(path)
                        .isEqualTo(RecordingServer.SERVED);
            }
            server.reset();
            for (String method : List.of("GET", "POST", "DELETE")) {
                for (RawHttpRequest request : ForbiddenRequests.ownerOnly(RunningProxy.NAME).values().stream()
                        .flatMap(List::stream)
                        .toList()) {
                    RawHttpRequest otherMethod = RawHttpRequest.of(method, request.target(), RunningProxy.NAME);
                    assertBlocked(other.client().send(otherMethod), otherMethod.toString());
                }
            }
            for (String path : List.of("/api/mechanic", "/api/users", "/api/codexes", "/v1/models/me", "/me")) {
                assertThat(other.client()
                                .send(RawHttpRequest.get(path, RunningProxy.NAME))
                                .text())
                        .as(path)
                        .isEqualTo(RecordingServer.SERVED);
            }
            server.reset();
            for (RawHttpRequest request : List.of(
                    RawHttpRequest.of("DELETE", "/api/delete", "evil.example"),
                    RawHttpRequest.of("GET", "http://" + RunningProxy.NAME + "/api/tags", RunningProxy.NAME),
                    RawHttpRequest.of("OPTIONS", "*", RunningProxy.NAME),
                    RawHttpRequest.of("CONNECT", RunningProxy.NAME + ":22", RunningProxy.NAME + ":22"),
                    RawHttpRequest.of("CONNECT", "127.0.0.1:" + other.port(), "127.0.0.1:" + other.port()))) {
                try (HttpExchange exchange = other.client().open(request)) {
                    assertThat(RunningProxy.rejection(exchange))
                            .as(request.toString())
                            .isIn("unknown-host", "blocked", RunningProxy.UNPARSED);
                }
            }
            assertThat(server.requests()).isEmpty();
        }
    }

    @Test
    void aBlockedRequestGetsAnErrorInTheFormatOfItsApi() throws IOException {
        JsonNode ollama = JSON.readTree(blocked("/api/pull").body());
        assertThat(ollama.path("error").isTextual()).isTrue();
        assertThat(ollama).hasSize(1);
        JsonNode other = JSON.readTree(blocked("/v1/files").body());
        assertThat(other.path("type").asText()).isEqualTo("error");
        assertThat(other.at("/error/type").asText()).isEqualTo("not_found_error");
        assertThat(other.at("/error/message").asText()).isNotEmpty();
        assertThat(other.at("/error/param").isNull()).isTrue();
        assertThat(other.at("/error/code").asText()).isEqualTo("blocked");
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            POST /api/chat                    | 404 | blocked  | POST /api/chat is not open on this server; its owner can open it with the endpoint set ollama-native
            GET /api/ps                       | 404 | blocked  | GET /api/ps is not open on this server; its owner can open it with the endpoint set ollama-native
            POST /v1/embeddings               | 404 | blocked  | POST /v1/embeddings is not open on this server; its owner can open it with the endpoint set openai-extra
            POST /v1/messages/count_tokens    | 404 | blocked  | POST /v1/messages/count_tokens is not open on this server; its owner can open it with the endpoint set anthropic-count-tokens
            POST /v1/audio/speech             | 404 | blocked  | POST /v1/audio/speech is not open on this server; its owner can open it with the endpoint set audio
            GET /                             | 404 | blocked  | GET / is not open on this server; its owner can open it with the endpoint set health
            POST /api/pull?x=secret           | 404 | blocked  | POST /api/pull is not open on this server; only the endpoint set all opens it
            GET /api/chat                     | 404 | blocked  | GET /api/chat is not open on this server; only the endpoint set all opens it
            GET /%22%0a"                      | 404 | blocked  | GET /%22%0a" is not open on this server; only the endpoint set all opens it
            BREW /v1/models                   | 404 | blocked  | BREW /v1/models is not open on this server; only the endpoint set all opens it
            POST /v1/v1/messages              | 400 | base-url | /v1/v1/messages is not an API path; set the base URL of your client to http://remote-ollama
            POST /v1/v1/messages/count_tokens | 400 | base-url | /v1/v1/messages/count_tokens is not an API path; set the base URL of your client to http://remote-ollama
            POST /v1/v1/chat/completions      | 400 | base-url | /v1/v1/chat/completions is not an API path; set the base URL of your client to http://remote-ollama/v1
            POST /v1/api/chat                 | 400 | base-url | /v1/api/chat is not an API path; set the base URL of your client to http://remote-ollama
            GET /api/api/tags                 | 400 | base-url | /api/api/tags is not an API path; set the base URL of your client to http://remote-ollama
            GET /api/v1/models                | 400 | base-url | /api/v1/models is not an API path; set the base URL of your client to http://remote-ollama/v1
            POST /api/chat/completions        | 400 | base-url | /api/chat/completions is not an API path; set the base URL of your client to http://remote-ollama/v1
            POST /chat/completions            | 400 | base-url | /chat/completions is not an API path; set the base URL of your client to http://remote-ollama/v1
            POST /responses                   | 400 | base-url | /responses is not an API path; set the base URL of your client to http://remote-ollama/v1
            POST /messages                    | 400 | base-url | /messages is not an API path; set the base URL of your client to http://remote-ollama/v1
            GET /models/llama3.2              | 400 | base-url | /models/llama3.2 is not an API path; set the base URL of your client to http://remote-ollama/v1
            """)
    void aRejectionNamesTheRequestAndTheFix(String request, int status, String mark, String message)
            throws IOException {
        String[] parts = request.split(" ");
        RawHttpResponse response = proxy.client().send(RawHttpRequest.of(parts[0], parts[1], RunningProxy.NAME));
        assertThat(response.status()).isEqualTo(status);
        assertThat(response.header("x-aiserver")).isEqualTo(mark);
        JsonNode error = JSON.readTree(response.body()).path("error");
        assertThat(error.isTextual() ? error.asText() : error.path("message").asText())
                .isEqualTo("aiserver: " + message);
        assertThat(server.requests()).isEmpty();
    }

    @Test
    void aRejectionQuotesOnlyTheStartOfALongRequest() throws IOException {
        RawHttpResponse response =
                proxy.client().send(RawHttpRequest.of("X".repeat(500), "/" + "a".repeat(5000), RunningProxy.NAME));
        assertThat(response.text())
                .contains("aiserver: " + "X".repeat(32) + " /" + "a".repeat(255) + " is not open")
                .hasSizeLessThan(600);
    }

    @Test
    void aWebsocketIsRejectedWithAnUpgradeToHttp() throws IOException {
        RawHttpResponse response = proxy.client().send(websocket("/v1/responses"));
        assertThat(response.status()).isEqualTo(426);
        assertThat(response.header("x-aiserver")).isEqualTo("no-websocket");
        assertThat(response.header("upgrade")).isEqualTo("HTTP/1.1");
        assertBlocked(proxy.client().send(RawHttpRequest.get("/v1/responses", RunningProxy.NAME)), "without websocket");
        assertBlocked(proxy.client().send(websocket("/v1/chat/completions")), "another path");
        assertThat(server.requests()).isEmpty();
    }

    private static RawHttpRequest websocket(String path) {
        return RawHttpRequest.get(path, RunningProxy.NAME)
                .header("Connection", "Upgrade")
                .header("Upgrade", "websocket")
                .header("Sec-WebSocket-Version", "13")
                .header("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==");
    }

    private RawHttpResponse blocked(String path) throws IOException {
        RawHttpResponse response = proxy.client().send(RawHttpRequest.of("POST", path, RunningProxy.NAME));
        assertBlocked(response, path);
        assertThat(response.header("content-type")).isEqualTo("application/json");
        return response;
    }

    private static int status(String path) throws IOException {
        return proxy.client().send(RawHttpRequest.get(path, RunningProxy.NAME)).status();
    }

    private static void assertBlocked(RawHttpResponse response, String what) {
        assertThat(server.requests()).as(what).isEmpty();
        assertThat(response.status()).as(what).isEqualTo(404);
        assertThat(response.header("x-aiserver")).as(what).isEqualTo("blocked");
    }

    private static String concrete(Endpoint endpoint) {
        return endpoint.path().replace(Endpoint.MODEL, "llama3.2");
    }
}
