package standin.ollama.http;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Decides which Host headers a server on a loopback address accepts, which protects it from DNS rebinding. */
final class HostRule {
    private static final Pattern WITH_PORT = Pattern.compile("(?:\\[([^\\[\\]]*)]|([^:\\[\\]]*)):[^:\\[\\]]*");
    private static final String OCTET = "(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])";
    private static final Pattern IPV4 = Pattern.compile(OCTET + "(\\." + OCTET + "){3}");
    private static final Pattern IPV6 = Pattern.compile("[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*");

    /** Classifies a Host header. */
    enum Decision {
        ADDRESS,
        NAME,
        REFUSED
    }

    private HostRule() {}

    /** @param header Host header with or without a port; the port is ignored */
    static Decision judge(String header) {
        String host = withoutPort(header);
        Optional<InetAddress> address = literal(host);
        if (address.isPresent()) {
            return isLocal(address.get()) ? Decision.ADDRESS : Decision.REFUSED;
        }
        String name = host.toLowerCase(Locale.ROOT);
        boolean local = name.isEmpty()
                || name.equals("localhost")
                || List.of(".localhost", ".local", ".internal").stream().anyMatch(name::endsWith)
                || name.equals(hostname());
        return local ? Decision.NAME : Decision.REFUSED;
    }

    private static String withoutPort(String header) {
        Matcher split = WITH_PORT.matcher(header);
        if (!split.matches()) {
            return header;
        }
        return split.group(1) == null ? split.group(2) : split.group(1);
    }

    /** Returns the address if the text is an IP literal; it never asks a name server. */
    private static Optional<InetAddress> literal(String host) {
        if (!IPV4.matcher(host).matches() && !IPV6.matcher(host).matches()) {
            return Optional.empty();
        }
        try {
            return Optional.of(InetAddress.getByName(host));
        } catch (UnknownHostException e) {
            return Optional.empty();
        }
    }

    private static boolean isLocal(InetAddress address) {
        boolean ipv4 = address instanceof Inet4Address;
        boolean isPrivate = ipv4 ? address.isSiteLocalAddress() : (address.getAddress()[0] & 0xfe) == 0xfc;
        try {
            return address.isLoopbackAddress()
                    || address.isAnyLocalAddress()
                    || isPrivate
                    || NetworkInterface.getByInetAddress(address) != null;
        } catch (SocketException e) {
            throw new IllegalStateException("could not list the network interfaces of this machine", e);
        }
    }

    private static String hostname() {
        try {
            return InetAddress.getLocalHost().getHostName().toLowerCase(Locale.ROOT);
        } catch (UnknownHostException e) {
            // Java returns the name only if it resolves to an address; otherwise no name matches.
            return "";
        }
    }
}
