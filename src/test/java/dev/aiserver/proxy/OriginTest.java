package dev.aiserver.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aiserver.net.RawHttpResponse;
import dev.aiserver.spec.EndpointSet;
import dev.aiserver.spec.ServerSpec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tests which origins may send requests. */
@Tag("haproxy")
class OriginTest {
    @TempDir
    static Path directory;

    private static RecordingServer server;
    private static RunningProxy closed;
    private static RunningProxy listed;
    private static RunningProxy open;
    private static RunningProxy all;

    @BeforeAll
    static void start() throws IOException {
        server = RecordingServer.start();
        List<String> origins = List.of("https://chat.example.com", "http://localhost:3000", "app://obsidian.md");
        closed = start("closed", EnumSet.of(EndpointSet.STRICT), List.of(), false);
        listed = start("listed", EnumSet.of(EndpointSet.STRICT, EndpointSet.BROWSER), origins, false);
        open = start("open", EnumSet.of(EndpointSet.STRICT, EndpointSet.BROWSER), List.of(), true);
        all = start("all", EnumSet.of(EndpointSet.ALL), List.of(), false);
    }

    private static RunningProxy start(String name, EnumSet<EndpointSet> sets, List<String> origins, boolean any)
            throws IOException {
        Path folder = java.nio.file.Files.createDirectory(directory.resolve(name));
        return RunningProxy.start(
                folder, server.port(), new ServerSpec.Proxy(RunningProxy.freePort(), sets).withOrigins(origins, any));
    }

    @AfterAll
    static void stop() throws IOException {
        for (RunningProxy proxy : List.of(closed, listed, open, all)) {
            proxy.close();
        }
        server.close();
    }

    @AfterEach
    void resetServer() {
        server.reset();
    }

    /**
     * Columns: headers, then the outcome without the set browser, with three configured origins, and with any-origin.
     */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            X-Nothing: 1                                  | served  | served  | served
            Origin: https://evil.example                  | refused | refused | served
            Origin: https://chat.example.com              | refused | served  | served
            Origin: http://localhost:3000                 | refused | served  | served
            Origin: app://obsidian.md                     | refused | served  | served
            Origin: http://chat.example.com               | refused | refused | served
            Origin: https://chat.example.com:8443         | refused | refused | served
            Origin: https://chat.example.com.evil.example | refused | refused | served
            Origin: https://chat.example.com@evil.example | refused | refused | served
            Origin: https://xchat.example.com             | refused | refused | served
            Origin: HTTPS://CHAT.EXAMPLE.COM              | refused | refused | served
            Origin: https://chat.example.com/             | refused | refused | served
            Origin: https://a, https://chat.example.com   | refused | refused | served
            Origin: null                                  | refused | refused | served
            Origin:                                       | refused | refused | served
            Origin: http://remote-ollama                  | refused | refused | served
            Origin: http://127.0.0.1:11434                | refused | refused | served
            Origin: http://localhost                      | refused | refused | served
            Origin: tauri://localhost                     | refused | refused | served
            origin: https://evil.example                  | refused | refused | served
            Origin: https://evil.example~Origin: https://chat.example.com | refused | malformed | served
            Origin: https://chat.example.com~Origin: https://evil.example | refused | malformed | served
            Sec-Fetch-Site: cross-site                    | refused | refused | served
            Sec-Fetch-Site: Cross-Site                    | refused | refused | served
            Sec-Fetch-Site: same-site                     | refused | refused | served
            Sec-Fetch-Site: same-origin                   | served  | served  | served
            Sec-Fetch-Site: none                          | served  | served  | served
            Sec-Fetch-Site: none~Sec-Fetch-Site: cross-site | refused | refused | served
            Sec-Fetch-Site: cross-site~Origin: https://chat.example.com | refused | served | served
            Sec-Fetch-Site: none~Origin: https://evil.example | refused | refused | served
            Sec-Fetch-Mode: cors                          | served  | served  | served
            """)
    void servesOnlyConfiguredOrigins(String headers, String ofClosed, String ofListed, String ofOpen)
            throws IOException {
        assertThat(outcome(closed, headers)).as("without browser").isEqualTo(ofClosed);
        assertThat(outcome(listed, headers)).as("with a list").isEqualTo(ofListed);
        assertThat(outcome(open, headers)).as("with any-origin").isEqualTo(ofOpen);
        assertThat(outcome(all, headers)).as("with all, without browser").isEqualTo(ofClosed);
    }

    private static String outcome(RunningProxy proxy, String headers) throws IOException {
        server.reset();
        RawHttpResponse response = send(proxy, "POST /v1/chat/completions", headers);
        if (response.status() == 200) {
            assertThat(response.text()).isEqualTo(RecordingServer.SERVED);
            if (proxy == listed || proxy == open) {
                assertThat(server.requests().get(0).headers("Origin"))
                        .as("Ollama checks origins itself")
                        .isEmpty();
            }
            String origin = headers.replaceFirst("^(.*~)?Origin: ", "");
            assertThat(response.header("access-control-allow-origin"))
                    .isEqualTo(proxy == open ? "*" : origin.equals(headers) ? "" : origin);
            return "served";
        }
        assertThat(server.requests()).isEmpty();
        assertThat(response.header("content-type")).isEqualTo("application/json");
        assertThat(response.text()).doesNotContain("evil");
        return switch (response.header("x-aiserver")) {
            case "foreign-origin" -> {
                assertThat(response.status()).isEqualTo(403);
                yield "refused";
            }
            case "bad-request" -> "malformed";
            default -> response.toString();
        };
    }

    /** A browser sends a preflight request before the request of a page. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            /v1/chat/completions | https://chat.example.com | 204 | https://chat.example.com
            /v1/models/llama3.2  | https://chat.example.com | 204 | https://chat.example.com
            /api/version         | app://obsidian.md        | 204 | app://obsidian.md
            /v1/chat/completions | https://evil.example     | 403 |
            /api/delete          | https://chat.example.com | 404 | https://chat.example.com
            /api/delete          | https://evil.example     | 403 |
            """)
    void theProxyAnswersPreflightRequestsItself(String path, String origin, int status, String allowed)
            throws IOException {
        String headers = "Origin: " + origin
                + "~Access-Control-Request-Method: POST~Access-Control-Request-Headers: authorization, x-stainless-os";
        RawHttpResponse response = send(listed, "OPTIONS " + path, headers);
        assertThat(response.status()).isEqualTo(status);
        assertThat(response.header("access-control-allow-origin")).isEqualTo(allowed == null ? "" : allowed);
        if (status == 204) {
            assertThat(response.header("x-aiserver")).isEqualTo("preflight");
            assertThat(response.header("access-control-allow-headers")).isEqualTo("authorization, x-stainless-os");
            assertThat(response.header("access-control-allow-methods")).contains("POST");
        }
        assertThat(send(closed, "OPTIONS " + path, headers).status()).isEqualTo(403);
        assertThat(server.requests()).isEmpty();
    }

    /** A page of a configured origin can also read the proxy's errors. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            https://chat.example.com | https://chat.example.com
            https://evil.example     |
            """)
    void configuredOriginsCanReadTheProxysErrors(String origin, String allowed) throws IOException {
        RawHttpResponse response = send(listed, "POST /api/pull", "Origin: " + origin);
        assertThat(response.header("access-control-allow-origin")).isEqualTo(allowed == null ? "" : allowed);
        assertThat(response.header("vary")).isEqualTo("Origin");
    }

    private static RawHttpResponse send(RunningProxy proxy, String methodAndPath, String headers) throws IOException {
        return proxy.client()
                .send((methodAndPath + " HTTP/1.1\r\nHost: " + RunningProxy.NAME + "\r\n" + headers.replace("~", "\r\n")
                                + "\r\nConnection: close\r\n\r\n")
                        .getBytes(StandardCharsets.US_ASCII));
    }
}
