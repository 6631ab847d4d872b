package dev.aiserver.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tells events with a token from events without one. */
class TokenProbeTest {

    /** Sends one response on every connection. */
    private static void serve(ServerSocket listener, String answer) {
        Thread thread = new Thread(() -> {
            try {
                while (!listener.isClosed()) {
                    try (Socket client = listener.accept()) {
                        read(client.getInputStream());
                        client.getOutputStream().write(answer.getBytes(StandardCharsets.UTF_8));
                    }
                }
            } catch (IOException e) {
                // The test is over.
            }
        });
        thread.setDaemon(true);
        thread.start();
    }

    private static void read(InputStream in) throws IOException {
        StringBuilder request = new StringBuilder();
        while (!request.toString().endsWith("]}") && !request.toString().endsWith("}")) {
            int next = in.read();
            if (next < 0) {
                return;
            }
            request.append((char) next);
        }
        in.skip(in.available());
    }

    private static String outcome(int status, String body) throws IOException {
        try (ServerSocket listener = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
            serve(
                    listener,
                    "HTTP/1.1 " + status + " X\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"
                            + body.replace("~", "\n"));
            TokenProbe probe = new TokenProbe(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), listener.getLocalPort()),
                    "localhost",
                    Duration.ofSeconds(5));
            IOException e = catchThrowableOfType(IOException.class, () -> probe.ask("m"));
            return e == null ? "token" : String.valueOf(e.getMessage());
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            200 | data: {"choices":[{"delta":{"role":"assistant","content":"Hello"}}]}~~                    | token
            200 | data: {"choices":[{"delta":{"content":""}}]}~~data: {"choices":[{"delta":{"content":" "}}]}~~ | token
            200 | data:{"choices":[{"delta":{"reasoning":"Let"}}]}~~                                        | token
            200 | data: {"choices":[{"delta":{"tool_calls":[{"id":"x"}]}}]}~~                               | token
            200 | ``                                                                                        | the answer ended without a token
            200 | data: {"choices":[{"delta":{"role":"assistant","content":""},"finish_reason":null}]}~~    | the answer ended without a token
            200 | data: {"choices":[{"delta":{"role":"assistant"}}]}~~data: {"choices":[{"delta":{},"finish_reason":"stop"}]}~~data: [DONE]~~ | the answer ended without a token
            200 | data: {"choices":[],"usage":{"completion_tokens":0}}~~data: [DONE]~~                      | the answer ended without a token
            200 | data: {"choices":[{"delta":{"content":null}}]}~~data: [DONE]~~                            | the answer ended without a token
            200 | data: {"error":{"message":"runner died"}}~~                                               | the stream contains an error: runner died
            200 | data: {"error":"runner died"}~~                                                           | the stream contains an error: runner died
            200 | data: {"choices~~                                                                         | the stream contains an event that is not JSON
            200 | {"choices":[{"message":{"content":"whole, not a stream"}}]}~                              | the answer ended without a token
            503 | {"error":"busy"}~                                                                         | the proxy answers 503: {"error":"busy"}
            """)
    void onlyAPartOfAnAnswerCountsAsAToken(int status, String body, String outcome) throws IOException {
        assertThat(outcome(status, body)).isEqualTo(outcome);
    }

    /** A server may send any number of comments and empty events. */
    @ParameterizedTest
    @ValueSource(strings = {": ping\n\n", "data: {\"choices\":[]}\n\n"})
    void aStreamWithoutTokensTimesOut(String event) throws IOException {
        try (ServerSocket listener = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
            Thread thread = new Thread(() -> {
                try (Socket client = listener.accept()) {
                    read(client.getInputStream());
                    OutputStream out = client.getOutputStream();
                    out.write("HTTP/1.1 200 OK\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                    while (true) {
                        out.write(event.getBytes(StandardCharsets.US_ASCII));
                    }
                } catch (IOException e) {
                    // The client has given up.
                }
            });
            thread.setDaemon(true);
            thread.start();
            TokenProbe probe = new TokenProbe(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), listener.getLocalPort()),
                    "localhost",
                    Duration.ofSeconds(1));
            assertThat(catchThrowableOfType(IOException.class, () -> probe.ask("m")))
                    .hasMessage("no token arrived within 1 s");
        }
    }
}
