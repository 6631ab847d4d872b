package dev.aiserver.spec;

import java.util.List;
import java.util.stream.Stream;

/** The keys of a configuration: {@link SpecReader} accepts no others, and the reference page lists them. */
public enum ConfigurationKey {
    NAME("name", "host name", "remote-ollama", "What clients call the server."),
    NAMES(
            "names",
            "list of host names and IPv4 addresses",
            "[]",
            "More names that clients use, such as `localhost` for `ssh -L`, or a name of your own DNS. Any port may"
                    + " follow a name."),
    NETWORK_MODE("network.mode", "`tailscale` or `address`", "tailscale", "Where the proxy listens."),
    NETWORK_ADDRESS("network.address", "IPv4 address", "", "With mode `address`: an address of this machine."),
    NETWORK_CLIENTS(
            "network.clients",
            "list of IPv4 ranges",
            "",
            "With mode `address`: the ranges that may connect, such as `[192.168.250.0/24]`. Without it, all private and"
                    + " link-local addresses. With mode `tailscale` it is always 100.64.0.0/10, Tailscale's range. The Mac"
                    + " itself may always connect."),
    PROXY_PORT("proxy.port", "port, 1024 to 65535", "11434", "The proxy's port."),
    PROXY_ENDPOINTS(
            "proxy.endpoints",
            "list of endpoint sets",
            "[strict]",
            "What clients may call: [endpoint sets](#endpoint-sets)."),
    PROXY_MAX_BODY(
            "proxy.max-body",
            "size in MiB",
            "128MiB",
            "The largest body of a request; a larger one gets 413 before it is sent. HAProxy does not count a body that is"
                    + " sent in chunks."),
    PROXY_ORIGINS(
            "proxy.origins",
            "list of origins",
            "",
            "With the set `browser`: the web pages that may send requests, exactly as browsers send their origin, such as"
                    + " `[https://chat.example.com, app://obsidian.md]`."),
    PROXY_ANY_ORIGIN(
            "proxy.any-origin",
            "`true` or `false`",
            "false",
            "With the set `browser`: every page on the internet may send requests when it is open on a client."),
    OLLAMA_PORT("ollama.port", "port, 1024 to 65535", "11434", "Ollama's port on 127.0.0.1."),
    OLLAMA_ENVIRONMENT(
            "ollama.environment",
            "variables",
            "{OLLAMA_NO_CLOUD: \"1\", OLLAMA_KEEP_ALIVE: \"-1\", OLLAMA_CONTEXT_LENGTH: \"65536\"}",
            "Added to the defaults: Ollama's own variables, `HTTPS_PROXY` and `NO_PROXY`, with values that Ollama"
                    + " understands. `OLLAMA_HOST` cannot be set. Secrets are refused, by name (`KEY`, `TOKEN`, `SECRET`,"
                    + " `PASSWORD`, `PASSWD`, `CREDENTIALS`) and by form: every user of the Mac can read a property list, and"
                    + " the receipt and plans show it."),
    OLLAMA_UNSAFE_ENVIRONMENT(
            "ollama.unsafe-environment",
            "variables",
            "{}",
            "Any other variable, with a value that is not checked. Secrets and `OLLAMA_HOST` are refused here too."),
    MODELS(
            "models",
            "list of models",
            "[]",
            "What `aiserver warm-models` keeps in memory. With more than three, `OLLAMA_MAX_LOADED_MODELS` is set to their"
                    + " number, unless `ollama.environment` sets it."),
    WARM_AT_LOGIN(
            "warm-at-login",
            "`true` or `false`",
            "false",
            "Whether the models are loaded after every login, by a login agent."),
    LOGS(
            "logs",
            "directory",
            "~/Library/Logs/aiserver",
            "Where the services write their logs; `~/` is the home directory of the user there. Only you may be able to"
                    + " write it and the folders above it: `/tmp` is refused."),
    HOSTS(
            "hosts",
            "list of hosts",
            "",
            "The Macs that this configuration is for, as you would type them for `ssh`. An item may also be a mapping:"
                    + " `host`, and any of the keys above, for that Mac alone.");

    private final String path;
    private final String type;
    private final String defaultValue;
    private final String description;

    ConfigurationKey(String path, String type, String defaultValue, String description) {
        this.path = path;
        this.type = type;
        this.defaultValue = defaultValue;
        this.description = description;
    }

    /** Returns the key as messages write it, such as {@code proxy.port}. */
    public String path() {
        return path;
    }

    /** Returns in words which values it takes, as Markdown. */
    public String type() {
        return type;
    }

    /** Returns the default as YAML; empty when there is none. */
    public String defaultValue() {
        return defaultValue;
    }

    /** Returns what it is for, as Markdown. */
    public String description() {
        return description;
    }

    /** Returns the names of the keys in a section, or at the top for an empty one. */
    static String[] in(String section) {
        String prefix = section.isEmpty() ? "" : section + ".";
        return Stream.of(values())
                .map(ConfigurationKey::path)
                .filter(path -> path.startsWith(prefix))
                .map(path -> path.substring(prefix.length()).split("\\.")[0])
                .distinct()
                .toArray(String[]::new);
    }

    /** Returns the names of the keys at the top that one host may have for itself. */
    static List<String> ofOneHost() {
        return Stream.of(in("")).filter(name -> !name.equals(HOSTS.path)).toList();
    }
}
