package dev.aiserver.spec;

import dev.aiserver.host.UserError;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where a server is, in one of the ways in which people write it down for their clients.
 *
 * @param host a name, an IPv4 address, or an IPv6 address in brackets
 * @param port empty when none is written
 */
public record ServerUrl(String host, OptionalInt port) {
    private static final Pattern PARTS = Pattern.compile(
            "(?:(?<scheme>[A-Za-z][A-Za-z0-9+.-]*)://)?(?<authority>[^/?#]*)(?<path>/[^?#]*)?(?<rest>[?#].*)?");

    /** The paths below which Ollama's two interfaces are, because clients want them in a base URL. */
    private static final Pattern BASE = Pattern.compile("/?|/(?:v1|api)/?");

    private static final Pattern AUTHORITY =
            Pattern.compile("(?<host>\\[[0-9A-Fa-f:.]{2,45}(?:%[\\w.-]{1,15})?]|[^:\\[\\]]*)(?::(?<port>[^:]*))?");

    private static final int LONGEST = 300;
    private static final int LAST_PORT = 65_535;

    /**
     * Reads {@code HOST}, {@code HOST:PORT} or {@code http://HOST:PORT}, which may end with {@code /}, {@code /v1} or
     * {@code /api}.
     *
     * @param example a URL, for the sentence
     * @throws UserError of configuration that says what is wrong with it
     */
    public static ServerUrl parse(String text, String example) {
        String url = text.strip();
        Matcher parts = PARTS.matcher(url);
        if (url.isEmpty()) {
            throw wrong("it is empty", example);
        }
        if (url.length() > LONGEST || !parts.matches()) {
            throw wrong("it is not a URL", example);
        }
        String authority = parts.group("authority");
        if (authority.contains("@")) {
            throw wrong("it holds a user name or a password, and the server asks for neither", example);
        }
        String shown = "\"" + url + "\": ";
        String scheme = parts.group("scheme");
        if (scheme != null && !scheme.equalsIgnoreCase("http")) {
            throw wrong(
                    shown
                            + (scheme.equalsIgnoreCase("https")
                                    ? "the server speaks HTTP without TLS, because the tailnet or VPN encrypts"
                                    : "the server speaks HTTP, not " + scheme),
                    example);
        }
        if (parts.group("rest") != null) {
            throw wrong(shown + "a query or fragment says nothing about where a server is", example);
        }
        if (parts.group("path") != null && !BASE.matcher(parts.group("path")).matches()) {
            throw wrong(shown + "after the port there can be nothing but /, /v1 or /api", example);
        }
        return ofAuthority(authority, shown, example);
    }

    private static ServerUrl ofAuthority(String authority, String shown, String example) {
        Matcher matcher = AUTHORITY.matcher(authority);
        if (!matcher.matches()) {
            boolean address = authority.chars().filter(c -> c == ':').count() > 1;
            throw wrong(
                    shown
                            + (address
                                    ? "an IPv6 address stands in brackets, as in [fd7a::1]:11434"
                                    : "this names no host"),
                    example);
        }
        String host = matcher.group("host").toLowerCase(Locale.ROOT);
        String name = host.endsWith(".") ? host.substring(0, host.length() - 1) : host;
        if (!host.startsWith("[") && !HostName.isValid(name)) {
            throw wrong(
                    shown
                            + (host.isEmpty()
                                    ? "it names no host"
                                    : "a host name has letters, digits, dots and hyphens only"),
                    example);
        }
        return new ServerUrl(name, port(matcher.group("port"), shown, example));
    }

    private static OptionalInt port(@Nullable String port, String shown, String example) {
        if (port == null || port.isEmpty()) {
            return OptionalInt.empty();
        }
        if (port.matches("[0-9]{1,5}")) {
            int number = Integer.parseInt(port);
            if (number > 0 && number <= LAST_PORT) {
                return OptionalInt.of(number);
            }
        }
        throw wrong(shown + "a port is a number from 1 to " + LAST_PORT, example);
    }

    private static UserError wrong(String what, String example) {
        return new UserError(UserError.Kind.CONFIGURATION, "--url " + what + "; write one such as " + example + ".");
    }
}
