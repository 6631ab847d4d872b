package dev.aiserver.resource;

import dev.aiserver.host.Host;
import dev.aiserver.net.RawHttpClient;
import dev.aiserver.net.RawHttpRequest;
import dev.aiserver.net.RawHttpResponse;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;

/**
 * A readiness check: one GET request. The job is ready if it answers 200, or if aiserver's proxy answers that its
 * configuration blocks the path.
 */
public record Health(String address, int port, String host, String path) {

    private static final Duration TIMEOUT = Duration.ofSeconds(2);

    /**
     * Returns why the job is not ready, or empty if it is.
     *
     * @param machine the host on which the job runs
     */
    public Optional<String> problem(Host machine) {
        String where = "http://" + address + ":" + port + path;
        try {
            RawHttpResponse response = new RawHttpClient(machine, new InetSocketAddress(address, port), TIMEOUT)
                    .send(RawHttpRequest.get(path, host));
            return response.status() == 200 || response.header("x-aiserver").equals("blocked")
                    ? Optional.empty()
                    : Optional.of(where + " answers " + response.status());
        } catch (IOException e) {
            return Optional.of(where + " does not answer (" + e.getMessage() + ")");
        }
    }
}
