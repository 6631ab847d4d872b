package dev.aiserver.spec;

import java.util.regex.Pattern;

/** Checks the host names that clients use for a server: lower-case labels of letters, digits and hyphens (RFC 1123). */
public final class HostName {
    private static final Pattern VALID = Pattern.compile(
            "(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*");

    private HostName() {}

    public static boolean isValid(String name) {
        return VALID.matcher(name).matches();
    }
}
