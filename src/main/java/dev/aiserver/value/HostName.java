package dev.aiserver.value;

import java.util.regex.Pattern;

/** The rule for host names that clients use for a server: lower-case labels of letters, digits and hyphens (RFC 1123). */
public final class HostName {
    private static final String LABEL = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?";

    /** The rule as a regular expression, also in the syntax of ECMA-262. An IPv4 address matches too. */
    public static final String PATTERN = "(?=.{1,253}$)" + LABEL + "(?:\\." + LABEL + ")*";

    private static final Pattern VALID = Pattern.compile(PATTERN);

    private HostName() {}

    public static boolean isValid(String name) {
        return VALID.matcher(name).matches();
    }
}
