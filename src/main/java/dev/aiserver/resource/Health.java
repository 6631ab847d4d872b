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
 * How to ask a job whether it is ready: one GET of a path. It answers 200, or a proxy of ours says that its configuration
 * does not open that path.
 */
public record Health(String address, int port, String host, String path) {

    private static final Duration TIMEOUT = Duration.ofSeconds(2);

    /**
     * What is not right yet, empty when it is ready.
     *
     * @param machine on which the job runs
     */
    public Optional<String> problem(Host machine) {
        String where = "http://" + address + ":" + port + path;
        try {
            RawHttpResponse answer = new RawHttpClient(machine, new InetSocketAddress(address, port), TIMEOUT)
                    .send(RawHttpRequest.get(path, host));
            return answer.status() == 200 || answer.header("x-aiserver").equals("blocked")
                    ? Optional.empty()
                    : Optional.of(where + " answers " + answer.status());
        } catch (IOException e) {
            return Optional.of(where + " does not answer (" + e.getMessage() + ")");
        }
    }
}
