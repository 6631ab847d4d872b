package dev.aiserver.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aiserver.host.Content;
import dev.aiserver.host.Poller;
import dev.aiserver.layout.Layout;
import dev.aiserver.net.PortProbe;
import dev.aiserver.net.RawHttpClient;
import dev.aiserver.net.RawHttpRequest;
import dev.aiserver.plan.DesiredResource;
import dev.aiserver.plan.Receipt;
import dev.aiserver.resource.Contents;
import dev.aiserver.resource.Directory;
import dev.aiserver.resource.HostFile;
import dev.aiserver.resource.Job;
import dev.aiserver.resource.State;
import dev.aiserver.server.DesiredState;
import dev.aiserver.service.JobStatus;
import dev.aiserver.service.Timing;
import dev.aiserver.spec.EndpointSet;
import dev.aiserver.spec.Network;
import dev.aiserver.spec.ServerSpec;
import dev.aiserver.standin.Script;
import dev.aiserver.testmac.TestMac;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/**
 * A server on a {@link TestMac}, of which every part can be sabotaged: the real HAProxy, and a model server in a process
 * of its own in Ollama's place. The receipt always fits the files, so that a check finds a sabotaged file by its effects.
 */
final class World implements AutoCloseable {
    static final String ADDRESS = TestMac.ADDRESS;
    static final String NAME = TestMac.NAME;
    static final List<String> HOST_NAMES = List.of(NAME, "localhost");
    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final String ADDRESSES = "inet 127.0.0.1/8\ninet 127.0.0.2/8\ninet6 ::1/128 scope host\n";

    /** A service of this server starts at once or not at all, so that a short look is enough. */
    private static final Timing QUICK = new Timing(
            Duration.ofMillis(100), LIMIT, List.of(Duration.ofMillis(200), Duration.ofSeconds(1)), LIMIT, LIMIT, LIMIT);

    private final Path root;
    private final TestMac<TamperedHost> mac;
    private final Map<Path, String> running = new HashMap<>();
    private final List<AutoCloseable> closeables = new ArrayList<>();

    private final Map<Path, UnaryOperator<String>> edits = new HashMap<>();
    private Map<String, String> environment = ServerSpec.defaults().ollamaEnvironment();
    private Set<EndpointSet> sets = Set.of(EndpointSet.STRICT);
    private List<String> origins = List.of();
    private boolean anyOrigin = false;
    private Network network = new Network.Loopback();
    private String address = ADDRESS;
    private String name = NAME;
    private Optional<Duration> timeout = Optional.empty();
    private OptionalInt cancelPace = OptionalInt.empty();
    private Deed afterwards = () -> {};
    private OptionalDouble mostAddedMillis = OptionalDouble.empty();

    World(Path root) throws IOException {
        this.root = root;
        Files.createDirectories(root.resolve("models"));
        this.mac = TestMac.in(root).timing(Duration.ofMillis(20), QUICK).build(TamperedHost::new);
        Script.write(
                mac.ollama(),
                TestMac.modelServer(TestMac.java(), root.resolve("models"), System.getProperty("java.class.path")));
        pace(4);
        host().answer("ip", ADDRESSES + "inet " + foreignAddress() + "/24\n");
    }

    /** Returns an address of this machine besides loopback; clients with that address are not allowed. */
    static String foreignAddress() throws IOException {
        return NetworkInterface.networkInterfaces()
                .flatMap(NetworkInterface::inetAddresses)
                .filter(address -> address instanceof Inet4Address && !address.isLoopbackAddress())
                .findFirst()
                .orElseThrow(() -> new AssertionError("this machine has no IPv4 address but loopback"))
                .getHostAddress();
    }

    /** Returns the program in Ollama's place. */
    Path ollama() {
        return mac.ollama();
    }

    // Sabotage: each method changes what the next start() installs or finds.

    /** Replaces a text of haproxy.cfg, which must contain it. */
    void cfg(String from, String to) {
        edit(layout().haproxyCfg(), text -> replaced(text, from, to));
    }

    void wholeCfg(String text) {
        edit(layout().haproxyCfg(), ignored -> text);
    }

    void ollamaPlist(String from, String to) {
        edit(layout().ollamaPlist(), text -> replaced(text, from, to));
    }

    void haproxyPlist(String from, String to) {
        edit(layout().haproxyPlist(), text -> replaced(text, from, to));
    }

    private void edit(Path file, UnaryOperator<String> edit) {
        edits.merge(file, edit, (first, second) -> text -> second.apply(first.apply(text)));
    }

    private static String replaced(String text, String from, String to) {
        assertThat(text).contains(from);
        return text.replace(from, to);
    }

    void environment(Map<String, String> other) {
        environment = other;
    }

    void open(EndpointSet... more) {
        sets = Set.of(more);
    }

    /** Lets these web pages ask, with the endpoint set browser. */
    void pages(String... others) {
        origins = List.of(others);
    }

    /** Lets every web page ask, with the endpoint set browser. */
    void everyPage() {
        anyOrigin = true;
    }

    void network(Network other) {
        network = other;
    }

    void address(String other) {
        address = other;
    }

    /** Sets the name by which the verifying client calls the server. */
    void calledBy(String other) {
        name = other;
    }

    /** Sets how long the checks wait for a response that needs no model. */
    void timeout(Duration other) {
        timeout = Optional.of(other);
    }

    /** One step of a sabotage. */
    @FunctionalInterface
    interface Deed {
        void perform() throws Exception;
    }

    /** Sets what happens after all services have started and before the checks run. */
    void afterwards(Deed deed) {
        afterwards = deed;
    }

    void engine(SpoiltEngine.Fault fault) throws IOException {
        SpoiltEngine engine = SpoiltEngine.start(ollamaPort(), fault);
        closeables.add(engine);
        cfg("server ollama 127.0.0.1:" + ollamaPort(), "server ollama 127.0.0.1:" + engine.port());
    }

    /** Closes this after the checks. */
    void closeLater(AutoCloseable closeable) {
        closeables.add(closeable);
    }

    /** Sets the milliseconds between two tokens of a model. */
    void pace(int millis) {
        write(
                root.resolve("models/faults.json"),
                "{\"tokenDelayMillis\": " + millis + ", \"promptTokenDelayMicros\": 100}",
                "rw-------");
    }

    /** Sets the pace for the checks that cancel a generation; the other checks would take minutes with it. */
    void cancelPace(int millis) {
        cancelPace = OptionalInt.of(millis);
    }

    /** Sets the limit of the latency that the proxy may add. */
    void withMaxLatency(double millis) {
        mostAddedMillis = OptionalDouble.of(millis);
    }

    TamperedHost host() {
        return mac.host();
    }

    /** Returns the process of a job. */
    String pid(String label) {
        JobStatus.Loaded loaded =
                (JobStatus.Loaded) host().ask(mac.launchd().jobs().status(label));
        return String.valueOf(loaded.print().pid().orElseThrow());
    }

    Layout layout() {
        return mac.layout();
    }

    int proxyPort() {
        return mac.proxyPort();
    }

    int ollamaPort() {
        return mac.ollamaPort();
    }

    /** Returns a folder in the home: other users can write the folder for temporary files above it. */
    Path logs() {
        return mac.home().resolve("Library/Logs/aiserver");
    }

    Path log() {
        return logs().resolve("haproxy.log");
    }

    void write(Path path, String text, String permissions) {
        try {
            Files.writeString(path, text);
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(permissions));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /**
     * Starts the server as it is now, verifies it, and repairs it.
     *
     * @param only patterns of the ids of the checks that run; without a pattern, all run
     */
    List<Verdict> verify(String... only) throws Exception {
        try {
            VerifyContext usual = start();
            VerifyContext context =
                    mostAddedMillis.isPresent() ? usual.withMaxLatency(mostAddedMillis.getAsDouble()) : usual;
            afterwards.perform();
            Runner runner = new Runner(context, true, verdict -> {});
            List<Check> checks = new Selection(List.of(only), true).of(Checks.of(context.client()));
            if (cancelPace.isEmpty()) {
                return runner.run(checks);
            }
            Predicate<Check> cancelling = check -> check.id().startsWith("streaming.cancel");
            List<Verdict> verdicts = new ArrayList<>(
                    runner.run(checks.stream().filter(cancelling.negate()).toList()));
            pace(cancelPace.getAsInt());
            verdicts.addAll(runner.run(checks.stream().filter(cancelling).toList()));
            return verdicts;
        } finally {
            restore();
        }
    }

    /** Verifies the server from a client that knows only its name. */
    List<Verdict> verifyFromOutside(String name) throws Exception {
        try {
            ServerView client = new ServerView(name, ADDRESS, start().client().proxy(), List.of(name));
            return new Runner(VerifyContext.fromClient(client), true, verdict -> {}).run(Checks.of(client));
        } finally {
            restore();
        }
    }

    /** Pulls models. */
    void install(String... models) throws IOException {
        VerifyContext context = start();
        for (String model : models) {
            assertThat(context.ollama(context.server().orElseThrow())
                            .send(RawHttpRequest.post(
                                    "/api/pull", "127.0.0.1:" + ollamaPort(), ProxyResponses.object("model", model)))
                            .text())
                    .contains("success");
        }
    }

    /** Loads a model into memory. */
    void load() throws IOException {
        RawHttpRequest generate = RawHttpRequest.post(
                "/api/generate", "127.0.0.1:" + ollamaPort(), ProxyResponses.object("model", "qwen3:0.6b"));
        assertThat(new RawHttpClient(new InetSocketAddress(ADDRESS, ollamaPort()), LIMIT)
                        .send(generate)
                        .status())
                .isEqualTo(200);
    }

    private VerifyContext start() throws IOException {
        ServerSpec spec = ServerSpec.defaults()
                .withNetwork(network)
                .withProxy(new ServerSpec.Proxy(proxyPort(), sets)
                        .withMaxBody(1 << 20)
                        .withOrigins(origins, anyOrigin))
                .withOllama(new ServerSpec.Ollama(ollamaPort(), environment))
                .withLogs(logs());
        Contents contents = new Contents();
        List<Receipt.Entry> entries = new ArrayList<>();
        for (DesiredResource desired :
                mac.desiredState(spec, HOST_NAMES, contents).targets()) {
            State state = desired.state();
            if (desired.resource() instanceof Directory directory) {
                Files.createDirectories(directory.path());
                Files.setPosixFilePermissions(directory.path(), PosixFilePermissions.fromString("rwx------"));
            } else if (desired.resource() instanceof HostFile file && state instanceof State.File rendered) {
                Content edited = Content.of(edits.getOrDefault(file.path(), UnaryOperator.identity())
                        .apply(contents.get(rendered.digest()).text()));
                mac.machine().write(file.path(), edited, rendered.mode());
                state = new State.File(edited.digest(), rendered.mode());
            }
            entries.add(new Receipt.Entry(desired.resource(), State.ABSENT, state));
        }
        Job haproxy = DesiredState.haproxyJob(spec, layout(), ADDRESS);
        startIfChanged(DesiredState.ollamaJob(spec, layout()));
        startIfChanged(haproxy, layout().haproxyCfg());
        if (!running.containsKey(layout().rotateLogsPlist())) {
            mac.launchd().load(Layout.ROTATE_LOGS, layout().rotateLogsPlist());
            running.put(layout().rotateLogsPlist(), "");
        }
        new Poller(Duration.ofMillis(20)).await(LIMIT, () -> !takesOllamaForDead());
        Receipt receipt = new Receipt(Receipt.SCHEMA, "test", spec.asConfiguration(), address, HOST_NAMES, entries);
        ServerView client = new ServerView(name, ADDRESS, spec.proxy(), receipt.hostNames());
        VerifyContext context = VerifyContext.onServer(client, new ServerHost(host(), receipt, spec));
        return timeout.map(context::withTimeout).orElse(context);
    }

    private void startIfChanged(Job job, Path... read) throws IOException {
        StringBuilder definition = new StringBuilder(Files.readString(job.plist()));
        for (Path file : read) {
            definition.append(Files.readString(file));
        }
        if (definition.toString().equals(running.get(job.plist()))) {
            return;
        }
        int port = job.health().port();
        mac.launchd()
                .start(
                        job.label(),
                        job.plist(),
                        () -> PortProbe.isOpen(host(), ADDRESS, port) ? Optional.empty() : Optional.of("not yet"));
        running.put(job.plist(), definition.toString());
    }

    /** HAProxy learns only from its next health check that Ollama has restarted. */
    private boolean takesOllamaForDead() {
        try {
            return new RawHttpClient(new InetSocketAddress(ADDRESS, proxyPort()), LIMIT)
                            .send(RawHttpRequest.get("/api/version", NAME))
                            .status()
                    == 503;
        } catch (IOException e) {
            return false;
        }
    }

    /** Stops a job; the next verify starts it again. */
    void stop(String label) {
        mac.launchd().stop(label);
        running.remove(layout().launchAgents().resolve(label + ".plist"));
    }

    private void restore() throws Exception {
        for (AutoCloseable closeable : closeables) {
            closeable.close();
        }
        closeables.clear();
        edits.clear();
        environment = ServerSpec.defaults().ollamaEnvironment();
        sets = Set.of(EndpointSet.STRICT);
        origins = List.of();
        anyOrigin = false;
        network = new Network.Loopback();
        address = ADDRESS;
        name = NAME;
        timeout = Optional.empty();
        cancelPace = OptionalInt.empty();
        mostAddedMillis = OptionalDouble.empty();
        afterwards = () -> {};
        host().restore();
        if (Files.exists(log())) { // unless the server never started
            Files.setPosixFilePermissions(log(), PosixFilePermissions.fromString("rw-------"));
        }
        Files.setPosixFilePermissions(ollama(), PosixFilePermissions.fromString("rwx------"));
        host().answer("ip", ADDRESSES + "inet " + foreignAddress() + "/24\n");
        pace(4);
    }

    @Override
    public void close() {
        mac.close();
        assertThat(new Poller(Duration.ofMillis(20))
                        .await(LIMIT, () -> !PortProbe.isOpen(host(), ADDRESS, proxyPort())))
                .isTrue();
    }
}
