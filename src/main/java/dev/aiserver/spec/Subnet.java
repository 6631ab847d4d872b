package dev.aiserver.spec;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A range of IPv4 addresses in CIDR notation (RFC 4632), such as 192.168.250.0/24.
 *
 * @param network the first address, as a number; the bits after the prefix are zero
 * @param prefix how many leading bits all addresses of the range share, 0 to 32
 */
public record Subnet(int network, int prefix) {

    private static final String OCTET = "(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])";
    private static final Pattern ADDRESS = Pattern.compile(OCTET + "\\." + OCTET + "\\." + OCTET + "\\." + OCTET);
    private static final Pattern PREFIX = Pattern.compile("3[0-2]|[12]?[0-9]");

    /** Throws {@link IllegalArgumentException} if the prefix is out of range or a bit after the prefix is set. */
    public Subnet {
        if (prefix < 0 || prefix > 32 || (network & mask(prefix)) != network) {
            throw new IllegalArgumentException("not an address range: " + text(network) + "/" + prefix);
        }
    }

    /** Returns the range that contains this address, or empty if the text is not in CIDR notation. */
    static Optional<Subnet> containing(String cidr) {
        int slash = cidr.indexOf('/');
        if (slash < 0 || !PREFIX.matcher(cidr.substring(slash + 1)).matches()) {
            return Optional.empty();
        }
        int prefix = Integer.parseInt(cidr.substring(slash + 1));
        return address(cidr.substring(0, slash)).map(address -> new Subnet(address & mask(prefix), prefix));
    }

    /** Throws {@link IllegalArgumentException} for a text that differs from what {@link #toString} writes. */
    public static Subnet of(String cidr) {
        return containing(cidr)
                .filter(subnet -> subnet.toString().equals(cidr))
                .orElseThrow(() -> new IllegalArgumentException("not an address range: " + cidr));
    }

    /** Returns whether the range contains this address. Anything but an IPv4 address is in no range. */
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
