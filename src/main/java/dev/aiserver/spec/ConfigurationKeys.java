package dev.aiserver.spec;

import static dev.aiserver.spec.ConfigurationTypes.listOf;

import dev.aiserver.value.Subnet;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The table of all keys: each has its path, type, default, component in {@link ServerSpec}, example and description here
 * and nowhere else. {@link SpecReader} accepts no others. The reference page and the JSON Schema are generated from it.
 */
public final class ConfigurationKeys {
    /** Filled by the rows below, in their order, and constant from then on. */
    private static final List<ConfigurationKey<?>> ROWS = new ArrayList<>();

    static final ConfigurationKey<String> NAME = shown(
            "name",
            ConfigurationTypes.HOST_NAME,
            "remote-ollama",
            ServerSpec::name,
            "ai.home.arpa",
            "What clients call the server.");

    static final ConfigurationKey<List<String>> NAMES = shown(
            "names",
            listOf(ConfigurationTypes.HOST_NAME_OR_ADDRESS, "host names and IPv4 addresses"),
            List.of(),
            ServerSpec::names,
            List.of("localhost"),
            "More names that clients use, such as `localhost` for `ssh -L`, or a name of your own DNS. Any port may"
                    + " follow a name.");

    static final ConfigurationKey<String> NETWORK_MODE = shown(
            "network.mode",
            ConfigurationTypes.MODE,
            "tailscale",
            spec -> spec.network().mode(),
            "address",
            "Where the proxy listens.");

    static final ConfigurationKey<String> NETWORK_ADDRESS = key(
            "network.address",
            ConfigurationTypes.ADDRESS,
            "",
            spec -> spec.network() instanceof Network.Address fixed ? fixed.address() : "",
            "192.168.250.20",
            "With mode `address`: an address of this machine.");

    static final ConfigurationKey<List<Subnet>> NETWORK_CLIENTS = key(
            "network.clients",
            listOf(
                    ConfigurationTypes.SUBNET,
                    "IPv4 ranges",
                    "is empty, so no other device could connect; remove it, or add a range"),
            Network.Address.PRIVATE,
            spec -> spec.network() instanceof Network.Address fixed ? fixed.clients() : Network.Address.PRIVATE,
            List.of(Subnet.of("192.168.250.0/24")),
            "With mode `address`: the ranges that may connect, such as `[192.168.250.0/24]`. Without it, all private and"
                    + " link-local addresses. With mode `tailscale` it is always 100.64.0.0/10, Tailscale's range. The Mac"
                    + " itself may always connect.");

    static final ConfigurationKey<Integer> PROXY_PORT = shown(
            "proxy.port", ConfigurationTypes.PORT, 11434, spec -> spec.proxy().port(), 8080, "The proxy's port.");

    static final ConfigurationKey<List<EndpointSet>> PROXY_ENDPOINTS = shown(
            "proxy.endpoints",
            listOf(
                    ConfigurationTypes.ENDPOINT_SET,
                    "endpoint sets",
                    "is empty, so clients could call nothing; use [strict]"),
            List.of(EndpointSet.STRICT),
            spec -> List.copyOf(spec.proxy().sets()),
            List.of(EndpointSet.STRICT, EndpointSet.HEALTH),
            "What clients may call: [endpoint sets](#endpoint-sets).");

    static final ConfigurationKey<Long> PROXY_MAX_BODY = key(
            "proxy.max-body",
            TextType.mebibytes(),
            // Enough for a prompt with dozens of images.
            128L << 20,
            spec -> spec.proxy().maxBody(),
            64L << 20,
            "The largest body of a request; a larger one gets 413 before it is sent. HAProxy does not count a body that is"
                    + " sent in chunks.");

    static final ConfigurationKey<List<String>> PROXY_ORIGINS = key(
            "proxy.origins",
            listOf(ConfigurationTypes.ORIGIN, "origins"),
            List.of(),
            spec -> spec.proxy().origins(),
            List.of("https://chat.example.com"),
            "With the set `browser`: the web pages that may send requests, exactly as browsers send their origin, such as"
                    + " `[https://chat.example.com, app://obsidian.md]`.");

    static final ConfigurationKey<Boolean> PROXY_ANY_ORIGIN = key(
            "proxy.any-origin",
            TextType.bool(),
            false,
            spec -> spec.proxy().anyOrigin(),
            true,
            "With the set `browser`: every page on the internet may send requests when it is open on a client.");

    static final ConfigurationKey<Integer> OLLAMA_PORT = shown(
            "ollama.port",
            ConfigurationTypes.PORT,
            11434,
            spec -> spec.ollama().port(),
            8081,
            "Ollama's port on 127.0.0.1.");

    static final ConfigurationKey<Map<String, String>> OLLAMA_ENVIRONMENT = shown(
            "ollama.environment",
            new VariablesType(),
            Map.of(),
            spec -> spec.ollama().environment(false),
            Map.of("OLLAMA_KEEP_ALIVE", "24h"),
            "Added to the defaults, `{" + defaultEnvironment()
                    + "}`: Ollama's own variables, `HTTPS_PROXY` and `NO_PROXY`,"
                    + " with values that Ollama understands. `OLLAMA_HOST` cannot be set. Secrets are refused, by name"
                    + " (`KEY`, `TOKEN`, `SECRET`, `PASSWORD`, `PASSWD`, `CREDENTIALS`) and by form: every user of the Mac"
                    + " can read a property list, and the receipt and plans show it.");

    static final ConfigurationKey<Map<String, String>> OLLAMA_UNSAFE_ENVIRONMENT = key(
            "ollama.unsafe-environment",
            new VariablesType(),
            Map.of(),
            spec -> spec.ollama().environment(true),
            Map.of("GODEBUG", "http2client=0"),
            "Any other variable, with a value that is not checked. Secrets and `OLLAMA_HOST` are refused here too.");

    static final ConfigurationKey<List<String>> MODELS = shown(
            "models",
            listOf(ConfigurationTypes.MODEL, "models"),
            List.of(),
            ServerSpec::models,
            List.of("qwen3-coder"),
            "What `aiserver warm-models` keeps in memory. With more than three, `OLLAMA_MAX_LOADED_MODELS` is set to their"
                    + " number, unless `ollama.environment` sets it.");

    static final ConfigurationKey<Boolean> WARM_AT_LOGIN = shown(
            "warm-at-login",
            TextType.bool(),
            false,
            ServerSpec::warmAtLogin,
            true,
            "Whether the models are loaded after every login, by a login agent.");

    static final ConfigurationKey<Path> LOGS = shown(
            "logs",
            ConfigurationTypes.FOLDER,
            ConfigurationTypes.LOGS,
            ServerSpec::logs,
            Path.of("/Volumes/logs"),
            "Where the services write their logs; `~/` is the home directory of the user there. Only you may be able to"
                    + " write it and the folders above it: `/tmp` is refused.");

    /** The only key that is not part of a server's configuration. */
    public static final ConfigurationKey<List<String>> HOSTS = key(
            "hosts",
            listOf(ConfigurationTypes.HOST, "hosts"),
            List.of(),
            spec -> List.of(),
            List.of("ann@mac-studio"),
            "The Macs that this configuration is for, as you would type them for `ssh`. An item may also be a mapping:"
                    + " `host`, and any of the keys above, for that Mac alone.");

    private ConfigurationKeys() {}

    /** Returns all keys in the order in which the reference page lists them. */
    public static List<ConfigurationKey<?>> all() {
        return List.copyOf(ROWS);
    }

    /** Returns the names of the keys and sections in a section, or at the top for an empty path. */
    public static List<String> in(String section) {
        String prefix = section.isEmpty() ? "" : section + ".";
        return ROWS.stream()
                .map(ConfigurationKey::path)
                .filter(path -> path.startsWith(prefix))
                .map(path -> path.substring(prefix.length()).split("\\.")[0])
                .distinct()
                .toList();
    }

    /** Returns the names of the keys that an entry of {@link #HOSTS} may have. */
    public static List<String> ofOneHost() {
        return Stream.concat(Stream.of("host"), in("").stream())
                .filter(name -> !name.equals(HOSTS.path()))
                .toList();
    }

    /** Returns a configuration in the form that {@link SpecReader} reads, in the order of the table. */
    static Map<String, Object> write(ServerSpec spec) {
        return write(spec, "");
    }

    private static Map<String, Object> write(ServerSpec spec, String section) {
        Map<String, Object> written = new LinkedHashMap<>();
        for (String name : in(section)) {
            String path = YamlValue.dotted(section, name);
            Map<String, Object> inner = write(spec, path);
            if (!inner.isEmpty()) {
                written.put(name, inner);
            }
            ROWS.stream()
                    .filter(key -> key.path().equals(path) && key.isWritten(spec))
                    .forEach(key -> written.put(name, key.write(spec)));
        }
        return written;
    }

    private static <T> ConfigurationKey<T> shown(
            String path, ValueType<T> type, T defaultValue, Function<ServerSpec, T> of, T example, String description) {
        return added(new ConfigurationKey<>(path, type, defaultValue, of, true, example, description));
    }

    private static <T> ConfigurationKey<T> key(
            String path, ValueType<T> type, T defaultValue, Function<ServerSpec, T> of, T example, String description) {
        return added(new ConfigurationKey<>(path, type, defaultValue, of, false, example, description));
    }

    private static <T> ConfigurationKey<T> added(ConfigurationKey<T> row) {
        ROWS.add(row);
        return row;
    }

    private static String defaultEnvironment() {
        return new TreeMap<>(ServerSpec.DEFAULT_ENVIRONMENT)
                .entrySet().stream()
                        .map(each -> each.getKey() + ": \"" + each.getValue() + "\"")
                        .collect(Collectors.joining(", "));
    }
}
