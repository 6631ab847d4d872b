package dev.aiserver.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.aiserver.net.RawHttpRequest;
import dev.aiserver.net.RawHttpResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("haproxy")
class AvailabilityTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @Test
    void reportsAtOnceThatTheModelServerIsDownAndRecovers(@TempDir Path directory) throws IOException {
        int port = RunningProxy.freePort();
        try (RunningProxy proxy = RunningProxy.start(directory, port)) {
            assertThat(RunningProxy.eventually(() -> proxy.output().contains("is DOWN")))
                    .isTrue();
            RawHttpResponse response = send(proxy);
            assertThat(response.status()).isEqualTo(503);
            assertThat(response.header("x-aiserver")).isEqualTo("model-server-down");
            assertThat(response.header("retry-after")).isEqualTo("2");
            assertThat(JSON.readTree(response.body()).at("/error/code").asText())
                    .isEqualTo("model-server-down");

            assertThat(RunningProxy.eventually(() -> proxy.requestLog().size() == 1))
                    .isTrue();
            JsonNode entry = JSON.readTree(proxy.requestLog().get(0));
            assertThat(entry.path("connect_ms").asInt())
                    .as("no attempt to connect")
                    .isEqualTo(-1);
            assertThat(entry.path("status").asInt()).isEqualTo(503);

            try (RecordingServer server = RecordingServer.start(port)) {
                assertThat(RunningProxy.eventually(() -> send(proxy).status() == 200))
                        .isTrue();
                assertThat(server.requests()).hasSize(1);
            }
        }
    }

    private static RawHttpResponse send(RunningProxy proxy) {
        try {
            return proxy.client().send(RawHttpRequest.get("/v1/models", RunningProxy.NAME));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
