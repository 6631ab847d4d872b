package dev.aiserver.template;

import dev.aiserver.spec.HostName;
import dev.aiserver.spec.ServerSpec;
import dev.aiserver.spec.Subnet;
import java.util.List;
import java.util.regex.Pattern;

/**
 * What stands in {@code haproxy.cfg}. Nothing in it can break out of the line where it is written: names and numbers
 * are checked here, endpoints come from the fixed sets.
 *
 * @param bindAddress the one IPv4 address on which the proxy listens, also a name by which clients may call it
 * @param clients the ranges of addresses that may connect; the machine itself may always
 * @param ollamaPort on 127.0.0.1
 * @param hostNames by which clients call the server: lower case, without a final dot
 */
public record ProxyConfiguration(
        String bindAddress, List<Subnet> clients, ServerSpec.Proxy proxy, int ollamaPort, List<String> hostNames) {

    private static final String OCTET = "(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])";
    /** Not 0.0.0.0, which is every address of the machine, and nothing from 224 on, which is no machine's. */
    private static final Pattern ADDRESS =
            Pattern.compile("(?!0\\.|22[4-9]\\.|2[3-5][0-9]\\.)" + OCTET + "(?:\\." + OCTET + "){3}");

    /** Throws {@link IllegalArgumentException} for a value that does not belong into a configuration of HAProxy. */
    public ProxyConfiguration {
        clients = List.copyOf(clients);
        hostNames = List.copyOf(hostNames);
        require(ADDRESS.matcher(bindAddress).matches(), "no address of one machine", bindAddress);
        require(isPort(proxy.port()), "no port", proxy.port());
        require(isPort(ollamaPort), "no port", ollamaPort);
        require(
                !(bindAddress.equals("127.0.0.1") && proxy.port() == ollamaPort),
                "the proxy would forward to itself at port",
                ollamaPort);
        hostNames.forEach(name -> require(HostName.isValid(name), "no host name", name));
    }

    private static boolean isPort(int port) {
        return port >= 1 && port <= 65535;
    }

    private static void require(boolean right, String complaint, Object value) {
        if (!right) {
            throw new IllegalArgumentException(complaint + ": " + value);
        }
    }
}
