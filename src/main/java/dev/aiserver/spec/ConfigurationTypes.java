package dev.aiserver.spec;

import static dev.aiserver.spec.TextType.quoting;

import dev.aiserver.value.HostName;
import dev.aiserver.value.Ipv4;
import dev.aiserver.value.Port;
import dev.aiserver.value.Subnet;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The types of values that belong to one key, or to a few. */
final class ConfigurationTypes {
    private static final String HOME = "~/";
    private static final Pattern CONTROL = Pattern.compile("\\p{Cntrl}");

    /** The default folder of the logs. */
    static final Path LOGS = Path.of("~/Library/Logs/aiserver");

    /** A port that a program without root may listen on. */
    static final TextType<Integer> PORT = TextType.integer(
            "port, 1024 to " + Port.LAST, 1024, Port.LAST, "is not allowed: use a port from 1024 to " + Port.LAST);

    static final TextType<String> HOST_NAME = TextType.text(
            "host name",
            TextType.matchingAny("(?!" + Ipv4.PATTERN + "$)" + HostName.PATTERN),
            name -> HostName.isValid(name) && !Ipv4.isValid(name),
            quoting("is not a valid host name; use lower-case letters, digits and hyphens, such as remote-ollama"));

    static final TextType<String> HOST_NAME_OR_ADDRESS = TextType.text(
            "host name or IPv4 address",
            TextType.matchingAny(HostName.PATTERN),
            HostName::isValid,
            quoting("is not a valid host name or IPv4 address; write it without a port, such as ai.home.arpa"));

    static final TextType<String> MODE = TextType.oneOf(
            "`tailscale` or `address`",
            List.of("tailscale", "address", "loopback"),
            mode -> mode,
            "is not a mode; use tailscale or address");

    static final TextType<String> ADDRESS = TextType.text(
            "IPv4 address",
            TextType.matching(Ipv4.PATTERN),
            text -> Ipv4.parse(text)
                    .filter(address -> address.isOfOneMachine() && !address.isLoopback())
                    .isPresent(),
            ConfigurationTypes::addressProblem);

    static final TextType<Subnet> SUBNET = new TextType<>(
            "IPv4 range",
            TextType.matching(Subnet.PATTERN),
            Subnet::parse,
            text -> Subnet.containing(text)
                    .map(range -> text + " has bits set after its prefix; write " + range + " for the whole range")
                    .orElseGet(() -> quoting("is not an IPv4 address range; write one such as 192.168.250.0/24")
                            .apply(text)),
            Subnet::toString);

    static final TextType<EndpointSet> ENDPOINT_SET = TextType.oneOf(
            "endpoint set",
            List.of(EndpointSet.values()),
            EndpointSet::key,
            "is not an endpoint set; use "
                    + Stream.of(EndpointSet.values()).map(EndpointSet::key).collect(Collectors.joining(", ")));

    /**
     * Matches origins as browsers write them in {@code Origin} (RFC 6454): lower case, without a path and without the
     * default port. The schemes of browser extensions and desktop apps are valid too.
     */
    static final Pattern ORIGIN_PATTERN = Pattern.compile("(?!http://.*:80$|https://.*:443$)"
            + "[a-z][a-z0-9+.-]{0,31}://[a-z0-9](?:[a-z0-9._-]{0,251}[a-z0-9])?(?::[1-9][0-9]{0,4})?");

    static final TextType<String> ORIGIN = TextType.text(
            "origin",
            TextType.matching(ORIGIN_PATTERN.pattern()),
            origin -> ORIGIN_PATTERN.matcher(origin).matches(),
            ConfigurationTypes::originProblem);

    static final TextType<String> MODEL = TextType.text(
            "model",
            TextType.matchingAny(ModelName.PATTERN),
            name -> ModelName.isValid(name) && !ModelName.isCloud(name),
            name -> ModelName.isValid(name)
                    ? name + " runs on ollama.com, not on this machine; name a local model"
                    : quoting("is not a valid model name; write one such as qwen3-coder or llama3.2:3b")
                            .apply(name));

    static final TextType<Path> FOLDER = new TextType<>(
            "directory",
            TextType.matching("(?:/|~/(?!\\.\\.(?:/|$))[^/])[^\\u0000-\\u001f]*"),
            ConfigurationTypes::folder,
            quoting("is not the absolute path of a folder; write one such as " + LOGS + " or /Volumes/logs"),
            Path::toString);

    /** {@link SpecReader} reads the hosts, because each may have a configuration of its own. */
    static final TextType<String> HOST = TextType.text("host", TextType.matchingAny(".+"), host -> true, host -> "");

    private ConfigurationTypes() {}

    static <T> ListType<T> listOf(TextType<T> item, String words) {
        return listOf(item, words, "");
    }

    /** @param whenEmpty what is wrong with an empty list, as a phrase that follows the key's name */
    static <T> ListType<T> listOf(TextType<T> item, String words, String whenEmpty) {
        return new ListType<>("list of " + words, item, whenEmpty);
    }

    private static String addressProblem(String text) {
        String use = "use this machine's address in the VPN or local network";
        return Ipv4.parse(text)
                .map(address -> address.isLoopback()
                        ? text + " is a loopback address, which other devices cannot reach; " + use
                        : text + " is not the address of one machine; " + use
                                + ", because the proxy never listens on all addresses")
                .orElseGet(() -> quoting("is not an IPv4 address; write four numbers such as 192.168.250.20")
                        .apply(text));
    }

    private static String originProblem(String origin) {
        if (origin.contains("*")) {
            return quoting("matches many web pages; list each one, "
                            + "or write any-origin: true to accept every page on the internet")
                    .apply(origin);
        }
        if (origin.contains("@")) {
            return "an origin has no user name or password; remove that part";
        }
        return quoting("is not an origin as browsers send it; write "
                        + "scheme, host and any non-default port, such as https://chat.example.com")
                .apply(origin);
    }

    private static Optional<Path> folder(String text) {
        if (CONTROL.matcher(text).find()) {
            return Optional.empty();
        }
        if (!text.startsWith(HOME)) {
            return Optional.of(Path.of(text).normalize()).filter(Path::isAbsolute);
        }
        return Optional.of(Path.of(text.substring(HOME.length())).normalize())
                .filter(folder -> !folder.toString().isEmpty() && !folder.startsWith("..") && !folder.isAbsolute())
                .map(Path.of(HOME)::resolve);
    }
}
