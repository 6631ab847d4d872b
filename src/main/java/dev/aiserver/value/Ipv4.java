package dev.aiserver.value;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An IPv4 address in its only common spelling: four numbers without leading zeros.
 *
 * @param bits the address as a number
 */
public record Ipv4(int bits) {
    private static final String OCTET = "(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])";

    /** The rule as a regular expression, also in the syntax of ECMA-262. */
    public static final String PATTERN = OCTET + "\\." + OCTET + "\\." + OCTET + "\\." + OCTET;

    private static final Pattern VALID = Pattern.compile(PATTERN);

    /** Returns the address, or empty if the text is not one. */
    public static Optional<Ipv4> parse(String text) {
        Matcher octets = VALID.matcher(text);
        if (!octets.matches()) {
            return Optional.empty();
        }
        int bits = 0;
        for (int octet = 1; octet <= 4; octet++) {
            bits = bits << 8 | Integer.parseInt(octets.group(octet));
        }
        return Optional.of(new Ipv4(bits));
    }

    /** Returns whether the text is an IPv4 address. */
    public static boolean isValid(String text) {
        return VALID.matcher(text).matches();
    }

    /**
     * Returns whether one machine can have the address. Excludes 0.0.0.0, which means every address, and addresses from 224
     * on, which no machine has (multicast).
     */
    public boolean isOfOneMachine() {
        return first() > 0 && first() < 224;
    }

    /** Returns whether only the machine itself can use the address. */
    public boolean isLoopback() {
        return first() == 127;
    }

    private int first() {
        return bits >>> 24;
    }

    @Override
    public String toString() {
        return first() + "." + (bits >>> 16 & 255) + "." + (bits >>> 8 & 255) + "." + (bits & 255);
    }
}
