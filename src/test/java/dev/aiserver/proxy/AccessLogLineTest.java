package dev.aiserver.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aiserver.net.RawHttpRequest;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AccessLogLineTest {
    private static final String LINE = "{\"time\":1700000000.007,\"client\":\"100.64.0.2\",\"method\":\"POST\","
            + "\"path\":\"/v1/a\\\"b\\u0001\",\"status\":200,\"bytes_in\":1,\"bytes_out\":2,\"connect_ms\":0,"
            + "\"first_byte_ms\":5,\"total_ms\":9,\"end\":\"----\",\"running\":3}";

    @Test
    void readsEachField() {
        assertThat(AccessLogLine.parse(LINE))
                .contains(new AccessLogLine(
                        Instant.ofEpochMilli(1_700_000_000_007L),
                        "100.64.0.2",
                        "POST",
                        "/v1/a\"b\u0001",
                        200,
                        1,
                        2,
                        0,
                        5,
                        9,
                        "----",
                        3));
    }

    /** Includes a request that HAProxy cannot parse, a path with quotation marks, and a path longer than the log's. */
    @Test
    @Tag("haproxy")
    void readsWhatHaproxyWrites(@TempDir Path directory) throws IOException {
        Instant start = Instant.now().minusSeconds(1);
        try (RecordingServer server = RecordingServer.start(RunningProxy.freePort());
                RunningProxy proxy = RunningProxy.start(directory, server.port())) {
            List<String> paths = List.of("/v1/models", "/a\"b\\c%22?secret", "/" + "x".repeat(3000));
            for (String path : paths) {
                proxy.client().send(RawHttpRequest.get(path, RunningProxy.NAME));
            }
            try (Socket client = proxy.connect()) {
                client.getOutputStream().write("no request\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                client.getInputStream().readAllBytes();
            }
            assertThat(RunningProxy.eventually(() -> proxy.requestLog().size() == paths.size() + 1))
                    .isTrue();
            List<AccessLogLine> lines = proxy.requestLog().stream()
                    .map(line -> AccessLogLine.parse(line).orElseThrow(() -> new AssertionError(line)))
                    .toList();
            assertThat(lines)
                    .extracting(AccessLogLine::path)
                    .containsExactly("/v1/models", "/a\"b\\c%22", "/" + "x".repeat(255), "-");
            assertThat(lines).extracting(AccessLogLine::status).containsExactly(200, 404, 404, 400);
            assertThat(lines).allSatisfy(line -> {
                assertThat(line.client()).isEqualTo("127.0.0.1");
                assertThat(line.time()).isBetween(start, Instant.now().plus(Duration.ofSeconds(1)));
                assertThat(line.end()).hasSize(4);
                assertThat(line.running()).isPositive();
            });
            assertThat(lines.get(0).firstByteMillis()).isNotNegative();
            assertThat(lines.get(1).connectMillis()).isEqualTo(-1);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "{}",
                "[]",
                "null",
                "[NOTICE] (1) : New worker (2) forked",
                "{\"time\":1e999999999}",
                "{\"time\":\"now\"}",
            })
    void ignoresWhatIsNotARequest(String line) {
        assertThat(AccessLogLine.parse(line)).isEmpty();
    }

    @Test
    void ignoresDamagedLines() {
        for (int length = 0; length < LINE.length(); length++) {
            assertThat(AccessLogLine.parse(LINE.substring(0, length))).isEmpty();
        }
        assertThat(AccessLogLine.parse(LINE + LINE)).as("two lines in one").isEmpty();
        assertThat(AccessLogLine.parse(LINE.replace("\"client\"", "\"other\""))).isEmpty();
        assertThat(AccessLogLine.parse(LINE.replace("200", "\"200\""))).isEmpty();
        assertThat(AccessLogLine.parse(LINE.replace("{", "{\"more\":1,"))).isEmpty();
        assertThat(AccessLogLine.parse(LINE.replace("/v1", "/" + "x".repeat(AccessLogLine.MAX_LENGTH))))
                .isEmpty();
        assertThat(AccessLogLine.parse("{\"a\":".repeat(500))).isEmpty();
        assertThat(AccessLogLine.parse(
                        LINE.replace(":200", ":" + "9".repeat(90)).replace("1700000000.007", "1e300")))
                .isPresent();
    }
}
