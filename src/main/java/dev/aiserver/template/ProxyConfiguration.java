package dev.aiserver.template;

import dev.aiserver.proxy.AccessLogLine;
import dev.aiserver.proxy.ProxyLimits;
import dev.aiserver.spec.ServerSpec;
import dev.aiserver.value.HostName;
import dev.aiserver.value.Ipv4;
import dev.aiserver.value.Port;
import dev.aiserver.value.Subnet;
import java.util.List;

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

    /** Throws {@link IllegalArgumentException} for a value that HAProxy's configuration cannot safely contain. */
    public ProxyConfiguration {
        clients = List.copyOf(clients);
        hostNames = List.copyOf(hostNames);
        require(isOfOneMachine(bindAddress), "not the address of one machine", bindAddress);
        require(Port.isValid(proxy.port()), "not a valid port", proxy.port());
        require(Port.isValid(ollamaPort), "not a valid port", ollamaPort);
        require(
                !(bindAddress.equals("127.0.0.1") && proxy.port() == ollamaPort),
                "the proxy would forward requests to itself on port",
                ollamaPort);
        hostNames.forEach(name -> require(HostName.isValid(name), "not a valid host name", name));
    }

    public ProxyLimits limits() {
        return ProxyLimits.DEFAULT;
    }

    /** Returns the format of the log's lines. */
    public String logFormat() {
        return AccessLogLine.format();
    }

    public int logLineLength() {
        return AccessLogLine.MAX_LENGTH;
    }

    private static boolean isOfOneMachine(String address) {
        return Ipv4.parse(address).filter(Ipv4::isOfOneMachine).isPresent();
    }

    private static void require(boolean valid, String problem, Object value) {
        if (!valid) {
            throw new IllegalArgumentException(problem + ": " + value);
        }
    }
}
