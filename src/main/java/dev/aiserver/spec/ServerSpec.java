package dev.aiserver.spec;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
        /** Drops what only the endpoint set browser has, if that is closed. */
        public Proxy {
            EnumSet<EndpointSet> ordered = EnumSet.noneOf(EndpointSet.class);
            ordered.addAll(sets);
            sets = Collections.unmodifiableSet(ordered);
            boolean pages = sets.contains(EndpointSet.BROWSER);
            origins = pages ? List.copyOf(origins) : List.of();
            anyOrigin = anyOrigin && pages;
        }

        static Proxy of(Settings settings) {
            return new Proxy(
                    settings.get(ConfigurationKeys.PROXY_PORT),
                    new LinkedHashSet<>(settings.get(ConfigurationKeys.PROXY_ENDPOINTS)),
                    settings.get(ConfigurationKeys.PROXY_MAX_BODY),
                    settings.get(ConfigurationKeys.PROXY_ORIGINS),
                    settings.get(ConfigurationKeys.PROXY_ANY_ORIGIN));
        }

        /** Creates a proxy with the default body limit and no web pages. */
        public Proxy(int port, Set<EndpointSet> sets) {
            this(port, sets, ConfigurationKeys.PROXY_MAX_BODY.defaultValue(), List.of(), false);
        }

        /** Returns a copy with another port. */
        public Proxy at(int other) {
            return new Proxy(other, sets, maxBody, origins, anyOrigin);
        }

        /** Returns a copy with another body limit, in bytes. */
        public Proxy withMaxBody(long limit) {
            return new Proxy(port, sets, limit, origins, anyOrigin);
        }

        /** Returns a copy that accepts requests of these web pages, or of all. */
        public Proxy withOrigins(List<String> pages, boolean any) {
            return new Proxy(port, sets, maxBody, pages, any);
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

        /** Adds the file's variables to those of the base. A variable that the file moves is only where the file has it. */
        static Ollama of(Settings settings) {
            Map<String, String> ownChecked = settings.own(ConfigurationKeys.OLLAMA_ENVIRONMENT);
            Map<String, String> ownUnsafe = settings.own(ConfigurationKeys.OLLAMA_UNSAFE_ENVIRONMENT);
            Map<String, String> all = new TreeMap<>(settings.inherited(ConfigurationKeys.OLLAMA_ENVIRONMENT));
            all.putAll(settings.inherited(ConfigurationKeys.OLLAMA_UNSAFE_ENVIRONMENT));
            all.putAll(ownChecked);
            all.putAll(ownUnsafe);
            Set<String> unsafe = new TreeSet<>(settings.inherited(ConfigurationKeys.OLLAMA_UNSAFE_ENVIRONMENT)
                    .keySet());
            unsafe.removeAll(ownChecked.keySet());
            unsafe.addAll(ownUnsafe.keySet());
            return new Ollama(settings.get(ConfigurationKeys.OLLAMA_PORT), all, unsafe);
        }

        /** @param unchecked whether to return the variables whose values were not checked, or the others */
        Map<String, String> environment(boolean unchecked) {
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
        return of(new Settings(Map.of(), Optional.empty()));
    }

    /** Returns the configuration with these values, which {@link SpecRules} has checked. */
    static ServerSpec of(Settings settings) {
        return new ServerSpec(
                settings.get(ConfigurationKeys.NAME),
                settings.get(ConfigurationKeys.NAMES),
                Network.of(settings),
                Proxy.of(settings),
                Ollama.of(settings),
                settings.get(ConfigurationKeys.MODELS),
                settings.get(ConfigurationKeys.WARM_AT_LOGIN),
                settings.get(ConfigurationKeys.LOGS));
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
        return withOllama(new Ollama(ollama.port(), environment, ollama.unsafe()));
    }

    public ServerSpec withNetwork(Network other) {
        return new ServerSpec(name, names, other, proxy, ollama, models, warmAtLogin, logs);
    }

    public ServerSpec withProxy(Proxy other) {
        return new ServerSpec(name, names, network, other, ollama, models, warmAtLogin, logs);
    }

    public ServerSpec withOllama(Ollama other) {
        return new ServerSpec(name, names, network, proxy, other, models, warmAtLogin, logs);
    }

    public ServerSpec withModels(List<String> others) {
        return new ServerSpec(name, names, network, proxy, ollama, others, warmAtLogin, logs);
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
        return ConfigurationKeys.write(this);
    }
}
