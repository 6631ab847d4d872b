package dev.aiserver.spec;

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
 * What a person wants of their server. Every value has been checked by {@link SpecReader}: nothing in it can break out
 * of a configuration file.
 *
 * @param name the host name by which clients call it
 * @param names further host names, or IPv4 addresses, by which they do: of a forwarded port or a name server of one's own
 * @param models what {@code warm-models} keeps in memory, as the person wrote them
 * @param warmAtLogin whether it does so by itself after every login
 * @param logs the folder that launchd writes the services' output to; one that begins with {@code ~/} is in the home
 *     of the user there
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
     * The proxy's port and what it lets through.
     *
     * @param maxBody how many bytes the body of one request may have
     * @param origins the web pages that may ask, as browsers write them in {@code Origin}; with the set browser only
     * @param anyOrigin whether every web page may ask; with the set browser only
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

        /** With the limit of bodies, and without the web pages, that a configuration has unless it says otherwise. */
        public Proxy(int port, Set<EndpointSet> sets) {
            this(port, sets, MAX_BODY, List.of(), false);
        }

        /** Returns this proxy at another port. */
        public Proxy at(int other) {
            return new Proxy(other, sets, maxBody, origins, anyOrigin);
        }

        /** Returns whether web pages may ask at all. */
        public boolean servesPages() {
            return sets.contains(EndpointSet.BROWSER);
        }

        public boolean unfiltered() {
            return sets.contains(EndpointSet.ALL);
        }

        /** Whether clients may call this exact path by this method. */
        public boolean opens(String method, String path) {
            return unfiltered() || endpoints().contains(new Endpoint(method, path));
        }

        /** The sets whose endpoints a person could still open one by one: neither open nor {@link EndpointSet#ALL}. */
        public List<EndpointSet> closedSets() {
            return Stream.of(EndpointSet.values())
                    .filter(set -> !sets.contains(set) && !set.endpoints().isEmpty())
                    .toList();
        }

        /** Everything that clients may call, in the order of the sets; meaningless when {@link #unfiltered()}. */
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
     * @param environment what the person sets, which {@link ServerSpec#ollamaEnvironment} completes; without {@code OLLAMA_HOST} and {@code OLLAMA_ORIGINS}, which are not a matter of
     *     configuration; sorted
     * @param unsafe names of those variables whose values were not checked, because the person wants it so
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
            Map<String, String> some = new TreeMap<>(environment);
            some.keySet().removeIf(name -> unsafe.contains(name) != unchecked);
            return some;
        }
    }

    public ServerSpec {
        names = List.copyOf(names);
        models = List.copyOf(models);
    }

    /** The variable that limits how many models are in memory at once. */
    public static final String MAX_LOADED_MODELS = "OLLAMA_MAX_LOADED_MODELS";

    /** Where the variable is not set: three for each GPU, and a Mac has one (Ollama server/sched.go). */
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
     * What Ollama gets: the configured variables, the defaults of those that are not, and room for all the models where
     * they are more than Ollama keeps by itself and the configuration does not set the limit.
     */
    public Map<String, String> ollamaEnvironment() {
        Map<String, String> environment = new TreeMap<>(DEFAULT_ENVIRONMENT);
        environment.putAll(ollama.environment());
        if (models.size() > DEFAULT_MAX_LOADED_MODELS) {
            environment.putIfAbsent(MAX_LOADED_MODELS, Integer.toString(models.size()));
        }
        return environment;
    }

    /** Whether Ollama may answer by models of its cloud, so that prompts leave the machine. */
    public boolean allowsCloud() {
        String noCloud = ollamaEnvironment().getOrDefault(OllamaVariables.NO_CLOUD, "");
        return noCloud.isEmpty() || OllamaVariables.isOff(noCloud);
    }

    /** Returns this configuration with these variables of Ollama, where it does not set them itself. */
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
     * No cloud: otherwise a model named {@code x:cloud} leaves the machine through an allowed endpoint. Loaded models
     * stay. Coding tools need 64k tokens of context where Ollama's default may be 4k.
     */
    static final Map<String, String> DEFAULT_ENVIRONMENT =
            Map.of(OllamaVariables.NO_CLOUD, "1", "OLLAMA_KEEP_ALIVE", "-1", "OLLAMA_CONTEXT_LENGTH", "65536");

    /**
     * In the form that {@link SpecReader} reads, and always in the same order. What belongs to a mode or a set is there
     * only when it is not the default.
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
