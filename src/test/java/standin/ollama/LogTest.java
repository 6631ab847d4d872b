package standin.ollama;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aiserver.host.Poller;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import standin.ollama.model.CatalogueModel;
import standin.ollama.model.Faults;
import standin.ollama.model.ModelStore;

final class LogTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            GET    | /api/%74ags?x=%20  | X-Forwarded-For: 100.64.0.9           | 200 |      100.64.0.9 | GET      "/api/tags?x=%20"
            DELETE | /a%0a%22b          | X-Forwarded-For: 100.64.0.9, 10.0.0.1 | 404 |      100.64.0.9 | DELETE   "/a\\x0a\\"b"
            GET    | /api/tags          | Origin: https://example.com           | 403 |       127.0.0.1 | GET      "/api/tags"
            """)
    void aRequestIsLoggedWithTheClientFromXForwardedFor(
            String method,
            String target,
            String header,
            int status,
            String client,
            String logged,
            @TempDir Path directory)
            throws IOException {
        ByteArrayOutputStream log = new ByteArrayOutputStream();
        try (ModelServer server = ModelServer.start(
                Servers.ANY_PORT,
                ModelStore.open(directory),
                Faults.NONE,
                new PrintStream(log, true, StandardCharsets.UTF_8))) {
            Client.call(server, method, target, "", header);
            assertThat(new Poller(Duration.ofMillis(2))
                            .await(
                                    Duration.ofSeconds(10),
                                    () -> log.toString(StandardCharsets.UTF_8).contains("[GIN]")))
                    .isTrue();
        }
        assertThat(log.toString(StandardCharsets.UTF_8).lines().filter(line -> line.startsWith("[GIN]")))
                .singleElement()
                .asString()
                .contains(" | " + status + " | ")
                .endsWith(" | " + " ".repeat(15 - client.length()) + client + " | " + logged);
    }

    /** Ollama logs 499 while the request waits for its model, and 500 once the engine handles it. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {"loadDelayMillis": 20000}       | 499
            {"firstTokenDelayMillis": 20000} | 500
            """)
    void theStatusOfADisconnectDependsOnWhatItInterrupted(String faults, int status, @TempDir Path directory)
            throws IOException {
        ByteArrayOutputStream log = new ByteArrayOutputStream();
        ModelStore store = ModelStore.open(directory);
        store.add(CatalogueModel.of("m", 1, "llama", 1024, "completion"));
        try (ModelServer server = ModelServer.start(
                        Servers.ANY_PORT,
                        store,
                        Faults.parse(faults),
                        new PrintStream(log, true, StandardCharsets.UTF_8));
                Socket client = new Socket(
                        server.address().getAddress(), server.address().getPort())) {
            String body = "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}";
            client.getOutputStream()
                    .write(("POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + body.length()
                                    + "\r\n\r\n" + body)
                            .getBytes(StandardCharsets.UTF_8));
            Poller poller = new Poller(Duration.ofMillis(2));
            assertThat(poller.await(
                            Duration.ofSeconds(10), () -> server.generations().running() == 1))
                    .isTrue();
            client.shutdownOutput();
            assertThat(poller.await(
                            Duration.ofSeconds(10),
                            () -> log.toString(StandardCharsets.UTF_8).contains("[GIN]")))
                    .isTrue();
        }
        assertThat(log.toString(StandardCharsets.UTF_8)).contains(" | " + status + " | ");
    }
}
