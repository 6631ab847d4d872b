package dev.aiserver.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aiserver.host.Poller;
import dev.aiserver.net.HttpExchange;
import dev.aiserver.net.RawHttpClient;
import dev.aiserver.spec.EndpointSet;
import dev.aiserver.spec.ServerSpec;
import dev.aiserver.template.ProxyConfiguration;
import dev.aiserver.template.Renderer;
import dev.aiserver.value.Subnet;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;

/** Runs the real HAProxy with a rendered configuration on a free port of 127.0.0.1. */
public final class RunningProxy implements AutoCloseable {
    static final String NAME = "remote-ollama";
    static final String LONG_NAME = "remote-ollama.tail1234.ts.net";
    static final String UNPARSED = "unparsed";
    static final Duration LIMIT = Duration.ofSeconds(20);

    private static final Poller POLLER = new Poller(Duration.ofMillis(10));

    private final Path directory;
    private final ProxyConfiguration configuration;
    private final Process master;

    private RunningProxy(Path directory, ProxyConfiguration configuration, Process master) {
        this.directory = directory;
        this.configuration = configuration;
        this.master = master;
    }

    public static RunningProxy start(Path directory, int ollamaPort, EndpointSet... sets) throws IOException {
        EnumSet<EndpointSet> open = EnumSet.of(EndpointSet.STRICT);
        open.addAll(Set.of(sets));
        return start(directory, ollamaPort, new ServerSpec.Proxy(freePort(), open));
    }

    static RunningProxy start(Path directory, int ollamaPort, ServerSpec.Proxy settings) throws IOException {
        return start(directory, ollamaPort, settings, List.of(), UnaryOperator.identity());
    }

    /**
     * Starts HAProxy and waits until it listens.
     *
     * @param clients configured clients, in addition to this machine
     * @param changed modifies the rendered configuration, for example to shorten timeouts
     */
    static RunningProxy start(
            Path directory,
            int ollamaPort,
            ServerSpec.Proxy settings,
            List<Subnet> clients,
            UnaryOperator<String> changed)
            throws IOException {
        ProxyConfiguration configuration =
                new ProxyConfiguration("127.0.0.1", clients, settings, ollamaPort, List.of(NAME, LONG_NAME));
        Files.writeString(cfg(directory), changed.apply(new Renderer().haproxyCfg(configuration)));
        RunningProxy proxy = new RunningProxy(
                directory,
                configuration,
                new ProcessBuilder("haproxy", "-W", "-db", "-f", cfg(directory).toString())
                        .redirectErrorStream(true)
                        .redirectOutput(log(directory).toFile())
                        .start());
        assertThat(POLLER.await(LIMIT, () -> !proxy.master.isAlive() || proxy.listens()) && proxy.master.isAlive())
                .as(() -> "HAProxy listens; its output: " + proxy.output())
                .isTrue();
        return proxy;
    }

    ServerSpec.Proxy settings() {
        return configuration.proxy();
    }

    public int port() {
        return settings().port();
    }

    RawHttpClient client() {
        return new RawHttpClient(new InetSocketAddress("127.0.0.1", port()), LIMIT);
    }

    /**
     * Returns why the proxy rejected a request: its X-Aiserver header, or {@link #UNPARSED} if HAProxy's parser
     * rejected the request before any rule, with its own error page.
     */
    static String rejection(HttpExchange exchange) {
        String reason = exchange.headers().getOrDefault("x-aiserver", "");
        if (!reason.isEmpty()) {
            return reason;
        }
        assertThat(exchange.status()).as("a response without X-Aiserver").isIn(400, 414, 422, 431);
        assertThat(exchange.headers()).containsEntry("content-type", "text/html");
        return UNPARSED;
    }

    Socket connect() throws IOException {
        Socket socket = new Socket("127.0.0.1", port());
        socket.setSoTimeout((int) LIMIT.toMillis());
        socket.setTcpNoDelay(true);
        return socket;
    }

    /** Returns all output so far: the log and HAProxy's notices. */
    String output() {
        try {
            return Files.readString(log(directory));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns the log lines, one for each answered request. */
    List<String> requestLog() {
        return output().lines().filter(line -> line.startsWith("{")).toList();
    }

    /**
     * Adds a host name to the configuration and reloads it, as an upgrade does, until the condition shows that the new
     * configuration is active. A master that has just started can miss the signal (seen with 3.0).
     */
    void reloadWith(String hostName, BooleanSupplier active) throws IOException {
        write(
                directory,
                new ProxyConfiguration(
                        configuration.bindAddress(),
                        configuration.clients(),
                        configuration.proxy(),
                        configuration.ollamaPort(),
                        List.of(NAME, LONG_NAME, hostName)));
        assertThat(eventually(() -> {
                    signal("-USR2");
                    return POLLER.await(Duration.ofSeconds(2), active);
                }))
                .as(() -> "the new configuration is active; output: " + output())
                .isTrue();
    }

    private void signal(String signal) {
        try {
            new ProcessBuilder("kill", signal, Long.toString(master.pid()))
                    .start()
                    .onExit()
                    .join();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static boolean eventually(BooleanSupplier condition) {
        return POLLER.await(LIMIT, condition);
    }

    /** Returns a port that is free at this moment. */
    static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private boolean listens() {
        try (Socket socket = new Socket("127.0.0.1", port())) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    private static void write(Path directory, ProxyConfiguration configuration) throws IOException {
        Files.writeString(cfg(directory), new Renderer().haproxyCfg(configuration), StandardCharsets.UTF_8);
    }

    private static Path cfg(Path directory) {
        return directory.resolve("haproxy.cfg");
    }

    private static Path log(Path directory) {
        return directory.resolve("haproxy.log");
    }

    @Override
    public void close() {
        List<ProcessHandle> workers = master.descendants().toList();
        master.destroy();
        try {
            if (!master.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)) {
                master.destroyForcibly();
            }
        } catch (InterruptedException e) {
            master.destroyForcibly();
            Thread.currentThread().interrupt();
        }
        workers.forEach(ProcessHandle::destroyForcibly);
    }
}
