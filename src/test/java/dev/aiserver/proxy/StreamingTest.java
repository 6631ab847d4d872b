package dev.aiserver.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aiserver.net.HttpExchange;
import dev.aiserver.net.RawHttpRequest;
import dev.aiserver.net.RawHttpResponse;
import java.io.EOFException;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Tag("haproxy")
class StreamingTest {
    private static final int CHUNKS = 100;
    private static final String STREAM_HEAD =
            "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";

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

    /** The timeout detects buffering: with a delay of 200 ms for each chunk the test would take twice as long. */
    @Test
    @Timeout(10)
    void forwardsEachChunkBeforeTheNextOneIsSent() throws IOException {
        Semaphore seen = new Semaphore(0);
        server.respond((request, connection) -> streamInStep(connection, seen));
        try (HttpExchange exchange = proxy.client().open(generation())) {
            for (int number = 0; number < CHUNKS; number++) {
                assertThat(next(exchange, number)).isEqualTo(event(number));
                seen.release();
            }
            assertThat(exchange.body().read()).isEqualTo(-1);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "before the first byte, false",
        "before the first byte, true",
        "in the stream, false",
        "in the stream, true"
    })
    void stopsTheGenerationWhenTheClientDisconnects(String when, boolean abruptly) throws Exception {
        CountDownLatch generating = new CountDownLatch(1);
        CountDownLatch stopped = new CountDownLatch(1);
        boolean streaming = when.equals("in the stream");
        server.respond((request, connection) -> {
            if (streaming) {
                connection.send(STREAM_HEAD);
                connection.sendChunk(event(0));
            }
            generating.countDown();
            connection.awaitClose();
            stopped.countDown();
        });
        try (Socket client = proxy.connect()) {
            client.getOutputStream()
                    .write("POST /v1/messages HTTP/1.1\r\nHost: remote-ollama\r\nContent-Length: 2\r\n\r\n{}"
                            .getBytes(StandardCharsets.US_ASCII));
            assertThat(generating.await(RunningProxy.LIMIT.toSeconds(), TimeUnit.SECONDS))
                    .isTrue();
            if (streaming) {
                assertThat(client.getInputStream().read()).isEqualTo('H');
            }
            if (abruptly) {
                client.setSoLinger(true, 0); // close with a reset
            }
        }
        assertThat(stopped.await(RunningProxy.LIMIT.toSeconds(), TimeUnit.SECONDS))
                .as("Ollama notices the disconnect")
                .isTrue();
    }

    @Test
    void doesNotCompleteAnIncompleteStream() throws IOException {
        server.respond((request, connection) -> {
            connection.send(STREAM_HEAD);
            connection.sendChunk(event(0));
            connection.socket().close();
        });
        try (HttpExchange exchange = proxy.client().open(generation())) {
            assertThat(next(exchange, 0)).isEqualTo(event(0));
            assertThatThrownBy(() -> exchange.body().read()).isInstanceOf(EOFException.class);
        }
    }

    @Test
    void aReloadKeepsRunningStreamsAndUsesTheNewConfigurationForNewClients() throws Exception {
        Semaphore seen = new Semaphore(0);
        server.respond((request, connection) -> {
            if (request.line().startsWith("POST")) {
                streamInStep(connection, seen);
            } else {
                connection.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
            }
        });
        try (HttpExchange exchange = proxy.client().open(generation())) {
            assertThat(next(exchange, 0)).isEqualTo(event(0));
            assertThat(status("renamed")).isEqualTo(421);
            proxy.reloadWith("renamed", () -> status("renamed") == 200);
            seen.release();
            for (int number = 1; number < CHUNKS; number++) {
                assertThat(next(exchange, number)).isEqualTo(event(number));
                seen.release();
            }
            assertThat(exchange.body().read()).isEqualTo(-1);
        }
    }

    private static int status(String host) {
        try {
            RawHttpResponse response = proxy.client().send(RawHttpRequest.get("/v1/models", host));
            return response.status();
        } catch (IOException e) {
            throw new AssertionError("every client is served while HAProxy reloads: " + proxy.output(), e);
        }
    }

    private static void streamInStep(RecordingServer.Connection connection, Semaphore seen)
            throws IOException, InterruptedException {
        connection.send(STREAM_HEAD);
        for (int number = 0; number < CHUNKS; number++) {
            connection.sendChunk(event(number));
            if (!seen.tryAcquire(RunningProxy.LIMIT.toSeconds(), TimeUnit.SECONDS)) {
                throw new IOException("the client did not see chunk " + number);
            }
        }
        connection.send("0\r\n\r\n");
    }

    private static String next(HttpExchange exchange, int number) throws IOException {
        return new String(exchange.body().readNBytes(event(number).length()), StandardCharsets.UTF_8);
    }

    private static String event(int number) {
        return "data: {\"token\":" + number + "}\n\n";
    }

    private static RawHttpRequest generation() {
        return RawHttpRequest.post("/v1/chat/completions", RunningProxy.NAME, "{\"stream\":true}");
    }
}
