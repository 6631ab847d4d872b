package dev.aiserver.value;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A range of IPv4 addresses in CIDR notation (RFC 4632), such as 192.168.250.0/24.
 *
 * @param network the first address; its bits after the prefix are zero
 * @param prefix how many leading bits all addresses of the range share, 0 to 32
 */
public record Subnet(Ipv4 network, int prefix) {
    private static final String PREFIX_PATTERN = "(?:3[0-2]|[12]?[0-9])";
    private static final Pattern PREFIX = Pattern.compile(PREFIX_PATTERN);

    /** The notation as a regular expression, also in the syntax of ECMA-262. */
    public static final String PATTERN = Ipv4.PATTERN + "/" + PREFIX_PATTERN;

    /** Throws {@link IllegalArgumentException} if the prefix is out of range or a bit after the prefix is set. */
    public Subnet {
        if (prefix < 0 || prefix > 32 || !masked(network, prefix).equals(network)) {
            throw new IllegalArgumentException("not an address range: " + network + "/" + prefix);
        }
    }

    /** Returns the range that contains this address, or empty if the text is not in CIDR notation. */
    public static Optional<Subnet> containing(String cidr) {
        int slash = cidr.indexOf('/');
        if (slash < 0 || !PREFIX.matcher(cidr.substring(slash + 1)).matches()) {
            return Optional.empty();
        }
        int prefix = Integer.parseInt(cidr.substring(slash + 1));
        return Ipv4.parse(cidr.substring(0, slash)).map(address -> new Subnet(masked(address, prefix), prefix));
    }

    /** Returns the range, or empty for a text that differs from what {@link #toString} writes. */
    public static Optional<Subnet> parse(String cidr) {
        return containing(cidr).filter(subnet -> subnet.toString().equals(cidr));
    }

    /** Throws {@link IllegalArgumentException} for a text that differs from what {@link #toString} writes. */
    public static Subnet of(String cidr) {
        return parse(cidr).orElseThrow(() -> new IllegalArgumentException("not an address range: " + cidr));
    }

    /** Returns whether the range contains this address. Anything but an IPv4 address is in no range. */
    public boolean contains(String address) {
        return Ipv4.parse(address)
                .filter(each -> masked(each, prefix).equals(network))
                .isPresent();
    }

    private static Ipv4 masked(Ipv4 address, int prefix) {
        return new Ipv4(prefix == 0 ? 0 : address.bits() & -1 << (32 - prefix));
    }

    @Override
    public String toString() {
        return network + "/" + prefix;
    }
}
