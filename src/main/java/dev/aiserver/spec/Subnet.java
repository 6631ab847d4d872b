package dev.aiserver.spec;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A range of IPv4 addresses in CIDR notation (RFC 4632), such as 192.168.250.0/24.
 *
 * @param network the first address, as a number; the bits behind the prefix are zero
 * @param prefix how many bits all of its addresses share, 0 to 32
 */
public record Subnet(int network, int prefix) {

    private static final String OCTET = "(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])";
    private static final Pattern ADDRESS = Pattern.compile(OCTET + "\\." + OCTET + "\\." + OCTET + "\\." + OCTET);
    private static final Pattern PREFIX = Pattern.compile("3[0-2]|[12]?[0-9]");

    /** Throws {@link IllegalArgumentException} for a prefix that is too long and for bits behind it. */
    public Subnet {
        if (prefix < 0 || prefix > 32 || (network & mask(prefix)) != network) {
            throw new IllegalArgumentException("not a range of addresses: " + text(network) + "/" + prefix);
        }
    }

    /** Returns the range that has this address in it, or nothing for a text that is not in CIDR notation. */
    static Optional<Subnet> around(String cidr) {
        int slash = cidr.indexOf('/');
        if (slash < 0 || !PREFIX.matcher(cidr.substring(slash + 1)).matches()) {
            return Optional.empty();
        }
        int prefix = Integer.parseInt(cidr.substring(slash + 1));
        return address(cidr.substring(0, slash)).map(address -> new Subnet(address & mask(prefix), prefix));
    }

    /** Throws {@link IllegalArgumentException} for a text that is not exactly as {@link #toString} writes it. */
    public static Subnet of(String cidr) {
        return around(cidr)
                .filter(subnet -> subnet.toString().equals(cidr))
                .orElseThrow(() -> new IllegalArgumentException("not a range of addresses: " + cidr));
    }

    /** Returns whether it has this address in it; what is not an IPv4 address is in no range. */
    public boolean contains(String address) {
        return address(address)
                .filter(number -> (number & mask(prefix)) == network)
                .isPresent();
    }

    private static int mask(int prefix) {
        return prefix == 0 ? 0 : -1 << (32 - prefix);
    }

    private static Optional<Integer> address(String text) {
        Matcher octets = ADDRESS.matcher(text);
        if (!octets.matches()) {
            return Optional.empty();
        }
        int address = 0;
        for (int octet = 1; octet <= 4; octet++) {
            address = address << 8 | Integer.parseInt(octets.group(octet));
        }
        return Optional.of(address);
    }

    private static String text(int address) {
        return (address >>> 24) + "." + (address >>> 16 & 255) + "." + (address >>> 8 & 255) + "." + (address & 255);
    }

    @Override
    public String toString() {
        return text(network) + "/" + prefix;
    }
}
