package dev.aiserver.template;

import dev.aiserver.spec.HostName;
import dev.aiserver.spec.ServerSpec;
import dev.aiserver.spec.Subnet;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The values in {@code haproxy.cfg}. No value can inject a line: this record checks names and numbers, and the endpoints
 * come from fixed sets.
 *
 * @param bindAddress the one IPv4 address on which the proxy listens; clients may also use it as the host name
 * @param clients the address ranges that may connect; the machine itself may always connect
 * @param ollamaPort on 127.0.0.1
 * @param hostNames the names that clients use, in lower case and without a final dot
 */
public record ProxyConfiguration(
        String bindAddress, List<Subnet> clients, ServerSpec.Proxy proxy, int ollamaPort, List<String> hostNames) {

    private static final String OCTET = "(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])";
    /** Excludes 0.0.0.0, which means every address, and addresses from 224 on, which no machine has (multicast). */
    private static final Pattern ADDRESS =
            Pattern.compile("(?!0\\.|22[4-9]\\.|2[3-5][0-9]\\.)" + OCTET + "(?:\\." + OCTET + "){3}");

    /** Throws {@link IllegalArgumentException} for a value that HAProxy's configuration cannot safely contain. */
    public ProxyConfiguration {
        clients = List.copyOf(clients);
        hostNames = List.copyOf(hostNames);
        require(ADDRESS.matcher(bindAddress).matches(), "not the address of one machine", bindAddress);
        require(isPort(proxy.port()), "not a valid port", proxy.port());
        require(isPort(ollamaPort), "not a valid port", ollamaPort);
        require(
                !(bindAddress.equals("127.0.0.1") && proxy.port() == ollamaPort),
                "the proxy would forward requests to itself on port",
                ollamaPort);
        hostNames.forEach(name -> require(HostName.isValid(name), "not a valid host name", name));
    }

    private static boolean isPort(int port) {
        return port >= 1 && port <= 65535;
    }

    private static void require(boolean valid, String problem, Object value) {
        if (!valid) {
            throw new IllegalArgumentException(problem + ": " + value);
        }
    }
}
