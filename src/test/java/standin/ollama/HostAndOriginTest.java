package standin.ollama;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import standin.ollama.http.OriginRule;
import standin.ollama.model.Faults;
import standin.ollama.model.ModelStore;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class HostAndOriginTest {
    private ModelServer server;

    @BeforeAll
    void start(@TempDir Path directory) throws IOException {
        server = Servers.empty(directory, "{}", "OLLAMA_ORIGINS=https://my.page,https://*.example.org");
    }

    @AfterAll
    void stop() {
        server.close();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            localhost               | 200
            LOCALHOST:99            | 200
            127.0.0.1:11434         | 200
            [::1]:11434             | 200
            0.0.0.0                 | 200
            ai-server.local         | 200
            x.Internal:1            | 200
            x.localhost             | 200
            192.168.250.20          | 200
            10.1.2.3:80             | 200
            172.16.0.1              | 200
            172.31.255.255          | 200
            [fd7a:115c:a1e0::1]:11434 | 200
            fd7a:115c:a1e0::1       | 200
            ''                      | 200
            nobody-has-this-name    | 403
            nobody-has-this-name:11434 | 403
            x.tail1234.ts.net       | 403
            100.64.1.2:11434        | 403
            172.32.1.1              | 403
            8.8.8.8                 | 403
            localhost.              | 403
            [fe80::1234]            | 403
            [fd7a:115c:a1e0::1]     | 403
            [::ffff:100.64.1.2]:1   | 403
            127.0.0.1.evil.com      | 403
            127.0.0.01              | 403
            """)
    void aLoopbackServerAcceptsLocalHostNamesOnly(String host, int status) throws IOException {
        Client.Response response = Client.call(server, "GET", "/api/version", "", "Host: " + host);
        assertThat(response.status()).isEqualTo(status);
        if (status == 403) {
            assertThat(response.body()).isEmpty();
        }
    }

    @Test
    void theHostOfAnAbsoluteTargetIsChecked() throws IOException {
        assertThat(Client.get(server, "http://nobody-has-this-name/api/version").status())
                .isEqualTo(403);
    }

    @Test
    void anHttp10ClientWithoutAHostHeaderIsAccepted() throws IOException {
        try (Client client = new Client(server.address())) {
            client.raw("GET /api/version HTTP/1.0\r\n\r\n");
            assertThat(client.response().status()).isEqualTo(200);
            assertThat(client.read()).isEqualTo(-1);
        }
    }

    private static PrintStream quiet() {
        return new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8);
    }

    @Test
    void aServerOnAllInterfacesChecksNoHost(@TempDir Path directory) throws IOException {
        try (ModelServer anyInterface =
                ModelServer.start(new InetSocketAddress(0), ModelStore.open(directory), Faults.NONE, quiet())) {
            assertThat(anyInterface.address().getAddress().isAnyLocalAddress()).isTrue();
            assertThat(Client.call(anyInterface, "GET", "/api/version", "", "Host: nobody-has-this-name")
                            .status())
                    .isEqualTo(200);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            http://127.0.0.1              | 200
            http://localhost:3000         | 200
            https://0.0.0.0:1             | 200
            app://obsidian.md             | 200
            vscode-webview://x            | 200
            tauri://localhost             | 200
            https://my.page               | 200
            https://a.example.org         | 200
            http://remote-ollama:11434    | 403
            https://example.com           | 403
            null                          | 403
            chrome-extension://x          | 403
            http://localhost.evil.com     | 403
            https://my.page.evil.com      | 403
            """)
    void onlyAllowedOriginsAreAccepted(String origin, int status) throws IOException {
        Client.Response response = Client.call(server, "GET", "/api/version", "", "Origin: " + origin);
        assertThat(response.status()).isEqualTo(status);
        if (status == 403) {
            assertThat(response.body()).isEmpty();
        }
    }

    @Test
    void aPageFromTheRequestedHostIsSameOrigin() throws IOException {
        assertThat(Client.call(server, "GET", "/", "", "Host: x.local:5", "Origin: http://x.local:5")
                        .status())
                .isEqualTo(200);
    }

    @Test
    void anOptionsRequestToALocalNameNeedsNoRoute() throws IOException {
        assertThat(Client.call(server, "OPTIONS", "/nope", "", "Host: localhost")
                        .status())
                .isEqualTo(204);
    }

    @Test
    void aPreflightDoesNotAllowTheHeadersOfAnthropicClients() throws IOException {
        Client.Response response = Client.call(server, "OPTIONS", "/v1/messages", "", "Origin: http://localhost:3000");
        assertThat(response.status()).isEqualTo(204);
        assertThat(response.header("Access-Control-Allow-Origin")).isEqualTo("http://localhost:3000");
        assertThat(response.header("Access-Control-Allow-Headers"))
                .contains("Authorization")
                .doesNotContain("x-api-key");
    }

    @ParameterizedTest
    @ValueSource(strings = {"example.com", "null", "http://*.*", "safari-web-extension://id"})
    void anOriginOnWhichOllamaPanicsIsRefused(String origin) {
        assertThatThrownBy(() -> new OriginRule(List.of(origin)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("*");
    }
}
