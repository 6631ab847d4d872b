package dev.aiserver.net;

import dev.aiserver.host.Command;
import dev.aiserver.host.HostIdentity;
import dev.aiserver.host.Query;
import dev.aiserver.host.UserError;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads the addresses of a host, with ifconfig (every Mac) or ip (every Linux). */
public final class Interfaces {
    private static final Pattern INTERFACE = Pattern.compile("(?:\\d+: )?([^\\s:@]+)(?:@[^\\s:]+)?: .*");
    private static final Pattern ADDRESS = Pattern.compile("\\s*inet6? ([0-9A-Fa-f.:]+)(%[^\\s/]+)?(?:[\\s/].*)?");

    /** Nothing can listen on these addresses: another machine may have them. */
    private static final Pattern UNUSABLE = Pattern.compile(".*\\b(?:tentative|dadfailed|duplicated)\\b.*");

    private Interfaces() {}

    /** Linux may also have ifconfig, but that one omits addresses. */
    private static Command command(HostIdentity facts) {
        return facts.isMac() ? Command.of("ifconfig", "-a") : Command.of("ip", "addr");
    }

    /**
     * Asks for the IPv4 and IPv6 addresses. A link-local address includes its interface, as in {@code fe80::1%lo0}. It
     * is an error when the command is missing, fails, or lists no address.
     */
    public static Query<Set<String>> addresses(HostIdentity identity) {
        Command command = command(identity);
        return Query.output(command, "which addresses this machine has").map(output -> {
            Set<String> addresses = read(output);
            if (addresses.isEmpty()) {
                throw new UserError("Could not read this machine's addresses (\"" + command + "\" returned none).");
            }
            return addresses;
        });
    }

    /** ifconfig prints the interface next to a link-local address, ip only above it. */
    private static Set<String> read(String output) {
        Set<String> addresses = new LinkedHashSet<>();
        String name = "";
        for (Iterator<String> lines = output.lines().iterator(); lines.hasNext(); ) {
            String line = lines.next();
            Matcher header = INTERFACE.matcher(line);
            Matcher address = ADDRESS.matcher(line);
            if (header.matches()) {
                name = header.group(1);
            } else if (address.matches() && !UNUSABLE.matcher(line).matches()) {
                String scope = address.group(2) == null ? "%" + name : address.group(2);
                addresses.add(isLinkLocal(address.group(1)) ? address.group(1) + scope : address.group(1));
            }
        }
        return addresses;
    }

    private static boolean isLinkLocal(String address) {
        return address.matches("(?i)fe[89ab][0-9a-f]:.*");
    }
}
