package dev.aiserver.verify;

import dev.aiserver.spec.Endpoint;
import dev.aiserver.spec.ServerSpec;
import java.util.List;

/**
 * What a client knows of a server.
 *
 * @param name by which it calls it
 * @param address that the name means, as text
 * @param proxy its port, and what it lets through
 * @param hostNames every name by which the server is to answer, the first one included
 */
public record Client(String name, String address, ServerSpec.Proxy proxy, List<String> hostNames) {

    public Client {
        hostNames = List.copyOf(hostNames);
    }

    /** For the Host header, with the port as clients send it. */
    public String host() {
        return name + ":" + proxy.port();
    }

    boolean opens(String method, String path) {
        return proxy.unfiltered() || proxy.endpoints().contains(new Endpoint(method, path));
    }
}
