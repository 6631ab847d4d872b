package dev.aiserver.spec;

import java.util.regex.Pattern;

/** The names by which clients call a server: labels of letters, digits and hyphens (RFC 1123), in lower case. */
public final class HostName {
    private static final Pattern VALID = Pattern.compile(
            "(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*");

    private HostName() {}

    public static boolean isValid(String name) {
        return VALID.matcher(name).matches();
    }
}
