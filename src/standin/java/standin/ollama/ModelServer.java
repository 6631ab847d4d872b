package standin.ollama;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import standin.ollama.api.Api;
import standin.ollama.generation.GenerationCounter;
import standin.ollama.http.ClientConnection;
import standin.ollama.http.Log;
import standin.ollama.http.Middleware;
import standin.ollama.http.OriginRule;
import standin.ollama.http.RequestHistory;
import standin.ollama.http.Router;
import standin.ollama.model.ActiveFaults;
import standin.ollama.model.EngineFactory;
import standin.ollama.model.Faults;
import standin.ollama.model.ModelStore;
import standin.ollama.model.OllamaSettings;

/** Serves as Ollama does to clients, the proxy and the service manager, but without a model. */
public final class ModelServer implements AutoCloseable {
    private static final long SECONDS_TO_STOP = 10;

    private final ServerSocketChannel listener;
    private final InetSocketAddress address;
    private final ActiveFaults activeFaults;
    private final RequestHistory history;
    private final GenerationCounter counter = new GenerationCounter();
    private final Log log;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Set<Socket> clients = ConcurrentHashMap.newKeySet();
    private final ExecutorService threads = Executors.newCachedThreadPool(task -> {
        Thread thread = new Thread(task, "model-server");
        thread.setDaemon(true);
        return thread;
    });

    private ModelServer(ServerSocketChannel listener, ModelStore store, Faults faults, RequestHistory history, Log log)
            throws IOException {
        this.listener = listener;
        this.address = (InetSocketAddress) listener.getLocalAddress();
        this.activeFaults = new ActiveFaults(faults, store.directory().resolve(Faults.FILE), this::stop);
        this.history = history;
        this.log = log;
    }

    /** Starts a server with Ollama's defaults; see {@link #start(InetSocketAddress, ModelStore, Faults, Settings, PrintStream)}. */
    public static ModelServer start(InetSocketAddress address, ModelStore store, Faults faults, PrintStream log)
            throws IOException {
        return start(address, store, faults, OllamaSettings.of(Map.of()), log);
    }

    /**
     * Starts a server that listens until it is closed.
     *
     * @param address address to listen on; port 0 picks a free port
     * @param faults active faults, until {@link #set} or {@link Faults#FILE} in the models directory changes them
     * @throws IOException if the server cannot listen on the address
     */
    public static ModelServer start(
            InetSocketAddress address, ModelStore store, Faults faults, OllamaSettings settings, PrintStream log)
            throws IOException {
        return start(address, store, faults, settings, new RequestHistory(true), new Log(log, log), EngineFactory.NONE);
    }

    static ModelServer start(
            InetSocketAddress address,
            ModelStore store,
            Faults faults,
            OllamaSettings settings,
            RequestHistory history,
            Log log,
            EngineFactory engines)
            throws IOException {
        OriginRule origins = new OriginRule(settings.origins());
        ServerSocketChannel listener = listen(address);
        ModelServer server = new ModelServer(listener, store, faults, history, log);
        Router router = new Api(store, settings, server.activeFaults, server.counter, engines).router();
        Middleware middleware = new Middleware(router, origins, server.address.getAddress(), history, log);
        log.info("routes.go:1951", "server config", "env", settings.asGoMap());
        log.info("routes.go:1953", "Ollama cloud disabled: " + settings.cloudDisabled());
        log.info("images.go:919", "total blobs: " + store.list().size());
        log.info("images.go:926", "total unused blobs removed: 0");
        log.info("routes.go:2008", "Listening on " + text(server.address) + " (version " + settings.version() + ")");
        log.info("runner.go:60", "discovering available GPUs...");
        log.info("types.go:50", "inference compute", "id", "cpu", "library", "cpu", "compute", "", "name", "cpu");
        log.info("routes.go:2058", "vram-based default context", "total_vram", "0 B", "default_num_ctx", "4096");
        server.threads.execute(() -> server.accept(middleware));
        return server;
    }

    /** Opens an IPv4 socket for an IPv4 address, as Go does. By default Java opens an IPv6 socket, which lsof would show. */
    private static ServerSocketChannel listen(InetSocketAddress address) throws IOException {
        boolean ipv4 = address.getAddress() instanceof Inet4Address
                && !address.getAddress().isAnyLocalAddress();
        ServerSocketChannel listener =
                ipv4 ? ServerSocketChannel.open(StandardProtocolFamily.INET) : ServerSocketChannel.open();
        try {
            return listener.bind(address);
        } catch (IOException | RuntimeException e) {
            listener.close();
            throw e;
        }
    }

    static String text(InetSocketAddress address) {
        String host = address.getAddress().isAnyLocalAddress()
                ? "[::]"
                : address.getAddress() instanceof Inet4Address
                        ? address.getAddress().getHostAddress()
                        : "[" + address.getAddress().getHostAddress() + "]";
        return host + ":" + address.getPort();
    }

    public InetSocketAddress address() {
        return address;
    }

    /** Returns all requests so far, in order of arrival. */
    public List<RequestHistory.Entry> requests() {
        return history.entries();
    }

    public GenerationCounter.Generations generations() {
        return counter.now();
    }

    public void set(Faults faults) {
        activeFaults.set(faults);
    }

    private void accept(ClientConnection.RequestHandler service) {
        try {
            while (listener.isOpen()) {
                SocketChannel client = listener.accept();
                try {
                    threads.execute(() -> serve(client, service));
                } catch (RejectedExecutionException e) {
                    client.close();
                }
            }
        } catch (IOException e) {
            if (closing.getCount() > 0) {
                log.error("no longer accepting connections: " + e);
                stop();
            }
        }
    }

    private void serve(SocketChannel client, ClientConnection.RequestHandler service) {
        try (Socket socket = client.socket()) {
            clients.add(socket);
            socket.setTcpNoDelay(true);
            if (closing.getCount() > 0) {
                new ClientConnection(socket, service, closing).serve();
            }
        } catch (IOException e) {
            // The client disconnected; its generation has already been cancelled.
        } finally {
            clients.removeIf(Socket::isClosed);
        }
    }

    /** Aborts all requests at once, as a signal does with Ollama, and waits until they have ended. */
    @Override
    public void close() {
        stop();
        try {
            if (!threads.awaitTermination(SECONDS_TO_STOP, TimeUnit.SECONDS)) {
                throw new IllegalStateException("a request of the model server did not end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void stop() {
        closing.countDown();
        try {
            listener.close();
            for (Socket client : clients) {
                client.close();
            }
        } catch (IOException e) {
            log.error("could not close a socket: " + e);
        }
        threads.shutdownNow();
    }

    /** Returns when the server has been closed or has crashed. */
    void awaitEnd() throws InterruptedException {
        closing.await();
    }

    /** Runs the server as a process, with Ollama's arguments and environment. */
    public static void main(String[] args) throws InterruptedException {
        // System.exit would run the shutdown hook, which exits with 0 for a signal.
        Runtime.getRuntime()
                .halt(ServeCommand.run(args, System.getenv(), utf8(FileDescriptor.out), utf8(FileDescriptor.err)));
    }

    /** Opens a UTF-8 stream: Go writes UTF-8 in any locale, and a service manager sets none. */
    private static PrintStream utf8(FileDescriptor descriptor) {
        return new PrintStream(new FileOutputStream(descriptor), true, StandardCharsets.UTF_8);
    }
}
