package dev.aiserver.spec;

import dev.aiserver.host.UserError;
import dev.aiserver.value.HostName;
import dev.aiserver.value.Port;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A server's host and port, read from a URL as people configure it in their clients.
 *
 * @param host a name, an IPv4 address, or an IPv6 address in brackets
 * @param port empty if the URL has none
 */
public record ServerUrl(String host, OptionalInt port) {
    private static final Pattern PARTS = Pattern.compile(
            "(?:(?<scheme>[A-Za-z][A-Za-z0-9+.-]*)://)?(?<authority>[^/?#]*)(?<path>/[^?#]*)?(?<rest>[?#].*)?");

    /** The root and the base paths of Ollama's two APIs, which clients want in a base URL. */
    private static final Pattern BASE = Pattern.compile("/?|/(?:v1|api)/?");

    private static final Pattern AUTHORITY =
            Pattern.compile("(?<host>\\[[0-9A-Fa-f:.]{2,45}(?:%[\\w.-]{1,15})?]|[^:\\[\\]]*)(?::(?<port>[^:]*))?");

    private static final int MAX_LENGTH = 300;

    /**
     * Parses {@code HOST}, {@code HOST:PORT} or {@code http://HOST:PORT}, optionally followed by {@code /}, {@code /v1} or
     * {@code /api}.
     *
     * @param example a valid URL, for the error message
     * @throws UserError of kind CONFIGURATION, if the URL is not valid
     */
    public static ServerUrl parse(String text, String example) {
        String url = text.strip();
        Matcher parts = PARTS.matcher(url);
        if (url.isEmpty()) {
            throw invalid("it is empty", example);
        }
        if (url.length() > MAX_LENGTH || !parts.matches()) {
            throw invalid("it is not a URL", example);
        }
        String authority = parts.group("authority");
        if (authority.contains("@")) {
            throw invalid("it contains a user name or password, and the server needs neither", example);
        }
        String shown = "\"" + url + "\": ";
        String scheme = parts.group("scheme");
        if (scheme != null && !scheme.equalsIgnoreCase("http")) {
            throw invalid(
                    shown
                            + (scheme.equalsIgnoreCase("https")
                                    ? "the server uses HTTP without TLS, because the tailnet or VPN encrypts the traffic"
                                    : "the server uses HTTP, not " + scheme),
                    example);
        }
        if (parts.group("rest") != null) {
            throw invalid(shown + "a server's URL has no query or fragment", example);
        }
        if (parts.group("path") != null && !BASE.matcher(parts.group("path")).matches()) {
            throw invalid(shown + "the path can only be /, /v1 or /api", example);
        }
        return ofAuthority(authority, shown, example);
    }

    private static ServerUrl ofAuthority(String authority, String shown, String example) {
        Matcher matcher = AUTHORITY.matcher(authority);
        if (!matcher.matches()) {
            boolean address = authority.chars().filter(c -> c == ':').count() > 1;
            throw invalid(
                    shown
                            + (address
                                    ? "an IPv6 address needs brackets, as in [fd7a::1]:11434"
                                    : "it has no valid host"),
                    example);
        }
        String host = matcher.group("host").toLowerCase(Locale.ROOT);
        String name = host.endsWith(".") ? host.substring(0, host.length() - 1) : host;
        if (!host.startsWith("[") && !HostName.isValid(name)) {
            throw invalid(
                    shown
                            + (host.isEmpty()
                                    ? "it has no host"
                                    : "a host name has only letters, digits, dots and hyphens"),
                    example);
        }
        return new ServerUrl(name, port(matcher.group("port"), shown, example));
    }

    private static OptionalInt port(@Nullable String port, String shown, String example) {
        if (port == null || port.isEmpty()) {
            return OptionalInt.empty();
        }
        OptionalInt number = Port.parse(port);
        if (number.isEmpty()) {
            throw invalid(shown + Port.RULE, example);
        }
        return number;
    }

    private static UserError invalid(String problem, String example) {
        return new UserError(UserError.Kind.CONFIGURATION, "--url " + problem + "; write one such as " + example + ".");
    }
}
