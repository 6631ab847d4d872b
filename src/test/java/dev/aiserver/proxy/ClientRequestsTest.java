package dev.aiserver.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aiserver.net.RawHttpResponse;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import standin.ollama.ModelServer;
import standin.ollama.Servers;
import standin.ollama.http.RequestHistory;

/** Replays the recorded requests of the clients' SDKs. */
@Tag("haproxy")
class ClientRequestsTest {
    private static ModelServer server;
    private static RunningProxy proxy;

    @BeforeAll
    static void start(@TempDir Path directory) throws IOException {
        server = Servers.withModels(directory, "{}", "OLLAMA_NO_CLOUD=1");
        proxy = RunningProxy.start(directory, server.address().getPort());
    }

    @AfterAll
    static void stop() {
        proxy.close();
        server.close();
    }

    static Stream<Arguments> recorded() throws IOException {
        List<Arguments> requests = new ArrayList<>();
        for (String client : List.of("openai", "anthropic", "ollama")) {
            for (ClientRequest request : ClientRequest.recorded(client)) {
                requests.add(Arguments.of(client, request));
            }
        }
        return requests.stream();
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("recorded")
    void recordedRequestsArriveUnchangedAndAreServed(String client, ClientRequest request) throws IOException {
        RawHttpResponse response = proxy.client().send(request.request(RunningProxy.NAME));
        assertThat(response.status()).as(response.text()).isEqualTo(200);
        assertThat(response.headers()).doesNotContainKey("x-aiserver");
        List<RequestHistory.Entry> arrived = server.requests();
        assertThat(ClientRequest.of(arrived.get(arrived.size() - 1))).isEqualTo(request);
    }
}
