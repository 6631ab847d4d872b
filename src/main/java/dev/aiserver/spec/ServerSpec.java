package dev.aiserver.spec;

import dev.aiserver.value.Subnet;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * A server's configuration. {@link SpecReader} has checked every value, so that no value can inject a line into a
 * rendered file.
 *
 * @param name the host name that clients use
 * @param names more host names or IPv4 addresses that clients use, such as those of a forwarded port or a local DNS server
 * @param models the models that {@code warm-models} keeps in memory, as the configuration spells them
 * @param warmAtLogin whether a LaunchAgent warms the models after every login
 * @param logs the folder where launchd writes the services' output; a path that starts with {@code ~/} is in the home of
 *     the target host's user
 */
public record ServerSpec(
        String name,
        List<String> names,
        Network network,
        Proxy proxy,
        Ollama ollama,
        List<String> models,
        boolean warmAtLogin,
        Path logs) {

    /**
     * The proxy's port and the requests that it accepts.
     *
     * @param maxBody the largest request body, in bytes
     * @param origins the web pages that may send requests, as browsers write them in {@code Origin}; only with the endpoint
     *     set browser
     * @param anyOrigin whether every web page may send requests; only with the endpoint set browser
     */
    public record Proxy(int port, Set<EndpointSet> sets, long maxBody, List<String> origins, boolean anyOrigin) {
        /** Enough for a prompt with dozens of images. */
        static final long MAX_BODY = 128L << 20;

        public Proxy {
            origins = List.copyOf(origins);
            EnumSet<EndpointSet> ordered = EnumSet.noneOf(EndpointSet.class);
            ordered.addAll(sets);
            sets = Collections.unmodifiableSet(ordered);
        }

        /** Creates a proxy with the default body limit and no web pages. */
        public Proxy(int port, Set<EndpointSet> sets) {
            this(port, sets, MAX_BODY, List.of(), false);
        }

        /** Returns a copy with another port. */
        public Proxy at(int other) {
            return new Proxy(other, sets, maxBody, origins, anyOrigin);
        }

        /** Returns whether web pages may send requests at all. */
        public boolean servesPages() {
            return sets.contains(EndpointSet.BROWSER);
        }

        public boolean unfiltered() {
            return sets.contains(EndpointSet.ALL);
        }

        /** Returns whether clients may call this exact path with this method. */
        public boolean opens(String method, String path) {
            return unfiltered() || endpoints().contains(new Endpoint(method, path));
        }

        /** Returns the sets that are not open and have endpoints; {@link EndpointSet#ALL} has none. */
        public List<EndpointSet> closedSets() {
            return Stream.of(EndpointSet.values())
                    .filter(set -> !sets.contains(set) && !set.endpoints().isEmpty())
                    .toList();
        }

        /** Returns the open endpoints in the order of the sets; meaningless if {@link #unfiltered()}. */
        public List<Endpoint> endpoints() {
            List<Endpoint> open = new ArrayList<>();
            sets.forEach(set -> open.addAll(set.endpoints()));
            if (sets.contains(EndpointSet.BROWSER)) {
                open.stream()
                        .map(Endpoint::path)
                        .distinct()
                        .map(path -> new Endpoint("OPTIONS", path))
                        .toList()
                        .forEach(open::add);
            }
            return List.copyOf(open);
        }
    }

    /**
     * Ollama's port on 127.0.0.1 and its environment.
     *
     * @param environment the configured variables, sorted, which {@link ServerSpec#ollamaEnvironment} completes; without
     *     {@code OLLAMA_HOST} and {@code OLLAMA_ORIGINS}, which a configuration cannot set
     * @param unsafe the names of variables from {@code unsafe-environment}, whose values were not checked
     */
    public record Ollama(int port, Map<String, String> environment, Set<String> unsafe) {
        public Ollama {
            environment = Collections.unmodifiableMap(new TreeMap<>(environment));
            unsafe = Collections.unmodifiableSet(new TreeSet<>(unsafe));
        }

        public Ollama(int port, Map<String, String> environment) {
            this(port, environment, Set.of());
        }

        private Map<String, String> environment(boolean unchecked) {
            Map<String, String> selected = new TreeMap<>(environment);
            selected.keySet().removeIf(name -> unsafe.contains(name) != unchecked);
            return selected;
        }
    }

    public ServerSpec {
        names = List.copyOf(names);
        models = List.copyOf(models);
    }

    /** Limits how many models Ollama keeps in memory at once. */
    public static final String MAX_LOADED_MODELS = "OLLAMA_MAX_LOADED_MODELS";

    /** Ollama's own limit: three models for each GPU, and a Mac has one GPU (Ollama server/sched.go). */
    public static final int DEFAULT_MAX_LOADED_MODELS = 3;

    public static ServerSpec defaults() {
        return new ServerSpec(
                "remote-ollama",
                List.of(),
                new Network.Tailscale(),
                new Proxy(11434, Set.of(EndpointSet.STRICT)),
                new Ollama(11434, Map.of()),
                List.of(),
                false,
                Path.of("~/Library/Logs/aiserver"));
    }

    /**
     * Returns Ollama's environment: the configured variables and aiserver's defaults for the others. If the configuration
     * lists more models than Ollama keeps by default and sets no limit, the limit is raised to fit them all.
     */
    public Map<String, String> ollamaEnvironment() {
        Map<String, String> environment = new TreeMap<>(DEFAULT_ENVIRONMENT);
        environment.putAll(ollama.environment());
        if (models.size() > DEFAULT_MAX_LOADED_MODELS) {
            environment.putIfAbsent(MAX_LOADED_MODELS, Integer.toString(models.size()));
        }
        return environment;
    }

    /** Returns whether Ollama may use its cloud models, so that prompts leave the machine. */
    public boolean allowsCloud() {
        String noCloud = ollamaEnvironment().getOrDefault(OllamaVariables.NO_CLOUD, "");
        return noCloud.isEmpty() || OllamaVariables.isOff(noCloud);
    }

    /** Returns a copy with these Ollama variables added. Variables that the configuration sets keep their values. */
    public ServerSpec withSettings(Map<String, String> variables) {
        Map<String, String> environment = new TreeMap<>(variables);
        environment.putAll(ollama.environment());
        Ollama completed = new Ollama(ollama.port(), environment, ollama.unsafe());
        return new ServerSpec(name, names, network, proxy, completed, models, warmAtLogin, logs);
    }

    public ServerSpec withWarmAtLogin(boolean wanted) {
        return new ServerSpec(name, names, network, proxy, ollama, models, wanted, logs);
    }

    public ServerSpec withLogs(Path folder) {
        return new ServerSpec(name, names, network, proxy, ollama, models, warmAtLogin, folder);
    }

    /**
     * aiserver's defaults. The cloud is off, because a request for a model named {@code x:cloud} would otherwise leave the
     * machine through an open endpoint. Loaded models stay in memory. Coding tools need a context of 64k tokens, and
     * Ollama's default may be 4k.
     */
    static final Map<String, String> DEFAULT_ENVIRONMENT =
            Map.of(OllamaVariables.NO_CLOUD, "1", "OLLAMA_KEEP_ALIVE", "-1", "OLLAMA_CONTEXT_LENGTH", "65536");

    /**
     * Returns the configuration in the form that {@link SpecReader} reads, in a fixed order. Keys that belong to a mode or
     * an endpoint set are included only if their value is not the default.
     */
    public Map<String, Object> asConfiguration() {
        Map<String, Object> configuration = new LinkedHashMap<>();
        configuration.put("name", name);
        configuration.put("names", names);
        configuration.put("network", networkConfiguration());
        configuration.put("proxy", proxyConfiguration());
        configuration.put("ollama", ollamaConfiguration());
        configuration.put("models", models);
        configuration.put("warm-at-login", warmAtLogin);
        configuration.put("logs", logs.toString());
        return configuration;
    }

    private Map<String, Object> networkConfiguration() {
        Map<String, Object> configuration = new LinkedHashMap<>();
        if (network instanceof Network.Address fixed) {
            configuration.put("mode", "address");
            configuration.put("address", fixed.address());
            if (!fixed.clients().equals(Network.Address.PRIVATE)) {
                configuration.put(
                        "clients",
                        fixed.clients().stream().map(Subnet::toString).toList());
            }
        } else {
            configuration.put("mode", network instanceof Network.Tailscale ? "tailscale" : "loopback");
        }
        return configuration;
    }

    private Map<String, Object> proxyConfiguration() {
        Map<String, Object> configuration = new LinkedHashMap<>();
        configuration.put("port", proxy.port());
        configuration.put(
                "endpoints", proxy.sets().stream().map(EndpointSet::key).toList());
        if (proxy.maxBody() != Proxy.MAX_BODY) {
            configuration.put("max-body", (proxy.maxBody() >> 20) + "MiB");
        }
        if (!proxy.origins().isEmpty()) {
            configuration.put("origins", proxy.origins());
        }
        if (proxy.anyOrigin()) {
            configuration.put("any-origin", true);
        }
        return configuration;
    }

    private Map<String, Object> ollamaConfiguration() {
        Map<String, Object> configuration = new LinkedHashMap<>();
        configuration.put("port", ollama.port());
        configuration.put("environment", ollama.environment(false));
        if (!ollama.unsafe().isEmpty()) {
            configuration.put("unsafe-environment", ollama.environment(true));
        }
        return configuration;
    }
}
