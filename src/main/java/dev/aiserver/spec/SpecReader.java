package dev.aiserver.spec;

import static java.util.Objects.requireNonNull;

import dev.aiserver.host.UserError;
import dev.aiserver.spec.YamlNode.Place;
import dev.aiserver.value.HostName;
import dev.aiserver.value.Ipv4;
import dev.aiserver.value.Port;
import dev.aiserver.value.Subnet;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Reads a configuration file. A key that is missing keeps its default. An invalid key or value is an error with file,
 * line, column and a valid example.
 */
public final class SpecReader {
    private static final String HOME = "~/";
    private static final String ENVIRONMENT = "environment";
    private static final String UNSAFE_ENVIRONMENT = "unsafe-environment";

    /** The limit has at most as many digits, in bytes, as the proxy accepts in a Content-Length. */
    private static final Pattern MEBIBYTES = Pattern.compile("([1-9]\\d{0,4})MiB");

    /**
     * Matches origins as browsers write them in {@code Origin} (RFC 6454): lower case, without a path. The schemes of
     * browser extensions and desktop apps are accepted too.
     */
    private static final Pattern ORIGIN =
            Pattern.compile("[a-z][a-z0-9+.-]{0,31}://[a-z0-9](?:[a-z0-9._-]{0,251}[a-z0-9])?(?::[1-9]\\d{0,4})?");

    private static final Pattern CONTROL = Pattern.compile("\\p{Cntrl}");

    private final String file;
    private final boolean isRecord;

    private SpecReader(String file, boolean isRecord) {
        this.file = file;
        this.isRecord = isRecord;
    }

    /**
     * Reads the configuration that applies to hosts the file does not name.
     *
     * @param file the file's name in error messages
     * @throws UserError of kind CONFIGURATION
     */
    public static ServerSpec read(String file, String text) {
        return inventory(file, text).spec();
    }

    /**
     * Reads the configuration in a receipt. It may be older than the rules for the environment, so these are not applied:
     * otherwise an existing installation could not be uninstalled.
     *
     * @param file the file's name in error messages
     * @throws UserError of kind CONFIGURATION
     */
    public static ServerSpec recorded(String file, String text) {
        return new SpecReader(file, true)
                .inventory(YamlParser.parse(file, text))
                .spec();
    }

    /**
     * Reads the configuration with the hosts that it names.
     *
     * @param file the file's name in error messages
     * @throws UserError of kind CONFIGURATION
     */
    public static Inventory inventory(String file, String text) {
        return new SpecReader(file, false).inventory(YamlParser.parse(file, text));
    }

    private Inventory inventory(YamlNode root) {
        if (root instanceof YamlNode.Nothing) {
            return new Inventory(ServerSpec.defaults(), Map.of());
        }
        Section section = section("", root, ConfigurationKey.in(""));
        ServerSpec spec = spec(section, ServerSpec.defaults());
        return new Inventory(spec, section.has("hosts") ? hosts(section, spec) : Map.of());
    }

    private static String[] hostKeys() {
        return Stream.concat(Stream.of("host"), ConfigurationKey.ofOneHost().stream())
                .toArray(String[]::new);
    }

    private Map<String, ServerSpec> hosts(Section section, ServerSpec common) {
        Map<String, ServerSpec> hosts = new LinkedHashMap<>();
        for (YamlNode item : section.items("hosts")) {
            boolean plain = item instanceof YamlNode.Scalar;
            Section host = plain ? section : section("hosts[]", item, hostKeys());
            if (!plain && !host.has("host")) {
                throw error(item.place(), "each entry of hosts needs the key host, such as host: ann@mac-studio");
            }
            String name = plain
                    ? ((YamlNode.Scalar) item).text()
                    : host.scalar("host").text();
            if (hosts.put(name, plain ? common : spec(host, common)) != null) {
                throw error(item.place(), "hosts: \"" + printable(name) + "\" appears twice; list each host once");
            }
        }
        return hosts;
    }

    /** @param defaults for keys that the section does not have */
    private ServerSpec spec(Section section, ServerSpec defaults) {
        return new ServerSpec(
                section.has("name") ? name(section) : defaults.name(),
                section.has("names") ? names(section) : defaults.names(),
                section.has("network") ? network(section) : defaults.network(),
                section.has("proxy") ? proxy(section, defaults.proxy()) : defaults.proxy(),
                section.has("ollama") ? ollama(section, defaults.ollama()) : defaults.ollama(),
                section.has("models") ? models(section) : defaults.models(),
                section.has("warm-at-login")
                        ? bool("warm-at-login", section.scalar("warm-at-login"))
                        : defaults.warmAtLogin(),
                section.has("logs") ? logs(section) : defaults.logs());
    }

    private String name(Section section) {
        YamlNode.Scalar name = section.scalar("name");
        if (!HostName.isValid(name.text()) || Ipv4.isValid(name.text())) {
            throw error(
                    name.place(),
                    "name: \"" + printable(name.text()) + "\" is not a valid host name; "
                            + "use lower-case letters, digits and hyphens, such as remote-ollama");
        }
        return name.text();
    }

    private List<String> names(Section section) {
        Set<String> names = new LinkedHashSet<>();
        for (YamlNode.Scalar name : section.list("names")) {
            if (!HostName.isValid(name.text())) {
                throw error(
                        name.place(),
                        "names: \"" + printable(name.text()) + "\" is not a valid host name or IPv4 address; "
                                + "write it without a port, such as ai.home.arpa");
            }
            names.add(name.text());
        }
        return List.copyOf(names);
    }

    private Network network(Section section) {
        Section network = section.section("network", ConfigurationKey.in("network"));
        if (!network.has("mode")) {
            throw error(section.keyPlace("network"), "network.mode is missing; use tailscale or address");
        }
        YamlNode.Scalar mode = network.scalar("mode");
        switch (mode.text()) {
            case "tailscale", "loopback" -> {
                for (String key : List.of("address", "clients")) {
                    if (network.has(key)) {
                        throw error(
                                network.keyPlace(key),
                                "network." + key + " is only valid with mode: address; remove it or change the mode");
                    }
                }
                return mode.text().equals("tailscale") ? new Network.Tailscale() : new Network.Loopback();
            }
            case "address" -> {
                if (!network.has("address")) {
                    throw error(
                            mode.place(),
                            "network.address is missing; with mode: address, set it to this machine's IPv4 "
                                    + "address in the VPN or local network, such as 192.168.250.20");
                }
                String address = address(network.scalar("address"));
                return network.has("clients")
                        ? new Network.Address(address, clients(network))
                        : withDefaultClients(address, network.keyPlace("address"));
            }
            default ->
                throw error(
                        mode.place(),
                        "network.mode: \"" + printable(mode.text()) + "\" is not a mode; use tailscale or address");
        }
    }

    /** Rejects a public address, because its clients have public addresses too and the default ranges exclude them all. */
    private Network withDefaultClients(String address, Place place) {
        if (!isRecord && Network.Address.PRIVATE.stream().noneMatch(subnet -> subnet.contains(address))) {
            throw error(
                    place,
                    "network.address: " + address + " is a public address; set network.clients to the address "
                            + "ranges that may connect, such as [203.0.113.0/24]");
        }
        return new Network.Address(address);
    }

    private List<Subnet> clients(Section network) {
        Set<Subnet> clients = new LinkedHashSet<>();
        for (YamlNode.Scalar item : network.list("clients")) {
            Subnet subnet = Subnet.containing(item.text())
                    .orElseThrow(() -> error(
                            item.place(),
                            "network.clients: \"" + printable(item.text())
                                    + "\" is not an IPv4 address range; write one such as 192.168.250.0/24"));
            if (!subnet.toString().equals(item.text())) {
                throw error(
                        item.place(),
                        "network.clients: " + item.text() + " has bits set after its prefix; write " + subnet
                                + " for the whole range");
            }
            clients.add(subnet);
        }
        if (clients.isEmpty()) {
            throw error(
                    network.keyPlace("clients"),
                    "network.clients is empty, so no other device could connect; remove it, or add a range");
        }
        return List.copyOf(clients);
    }

    private String address(YamlNode.Scalar address) {
        String text = address.text();
        Ipv4 parsed = Ipv4.parse(text)
                .orElseThrow(() -> error(
                        address.place(),
                        "network.address: \"" + printable(text)
                                + "\" is not an IPv4 address; write four numbers such as 192.168.250.20"));
        if (!parsed.isOfOneMachine()) {
            throw error(
                    address.place(),
                    "network.address: " + text
                            + " is not the address of one machine; use this machine's address in the VPN or local network,"
                            + " because the proxy never listens on all addresses");
        }
        if (parsed.isLoopback()) {
            throw error(
                    address.place(),
                    "network.address: " + text
                            + " is a loopback address, which other devices cannot reach; use this machine's address in the"
                            + " VPN or local network");
        }
        return text;
    }

    private ServerSpec.Proxy proxy(Section section, ServerSpec.Proxy defaults) {
        Section proxy = section.section("proxy", ConfigurationKey.in("proxy"));
        int port = proxy.has("port") ? port("proxy.port", proxy.scalar("port")) : defaults.port();
        Set<EndpointSet> sets = proxy.has("endpoints") ? sets(proxy) : defaults.sets();
        long maxBody = proxy.has("max-body") ? maxBody(proxy.scalar("max-body")) : defaults.maxBody();
        if (!sets.contains(EndpointSet.BROWSER)) {
            for (String key : List.of("origins", "any-origin")) {
                if (proxy.has(key) && !isRecord) {
                    throw error(
                            proxy.keyPlace(key),
                            "proxy." + key
                                    + " is only valid with the endpoint set browser; add browser to proxy.endpoints");
                }
            }
            return new ServerSpec.Proxy(port, sets, maxBody, List.of(), false);
        }
        List<String> origins = proxy.has("origins") ? origins(proxy) : defaults.origins();
        boolean any =
                proxy.has("any-origin") ? bool("proxy.any-origin", proxy.scalar("any-origin")) : defaults.anyOrigin();
        if (isRecord && origins.isEmpty()) {
            origins = originsOfOlderReceipt(section);
        } else if (origins.isEmpty() != any) {
            throw error(
                    section.keyPlace("proxy"),
                    any
                            ? "proxy.any-origin accepts every web page, so proxy.origins has no effect; "
                                    + "remove one of them"
                            : "proxy.endpoints: the set browser needs proxy.origins, the web pages that may send "
                                    + "requests, such as [https://chat.example.com]");
        }
        return new ServerSpec.Proxy(port, sets, maxBody, origins, any);
    }

    /** Returns the single web pages in the {@code OLLAMA_ORIGINS} of an older receipt. */
    private static List<String> originsOfOlderReceipt(Section section) {
        if (!section.has("ollama")) {
            return List.of();
        }
        Section ollama = section.section("ollama", ConfigurationKey.in("ollama"));
        YamlNode.Scalar origins =
                ollama.has(ENVIRONMENT) ? ollama.scalars(ENVIRONMENT).get(OllamaVariables.ORIGINS) : null;
        return origins == null
                ? List.of()
                : Stream.of(origins.text().split(","))
                        .filter(origin -> ORIGIN.matcher(origin).matches())
                        .distinct()
                        .toList();
    }

    private List<String> origins(Section proxy) {
        Set<String> origins = new LinkedHashSet<>();
        for (YamlNode.Scalar item : proxy.list("origins")) {
            String origin = item.text();
            if (origin.contains("*")) {
                throw error(
                        item.place(),
                        "proxy.origins: \"" + printable(origin) + "\" matches many web pages; list each one, "
                                + "or write any-origin: true to accept every page on the internet");
            }
            if (origin.contains("@")) {
                throw error(item.place(), "proxy.origins: an origin has no user name or password; remove that part");
            }
            if (!ORIGIN.matcher(origin).matches() || origin.matches("http://.*:80|https://.*:443")) {
                throw error(
                        item.place(),
                        "proxy.origins: \"" + printable(origin) + "\" is not an origin as browsers send it; write "
                                + "scheme, host and any non-default port, such as https://chat.example.com");
            }
            origins.add(origin);
        }
        return List.copyOf(origins);
    }

    private Set<EndpointSet> sets(Section proxy) {
        Set<EndpointSet> sets = new LinkedHashSet<>();
        for (YamlNode.Scalar item : proxy.list("endpoints")) {
            sets.add(EndpointSet.byKey(item.text())
                    .orElseThrow(() -> error(
                            item.place(),
                            "proxy.endpoints: \"" + printable(item.text()) + "\" is not an endpoint set; use "
                                    + Stream.of(EndpointSet.values())
                                            .map(EndpointSet::key)
                                            .collect(Collectors.joining(", ")))));
        }
        if (sets.isEmpty()) {
            throw error(
                    proxy.keyPlace("endpoints"),
                    "proxy.endpoints is empty, so clients could call nothing; use [strict]");
        }
        if (sets.equals(Set.of(EndpointSet.BROWSER))) {
            throw error(
                    proxy.keyPlace("endpoints"),
                    "proxy.endpoints: the set browser alone opens nothing; use [strict, browser]");
        }
        return sets;
    }

    private long maxBody(YamlNode.Scalar scalar) {
        Matcher size = MEBIBYTES.matcher(scalar.text());
        if (!size.matches()) {
            throw error(
                    scalar.place(),
                    "proxy.max-body: \"" + printable(scalar.text())
                            + "\" is not a size in MiB; write one such as 128MiB, at most 99999MiB");
        }
        return Long.parseLong(size.group(1)) << 20;
    }

    private ServerSpec.Ollama ollama(Section section, ServerSpec.Ollama defaults) {
        Section ollama = section.section("ollama", ConfigurationKey.in("ollama"));
        int port = ollama.has("port") ? port("ollama.port", ollama.scalar("port")) : defaults.port();
        Map<String, YamlNode.Scalar> checked = variables(ollama, ENVIRONMENT);
        Map<String, YamlNode.Scalar> unchecked = variables(ollama, UNSAFE_ENVIRONMENT);
        Map<String, String> environment = new LinkedHashMap<>(defaults.environment());
        Set<String> unsafe = new LinkedHashSet<>(defaults.unsafe());
        checked.forEach((key, value) -> {
            String shown = "ollama.environment." + printable(key);
            reject(
                    value,
                    isRecord
                            ? OllamaVariables.fixedProblem(shown, key)
                            : OllamaVariables.problem(shown, key, value.text()));
            environment.put(key, value.text());
            unsafe.remove(key);
        });
        unchecked.forEach((key, value) -> {
            String shown = "ollama.unsafe-environment." + printable(key);
            reject(
                    value,
                    checked.containsKey(key)
                            ? Optional.of(shown + " is also set in ollama.environment; remove one of them")
                            : isRecord
                                    ? OllamaVariables.fixedProblem(shown, key)
                                    : OllamaVariables.unsafeProblem(shown, key, value.text()));
            environment.put(key, value.text());
            unsafe.add(key);
        });
        return new ServerSpec.Ollama(port, environment, unsafe);
    }

    private Map<String, YamlNode.Scalar> variables(Section ollama, String key) {
        if (!ollama.has(key)) {
            return Map.of();
        }
        Map<String, YamlNode.Scalar> variables = ollama.scalars(key);
        if (isRecord) {
            variables.remove(OllamaVariables.ORIGINS);
        }
        return variables;
    }

    private void reject(YamlNode.Scalar value, Optional<String> problem) {
        problem.ifPresent(sentence -> {
            throw error(value.place(), sentence);
        });
    }

    private List<String> models(Section section) {
        List<String> models = new ArrayList<>();
        for (YamlNode.Scalar model : section.list("models")) {
            if (!ModelName.isValid(model.text())) {
                throw error(
                        model.place(),
                        "models: \"" + printable(model.text())
                                + "\" is not a valid model name; write one such as qwen3-coder or llama3.2:3b");
            }
            if (ModelName.isCloud(model.text())) {
                throw error(
                        model.place(),
                        "models: " + model.text() + " runs on ollama.com, not on this machine; name a local model");
            }
            models.add(model.text());
        }
        return models;
    }

    private boolean bool(String path, YamlNode.Scalar scalar) {
        if (!List.of("true", "false").contains(scalar.text())) {
            throw error(
                    scalar.place(),
                    path + ": \"" + printable(scalar.text()) + "\" is not a boolean; write true or false");
        }
        return scalar.text().equals("true");
    }

    private Path logs(Section section) {
        YamlNode.Scalar logs = section.scalar("logs");
        String text = logs.text();
        boolean inHome = text.startsWith(HOME);
        Path folder = CONTROL.matcher(text).find()
                ? Path.of("")
                : Path.of(inHome ? text.substring(HOME.length()) : text).normalize();
        boolean isFolder = inHome
                ? !folder.toString().isEmpty() && !folder.startsWith("..") && !folder.isAbsolute()
                : folder.isAbsolute();
        if (!isFolder) {
            throw error(
                    logs.place(),
                    "logs: \"" + printable(text) + "\" is not the absolute path of a folder; write one such as "
                            + ServerSpec.defaults().logs() + " or /Volumes/logs");
        }
        return inHome ? Path.of(HOME).resolve(folder) : folder;
    }

    private int port(String path, YamlNode.Scalar scalar) {
        int port = Port.parse(scalar.text()).orElse(0);
        if (port >= 1024) {
            return port;
        }
        throw error(
                scalar.place(),
                path + ": \"" + printable(scalar.text()) + "\" is not allowed: use a port from 1024 to 65535");
    }

    private Section section(String path, YamlNode node, String... known) {
        if (!(node instanceof YamlNode.Mapping mapping)) {
            throw error(
                    node.place(),
                    (path.isEmpty() ? "the configuration" : path) + " must be keys and values, such as " + known[0]
                            + ": …");
        }
        mapping.entries().forEach((key, entry) -> {
            if (!List.of(known).contains(key)) {
                throw error(
                        entry.keyPlace(),
                        "\"" + printable(dotted(path, key)) + "\" is not a known key; "
                                + (path.isEmpty() ? "the top level" : path) + " has "
                                + String.join(", ", known));
            }
        });
        return new Section(path, mapping);
    }

    private static String dotted(String path, String key) {
        return path.isEmpty() ? key : path + "." + key;
    }

    private static String printable(String text) {
        String oneLine = CONTROL.matcher(text).replaceAll("?");
        return oneLine.length() > 60 ? oneLine.substring(0, 60) + "…" : oneLine;
    }

    private UserError error(Place place, String sentence) {
        return YamlParser.error(file, place, sentence);
    }

    /** A mapping in the configuration, whose keys are all known. */
    private final class Section {
        private final String path;
        private final Map<String, YamlNode.Entry> entries;

        Section(String path, YamlNode.Mapping mapping) {
            this.path = path;
            this.entries = mapping.entries();
        }

        boolean has(String key) {
            return entries.containsKey(key);
        }

        private YamlNode.Entry entry(String key) {
            return requireNonNull(entries.get(key), key);
        }

        Place keyPlace(String key) {
            return entry(key).keyPlace();
        }

        Section section(String key, String... known) {
            return SpecReader.this.section(dotted(path, key), entry(key).value(), known);
        }

        YamlNode.Scalar scalar(String key) {
            return scalar(dotted(path, key), entry(key).value());
        }

        private YamlNode.Scalar scalar(String name, YamlNode node) {
            if (node instanceof YamlNode.Scalar scalar) {
                return scalar;
            }
            throw error(node.place(), name + " must be a single value");
        }

        List<YamlNode.Scalar> list(String key) {
            return items(key).stream()
                    .map(item -> scalar("each entry of " + dotted(path, key), item))
                    .toList();
        }

        List<YamlNode> items(String key) {
            if (!(entry(key).value() instanceof YamlNode.Sequence sequence)) {
                throw error(entry(key).value().place(), dotted(path, key) + " must be a list, such as [ … ]");
            }
            return List.copyOf(sequence.items());
        }

        Map<String, YamlNode.Scalar> scalars(String key) {
            String name = dotted(path, key);
            if (!(entry(key).value() instanceof YamlNode.Mapping mapping)) {
                throw error(
                        entry(key).value().place(),
                        name + " must be keys and values, such as OLLAMA_KEEP_ALIVE: \"24h\"");
            }
            Map<String, YamlNode.Scalar> scalars = new LinkedHashMap<>();
            mapping.entries()
                    .forEach((variable, entry) -> scalars.put(variable, scalar(dotted(name, variable), entry.value())));
            return scalars;
        }
    }
}
