package dev.aiserver.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aiserver.spec.EndpointSet;
import dev.aiserver.spec.ServerSpec;
import dev.aiserver.spec.Subnet;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who may connect, and how much one of them may take. */
class EdgeTest {
    private static final String REQUEST = "GET /v1/models HTTP/1.1\r\nHost: " + RunningProxy.NAME + "\r\n\r\n";

    @TempDir
    private Path directory;

    private RecordingServer server = RecordingServer.start();

    EdgeTest() throws IOException {}

    @AfterEach
    void stop() throws IOException {
        server.close();
    }

    /** All of 127.0.0.0/8 is this machine itself, so that rule is taken out to have a foreign address here. */
    @Test
    void refusesAConnectionFromAnAddressThatIsNotOfAClient() throws IOException {
        try (RunningProxy proxy = RunningProxy.start(
                directory,
                server.port(),
                strict(),
                List.of(Subnet.of("127.0.0.8/30")),
                cfg -> replaced(cfg, "src 127.0.0.0/8 127.0.0.1 ", "src 127.0.0.1 "))) {
            assertThat(answer(proxy, "127.0.0.7")).isEmpty();
            assertThat(answer(proxy, "127.0.0.12")).isEmpty();
            assertThat(server.requests()).isEmpty();
            for (String client : List.of("127.0.0.1", "127.0.0.8", "127.0.0.11")) {
                assertThat(answer(proxy, client)).as(client).startsWith("HTTP/1.1 200");
            }
        }
    }

    private static ServerSpec.Proxy strict() throws IOException {
        return new ServerSpec.Proxy(RunningProxy.freePort(), Set.of(EndpointSet.STRICT));
    }

    private static String replaced(String cfg, String from, String to) {
        assertThat(cfg).contains(from);
        return cfg.replace(from, to);
    }

    /** The first line of it; empty when the proxy hung up without one. */
    private static String answer(RunningProxy proxy, String from) throws IOException {
        try (Socket socket = connect(proxy, from)) {
            return answer(socket);
        } catch (SocketException e) {
            assertThat(e).hasMessageMatching("(Connection reset|Broken pipe).*");
            return "";
        }
    }

    private static Socket connect(RunningProxy proxy, String from) throws IOException {
        Socket socket = new Socket();
        socket.bind(new InetSocketAddress(from, 0));
        socket.setSoTimeout((int) RunningProxy.LIMIT.toMillis());
        socket.connect(new InetSocketAddress("127.0.0.1", proxy.port()));
        return socket;
    }

    private static String answer(Socket socket) throws IOException {
        socket.getOutputStream().write(REQUEST.getBytes(StandardCharsets.US_ASCII));
        StringBuilder line = new StringBuilder();
        for (int next = socket.getInputStream().read();
                next >= 0 && next != '\r';
                next = socket.getInputStream().read()) {
            line.append((char) next);
        }
        return line.toString();
    }
}
