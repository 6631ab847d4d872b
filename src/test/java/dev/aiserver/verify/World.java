package dev.aiserver.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aiserver.host.Content;
import dev.aiserver.host.LocalHost;
import dev.aiserver.host.Poller;
import dev.aiserver.net.PortProbe;
import dev.aiserver.net.RawHttpClient;
import dev.aiserver.net.RawHttpRequest;
import dev.aiserver.plan.Receipt;
import dev.aiserver.rehearsal.RehearsalHost;
import dev.aiserver.rehearsal.launchd.Account;
import dev.aiserver.rehearsal.launchd.EmbeddedLaunchctl;
import dev.aiserver.rehearsal.launchd.Quirks;
import dev.aiserver.resource.HostFile;
import dev.aiserver.resource.Job;
import dev.aiserver.resource.State;
import dev.aiserver.server.DesiredState;
import dev.aiserver.server.Layout;
import dev.aiserver.service.JobStatus;
import dev.aiserver.service.Launchd;
import dev.aiserver.service.Timing;
import dev.aiserver.spec.EndpointSet;
import dev.aiserver.spec.Network;
import dev.aiserver.spec.ServerSpec;
import dev.aiserver.template.HaproxyAgent;
import dev.aiserver.template.OllamaAgent;
import dev.aiserver.template.ProxyConfiguration;
import dev.aiserver.template.Renderer;
import dev.aiserver.template.RotateLogsAgent;
import java.io.File;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.ServerSocket;
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
 * A server in a folder, of which every part can be spoilt: the real HAProxy and a model server in a process of its own,
 * run by a stand-in for launchd. The receipt always fits the files, so that a spoilt file is found by what it does.
 */
final class World implements AutoCloseable {
    static final String ADDRESS = "127.0.0.1";
    static final String NAME = "remote-ollama";
    static final List<String> HOST_NAMES = List.of(NAME, "localhost");
    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final String ADDRESSES = "inet 127.0.0.1/8\ninet 127.0.0.2/8\ninet6 ::1/128 scope host\n";

    /** What starts here does so at once or not at all, so that it need not be watched for long. */
    private static final Timing QUICK = new Timing(
            Duration.ofMillis(100), LIMIT, List.of(Duration.ofMillis(200), Duration.ofSeconds(1)), LIMIT, LIMIT, LIMIT);

    private final Path root;
    private final EmbeddedLaunchctl launchctl;
    private final TamperedHost host;
    private final Launchd launchd;
    private final Layout layout;
    private final int proxyPort;
    private final int ollamaPort;
    private final Path haproxy;
    private final Map<Path, String> running = new HashMap<>();
    private final List<AutoCloseable> closeables = new ArrayList<>();

    private UnaryOperator<String> cfg = UnaryOperator.identity();
    private UnaryOperator<String> ollamaPlist = UnaryOperator.identity();
    private UnaryOperator<String> haproxyPlist = UnaryOperator.identity();
    private Map<String, String> environment = ServerSpec.defaults().ollamaEnvironment();
    private Set<EndpointSet> sets = Set.of(EndpointSet.STRICT);
    private List<String> origins = List.of();
    private boolean anyOrigin = false;
    private Network network = new Network.Loopback();
    private String address = ADDRESS;
    private String name = NAME;
    private Optional<Duration> patience = Optional.empty();
    private OptionalInt paceOfLeaving = OptionalInt.empty();
    private Deed afterwards = () -> {};
    private OptionalDouble mostAddedMillis = OptionalDouble.empty();

    World(Path root) throws IOException {
        this.root = root;
        Files.createDirectories(root.resolve("home/Library/LaunchAgents"));
        Files.createDirectories(root.resolve("home/.haproxy"));
        Files.createDirectories(logs());
        Files.createDirectories(root.resolve("models"));
        Map<String, String> users = new HashMap<>(System.getenv());
        users.put("HOME", root.resolve("home").toString());
        LocalHost machine = new LocalHost(users);
        this.launchctl = new EmbeddedLaunchctl(
                new Account(machine.facts().uid(), machine.facts().user(), root.resolve("home"), 1, List.of()),
                Quirks.usual());
        this.host = new TamperedHost(new RehearsalHost(machine, launchctl));
        this.launchd = new Launchd(host, machine.facts().uid(), new Poller(Duration.ofMillis(20)), QUICK);
        this.layout = new Layout(root.resolve("home"));
        this.haproxy = machine.find("haproxy").orElseThrow(() -> new AssertionError("haproxy is not installed"));
        this.proxyPort = freePort();
        this.ollamaPort = freePort();
        Files.writeString(ollama(), ollamaScript());
        Files.setPosixFilePermissions(ollama(), PosixFilePermissions.fromString("rwx------"));
        pace(4);
        host.answer("ip", ADDRESSES + "inet " + foreignAddress() + "/24\n");
    }

    static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /** An address of this machine that is not loopback, from which it may not be asked. */
    static String foreignAddress() throws IOException {
        return NetworkInterface.networkInterfaces()
                .flatMap(NetworkInterface::inetAddresses)
                .filter(address -> address instanceof Inet4Address && !address.isLoopbackAddress())
                .findFirst()
                .orElseThrow(() -> new AssertionError("this machine has no IPv4 address but loopback"))
                .getHostAddress();
    }

    /** The program in Ollama's place. */
    Path ollama() {
        return root.resolve("ollama");
    }

    private String ollamaScript() {
        String classPath = String.join(
                File.pathSeparator,
                List.of(System.getProperty("java.class.path").split(File.pathSeparator)));
        return """
                #!/bin/sh
                export OLLAMA_MODELS='%s'
                exec '%s/bin/java' -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -cp '%s' dev.aiserver.rehearsal.model.ModelServer "$@"
                """.formatted(root.resolve("models"), System.getProperty("java.home"), classPath);
    }

    // How it is spoilt.

    /** Replaces a text of haproxy.cfg, which must be there. */
    void cfg(String from, String to) {
        UnaryOperator<String> before = cfg;
        cfg = text -> replaced(before.apply(text), from, to);
    }

    void wholeCfg(String text) {
        cfg = ignored -> text;
    }

    void ollamaPlist(String from, String to) {
        ollamaPlist = text -> replaced(text, from, to);
    }

    void haproxyPlist(String from, String to) {
        haproxyPlist = text -> replaced(text, from, to);
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

    /** With the set browser: the web pages that may ask. */
    void pages(String... others) {
        origins = List.of(others);
    }

    /** With the set browser: every web page may. */
    void everyPage() {
        anyOrigin = true;
    }

    void network(Network other) {
        network = other;
    }

    void address(String other) {
        address = other;
    }

    /** By the client that verifies it. */
    void calledBy(String other) {
        name = other;
    }

    /** How long an answer that takes no model is waited for. */
    void patience(Duration other) {
        patience = Optional.of(other);
    }

    /** What is done to it. */
    @FunctionalInterface
    interface Deed {
        void perform() throws Exception;
    }

    /** Done when all runs. */
    void afterwards(Deed deed) {
        afterwards = deed;
    }

    void engine(SpoiltEngine.Fault fault) throws IOException {
        SpoiltEngine engine = SpoiltEngine.start(ollamaPort, fault);
        closeables.add(engine);
        cfg("server ollama 127.0.0.1:" + ollamaPort, "server ollama 127.0.0.1:" + engine.port());
    }

    void closeLater(AutoCloseable closeable) {
        closeables.add(closeable);
    }

    /** Milliseconds between two words of a model. */
    void pace(int millis) {
        write(
                root.resolve("models/faults.json"),
                "{\"tokenDelayMillis\": " + millis + ", \"promptTokenDelayMicros\": 100}",
                "rw-------");
    }

    TamperedHost host() {
        return host;
    }

    /** The process of a job. */
    String pid(String label) {
        JobStatus.Loaded loaded = (JobStatus.Loaded) launchd.status(label);
        return String.valueOf(loaded.print().pid().orElseThrow());
    }

    Layout layout() {
        return layout;
    }

    int proxyPort() {
        return proxyPort;
    }

    int ollamaPort() {
        return ollamaPort;
    }

    /** In the home: what is above it can be written by others, such as the folder for temporary files. */
    Path logs() {
        return root.resolve("home/Library/Logs/aiserver");
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

    /** Until it is verified. */
    void withMaxLatency(double millis) {
        mostAddedMillis = OptionalDouble.of(millis);
    }

    /** The same, only when it is proved that a client that leaves stops its generation: others would take minutes. */
    void paceOfLeaving(int millis) {
        paceOfLeaving = OptionalInt.of(millis);
    }

    /**
     * Runs it as it is now, verifies it, and makes it good again.
     *
     * @param only patterns of the ids of those checks that are carried out; none means all
     */
    List<Verdict> verify(String... only) throws Exception {
        try {
            VerifyContext usual = start();
            VerifyContext subject =
                    mostAddedMillis.isPresent() ? usual.withMaxLatency(mostAddedMillis.getAsDouble()) : usual;
            afterwards.perform();
            Runner runner = new Runner(subject, true, verdict -> {});
            List<Check> checks = new Selection(List.of(only), true).of(Checks.of(subject.client()));
            if (paceOfLeaving.isEmpty()) {
                return runner.run(checks);
            }
            Predicate<Check> leaving = check -> check.id().startsWith("streaming.cancel");
            List<Verdict> verdicts = new ArrayList<>(
                    runner.run(checks.stream().filter(leaving.negate()).toList()));
            pace(paceOfLeaving.getAsInt());
            verdicts.addAll(runner.run(checks.stream().filter(leaving).toList()));
            return verdicts;
        } finally {
            restore();
        }
    }

    /** As it is seen from a client that knows its name and nothing else. */
    List<Verdict> verifyFromOutside(String name) throws Exception {
        try {
            ServerView client = new ServerView(name, ADDRESS, start().client().proxy(), List.of(name));
            return new Runner(VerifyContext.fromClient(client), true, verdict -> {}).run(Checks.of(client));
        } finally {
            restore();
        }
    }

    /** For models that every check finds one that can. */
    void install(String... models) throws IOException {
        VerifyContext subject = start();
        for (String model : models) {
            assertThat(subject.ollama(subject.server().orElseThrow())
                            .send(RawHttpRequest.post(
                                    "/api/pull", "127.0.0.1:" + ollamaPort, ProxyResponses.object("model", model)))
                            .text())
                    .contains("success");
        }
    }

    /** Has a model in memory. */
    void load() throws IOException {
        RawHttpRequest generate = RawHttpRequest.post(
                "/api/generate", "127.0.0.1:" + ollamaPort, ProxyResponses.object("model", "qwen3:0.6b"));
        assertThat(new RawHttpClient(new InetSocketAddress(ADDRESS, ollamaPort), LIMIT)
                        .send(generate)
                        .status())
                .isEqualTo(200);
    }

    private VerifyContext start() {
        ServerSpec spec = new ServerSpec(
                NAME,
                List.of(),
                network,
                new ServerSpec.Proxy(proxyPort, sets, 1 << 20, origins, anyOrigin),
                new ServerSpec.Ollama(ollamaPort, environment),
                List.of(),
                false,
                logs());
        Renderer renderer = new Renderer();
        Path out = logs().resolve("ollama.stdout.log");
        Path err = logs().resolve("ollama.stderr.log");
        String ollamaText = ollamaPlist.apply(
                renderer.ollamaPlist(new OllamaAgent(ollama(), ollamaPort, environment, layout.home(), out, err)));
        String cfgText = cfg.apply(renderer.haproxyCfg(
                new ProxyConfiguration(ADDRESS, network.clients(), spec.proxy(), ollamaPort, HOST_NAMES)));
        String haproxyText = haproxyPlist.apply(
                renderer.haproxyPlist(new HaproxyAgent(haproxy, layout.haproxyCfg(), layout.home(), log(), log())));
        Job ollamaJob = DesiredState.ollamaJob(spec, layout);
        Job haproxyJob = DesiredState.haproxyJob(spec, layout, ADDRESS);
        write(layout.ollamaPlist(), ollamaText, "rw-r--r--");
        write(layout.haproxyPlist(), haproxyText, "rw-r--r--");
        write(layout.haproxyCfg(), cfgText, "rw-------");
        startIfOther(ollamaJob, ollamaText);
        startIfOther(haproxyJob, haproxyText + cfgText);
        if (!running.containsKey(layout.rotateLogsPlist())) {
            String rotateText = renderer.rotateLogsPlist(new RotateLogsAgent(List.of(out, err, log()), log()));
            write(layout.rotateLogsPlist(), rotateText, "rw-r--r--");
            launchd.load(Layout.ROTATE_LOGS, layout.rotateLogsPlist());
            running.put(layout.rotateLogsPlist(), rotateText);
        }
        new Poller(Duration.ofMillis(20)).await(LIMIT, () -> !takesOllamaForDead());
        Receipt receipt = new Receipt(
                Receipt.SCHEMA,
                "test",
                spec.asConfiguration(),
                address,
                HOST_NAMES,
                List.of(
                        file(layout.ollamaPlist(), ollamaText, 0644),
                        file(layout.haproxyPlist(), haproxyText, 0644),
                        file(layout.haproxyCfg(), cfgText, 0600),
                        new Receipt.Entry(ollamaJob, State.ABSENT, State.PRESENT),
                        new Receipt.Entry(haproxyJob, State.ABSENT, State.PRESENT),
                        new Receipt.Entry(DesiredState.rotateLogsJob(layout), State.ABSENT, State.PRESENT)));
        ServerView client = new ServerView(name, ADDRESS, spec.proxy(), receipt.hostNames());
        VerifyContext subject = VerifyContext.onServer(client, () -> new ServerHost(host, launchd, receipt, spec));
        return patience.map(subject::with).orElse(subject);
    }

    private static Receipt.Entry file(Path path, String text, int mode) {
        return new Receipt.Entry(
                new HostFile(path),
                State.ABSENT,
                new State.File(Content.of(text).digest(), mode));
    }

    private void startIfOther(Job job, String definition) {
        if (definition.equals(running.get(job.plist()))) {
            return;
        }
        int port = job.health().port();
        launchd.start(
                job.label(),
                job.plist(),
                () -> PortProbe.answers(host, ADDRESS, port) ? Optional.empty() : Optional.of("not yet"));
        running.put(job.plist(), definition);
    }

    /** Until its next health check, HAProxy does not know that Ollama has been started again. */
    private boolean takesOllamaForDead() {
        try {
            return new RawHttpClient(new InetSocketAddress(ADDRESS, proxyPort), LIMIT)
                            .send(RawHttpRequest.get("/api/version", NAME))
                            .status()
                    == 503;
        } catch (IOException e) {
            return false;
        }
    }

    /** Another start is needed when a deed has stopped the job. */
    void stop(String label) {
        launchd.stop(label);
        running.remove(layout.launchAgents().resolve(label + ".plist"));
    }

    private void restore() throws Exception {
        for (AutoCloseable closeable : closeables) {
            closeable.close();
        }
        closeables.clear();
        cfg = UnaryOperator.identity();
        ollamaPlist = UnaryOperator.identity();
        haproxyPlist = UnaryOperator.identity();
        environment = ServerSpec.defaults().ollamaEnvironment();
        sets = Set.of(EndpointSet.STRICT);
        origins = List.of();
        anyOrigin = false;
        network = new Network.Loopback();
        address = ADDRESS;
        name = NAME;
        patience = Optional.empty();
        paceOfLeaving = OptionalInt.empty();
        mostAddedMillis = OptionalDouble.empty();
        afterwards = () -> {};
        host.restore();
        Files.setPosixFilePermissions(log(), PosixFilePermissions.fromString("rw-------"));
        Files.setPosixFilePermissions(ollama(), PosixFilePermissions.fromString("rwx------"));
        host.answer("ip", ADDRESSES + "inet " + foreignAddress() + "/24\n");
        pace(4);
    }

    @Override
    public void close() throws IOException {
        launchctl.close();
        assertThat(new Poller(Duration.ofMillis(20)).await(LIMIT, () -> !PortProbe.answers(host, ADDRESS, proxyPort)))
                .isTrue();
    }
}
