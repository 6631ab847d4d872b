package dev.aiserver.value;

import java.util.OptionalInt;
import java.util.regex.Pattern;

/** The rule for TCP ports: 1 to 65535. */
public final class Port {
    public static final int LAST = 65_535;

    /** The rule as a sentence without its full stop. */
    public static final String RULE = "a port is a number from 1 to " + LAST;

    private static final Pattern DIGITS = Pattern.compile("[0-9]{1,5}");

    private Port() {}

    public static boolean isValid(int port) {
        return port >= 1 && port <= LAST;
    }

    /** Returns the port, or empty if the text is not one. */
    public static OptionalInt parse(String text) {
        return DIGITS.matcher(text).matches() && isValid(Integer.parseInt(text))
                ? OptionalInt.of(Integer.parseInt(text))
                : OptionalInt.empty();
    }
}
