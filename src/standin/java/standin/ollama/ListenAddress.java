package standin.ollama;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Map;
import standin.ollama.model.OllamaSettings;

/** Parses {@code OLLAMA_HOST}, the address to listen on. Half of the accepted notations mean every interface. */
final class ListenAddress {
    private static final int DEFAULT_PORT = 11434;
    private static final Map<String, Integer> SCHEME_PORTS = Map.of("http", 80, "https", 443);

    private ListenAddress() {}

    /** @throws UnknownHostException if the value names a host that does not resolve */
    static InetSocketAddress of(String value) throws UnknownHostException {
        String text = OllamaSettings.trimmed(value);
        int separator = text.indexOf("://");
        int defaultPort =
                separator < 0 ? DEFAULT_PORT : SCHEME_PORTS.getOrDefault(text.substring(0, separator), DEFAULT_PORT);
        String authority = text.substring(separator < 0 ? 0 : separator + 3).replaceFirst("/.*", "");

        int colon = authority.lastIndexOf(':');
        boolean hasPort =
                colon >= 0 && (authority.indexOf(':') == colon || authority.charAt(Math.max(0, colon - 1)) == ']');
        String host = (hasPort ? authority.substring(0, colon) : authority).replaceAll("^\\[|]$", "");
        int port = hasPort ? port(authority.substring(colon + 1), defaultPort) : defaultPort;
        if (authority.isEmpty()) {
            host = "127.0.0.1";
        }
        return host.isEmpty() ? new InetSocketAddress(port) : new InetSocketAddress(InetAddress.getByName(host), port);
    }

    private static int port(String text, int defaultPort) {
        int port = text.matches("[0-9]{1,5}") ? Integer.parseInt(text) : -1;
        return port < 0 || port > 65535 ? defaultPort : port;
    }
}
