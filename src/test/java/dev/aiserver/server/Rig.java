package dev.aiserver.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aiserver.app.Event;
import dev.aiserver.app.InstallResult;
import dev.aiserver.app.Installer;
import dev.aiserver.app.Ui;
import dev.aiserver.app.UninstallResult;
import dev.aiserver.app.Uninstaller;
import dev.aiserver.app.Uninstaller.UninstallRequest;
import dev.aiserver.host.Content;
import dev.aiserver.host.FileState;
import dev.aiserver.host.Poller;
import dev.aiserver.layout.Layout;
import dev.aiserver.net.PortProbe;
import dev.aiserver.net.RawHttpClient;
import dev.aiserver.net.RawHttpRequest;
import dev.aiserver.plan.Interruption;
import dev.aiserver.plan.Journal;
import dev.aiserver.plan.LocalEdit;
import dev.aiserver.plan.LockFile;
import dev.aiserver.plan.Plan;
import dev.aiserver.plan.Rollback;
import dev.aiserver.preflight.Version;
import dev.aiserver.service.JobStatus;
import dev.aiserver.service.Timing;
import dev.aiserver.spec.EndpointSet;
import dev.aiserver.spec.Network;
import dev.aiserver.spec.ServerSpec;
import dev.aiserver.standin.Script;
import dev.aiserver.testmac.TestMac;
import dev.aiserver.verify.Verdict;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import standin.EmbeddedMacPrograms;

/**
 * A {@link TestMac} on which aiserver installs, upgrades and uninstalls through a {@link FaultyHost}. A second HAProxy
 * answers in Ollama's place.
 */
final class Rig implements AutoCloseable {
    private static final Duration QUICK = Duration.ofMillis(30);

    private static Timing watching(Duration window) {
        return new Timing(
                window,
                Duration.ofMillis(1500),
                List.of(Duration.ofMillis(20), Duration.ofMillis(50)),
                Duration.ofSeconds(1),
                Duration.ofMillis(500),
                Duration.ofSeconds(3));
    }

    private static final String ENGINE = """
            defaults
                mode http
                timeout connect 2s
                timeout client 5s
                timeout server 5s
            frontend engine
                bind 127.0.0.1:%d
                http-request return status 200 content-type application/json string '{"version":"0.16.2"}'
            """;

    private final Path root;
    private final Path programs;
    private final TestMac<FaultyHost> mac;

    /**
     * @param root the folder of the home and the logs
     * @param programs a folder from which programs can run
     */
    Rig(Path root, Path programs) throws IOException {
        this(root, programs, QUICK);
    }

    /** @param window how long a service must run until it counts as started */
    Rig(Path root, Path programs, Duration window) throws IOException {
        this.root = root;
        this.programs = programs;
        Files.createDirectories(root.resolve("logs"));
        Files.createDirectories(root.resolve("other-logs"));
        this.mac = TestMac.in(root)
                .programs(programs)
                .timeScale(0.05)
                .timing(Duration.ofMillis(15), watching(window))
                .build(FaultyHost::new);
        Files.writeString(programs.resolve("engine.cfg"), ENGINE.formatted(mac.ollamaPort()));
        String haproxy = mac.realHaproxy().toString();
        // The next process of this program never answers.
        String sleepIfAsked = "[ -e " + root + "/$NAME.sleeps ] && mv " + root + "/$NAME.sleeps " + root
                + "/$NAME.slept && exec sleep 600\n";
        Script.write(
                mac.ollama(),
                "NAME=ollama\n" + sleepIfAsked
                        + "[ -e " + root + "/ollama.dies ] || exec " + haproxy + " -db -f " + programs
                        + "/engine.cfg\n" + haproxy + " -db -f " + programs
                        + "/engine.cfg & sleep 0.5; kill $!; exit 7");
        Script.write(
                programs.resolve("haproxy"),
                "NAME=haproxy\nif [ \"$1\" != -c ]; then\n" + sleepIfAsked + "fi\nexec " + haproxy + " \"$@\"");
    }

    Path proxyConfiguration() {
        return mac.layout().haproxyCfg();
    }

    /** Returns the process of the job, if it has one. */
    OptionalInt pid(String label) {
        return mac.host().ask(mac.launchd().jobs().status(label)) instanceof JobStatus.Loaded loaded
                ? loaded.print().pid()
                : OptionalInt.empty();
    }

    FaultyHost host() {
        return mac.host();
    }

    /** Makes the next process of that program start and never answer. */
    void letSleep(String program) throws IOException {
        Files.writeString(root.resolve(program + ".sleeps"), "");
    }

    /** Makes each process of Ollama answer and end soon after. */
    void letDie() throws IOException {
        Files.writeString(root.resolve("ollama.dies"), "");
    }

    boolean hasSlept(String program) {
        return Files.exists(root.resolve(program + ".slept"));
    }

    /** A configuration. */
    enum Version {
        FIRST,
        /** Changes Ollama's environment and the proxy's endpoints. */
        NEXT,
        /** Moves the logs to another folder. */
        MOVED
    }

    private ServerSpec spec(Version version) {
        Map<String, String> environment = new TreeMap<>(ServerSpec.defaults().ollamaEnvironment());
        Set<EndpointSet> sets = new HashSet<>(Set.of(EndpointSet.STRICT));
        if (version == Version.NEXT) {
            environment.put("OLLAMA_KEEP_ALIVE", "24h");
            sets.add(EndpointSet.HEALTH);
        }
        return ServerSpec.defaults()
                .withNetwork(new Network.Loopback())
                .withProxy(new ServerSpec.Proxy(mac.proxyPort(), sets))
                .withOllama(new ServerSpec.Ollama(mac.ollamaPort(), environment))
                .withLogs(root.resolve(version == Version.MOVED ? "other-logs" : "logs"));
    }

    Optional<Journal> unfinished() {
        return mac.host().ask(mac.records().journals().open());
    }

    /** Runs "aiserver install". */
    InstallResult install(Version version) {
        return install(version, LocalEdit.Policy.NONE);
    }

    /** @param edits what happens to files that were edited locally */
    InstallResult install(Version version, LocalEdit.Policy edits) {
        return install(version, edits, ALONE);
    }

    InstallResult install(Version version, LocalEdit.Policy edits, Ui ui) {
        return new Installer(mac.install(), Unverified.INSTANCE, () -> Interruption.NEVER)
                .run(new Install.InstallRequest(Optional.of(spec(version)), edits), ui);
    }

    /** Runs "aiserver uninstall". */
    UninstallResult uninstall() {
        return uninstall(ALONE);
    }

    UninstallResult uninstall(Ui ui) {
        return new Uninstaller(mac.uninstall(), () -> Interruption.NEVER)
                .run(new UninstallRequest(Optional.of(true), false), ui);
    }

    /** Confirms everything. No other process runs, so nothing is waited for. */
    private static final Ui ALONE = new Ui() {
        @Override
        public boolean prompts() {
            return false;
        }

        @Override
        public boolean confirm(Plan plan) {
            return true;
        }

        @Override
        public Optional<LocalEdit.Policy> decide(Install.PlannedInstall planned) {
            throw new AssertionError("edited: " + planned.edits());
        }

        @Override
        public boolean restore(List<String> exposed) {
            throw new AssertionError("exposed: " + exposed);
        }

        @Override
        public void event(Event event) {
            assertThat(event).isNotInstanceOf(Event.Waiting.class);
        }
    };

    private enum Unverified implements Verification {
        INSTANCE;

        @Override
        public void requireNoExposure(Install.PlannedInstall installed) {}

        @Override
        public List<Verdict> answers(Install.PlannedInstall installed) {
            return List.of();
        }

        @Override
        public List<Verdict> all(Install.PlannedInstall installed) {
            return List.of();
        }
    }

    /** Rolls back what a killed process left. */
    List<Rollback.Failure> undo() {
        Install install = mac.install();
        try (LockFile.Held lock = install.lock(holder -> {})) {
            return install.undo(unfinished().orElseThrow(), lock);
        }
    }

    /**
     * Everything that can be seen of an installation from outside.
     *
     * @param tree of the home, without its own path
     * @param services each service's state and definition in launchd
     * @param isOpen of the two ports
     */
    record Sight(Map<String, FileState> tree, Map<String, List<String>> services, List<String> answers) {}

    Sight look() {
        try (Stream<Path> paths = Files.walk(mac.home())) {
            Map<String, FileState> tree = new TreeMap<>();
            paths.forEach(path -> tree.put(mac.home().relativize(path).toString(), withoutRoot(path)));
            Map<String, List<String>> services = new TreeMap<>();
            for (String label : List.of(Layout.OLLAMA, Layout.HAPROXY, Layout.ROTATE_LOGS)) {
                services.put(label, service(label));
            }
            return new Sight(
                    tree,
                    services,
                    List.of(
                            answer(mac.ollamaPort(), "/"),
                            answer(mac.proxyPort(), "/api/version"),
                            answer(mac.proxyPort(), "/")));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** Replaces the root and the ports, in which two rigs differ. */
    private FileState withoutRoot(Path path) {
        return mac.machine().file(path) instanceof FileState.Regular file
                ? new FileState.Regular(
                        Content.of(file.content()
                                .text()
                                .replace(root.toString(), "ROOT")
                                .replace(programs.toString(), "PROGRAMS")
                                .replace(":" + mac.proxyPort(), ":PROXY")
                                .replace(":" + mac.ollamaPort(), ":OLLAMA")),
                        file.mode(),
                        file.owner())
                : mac.machine().file(path);
    }

    /** Returns the lines about a job, without the state of a job that runs only at times. */
    private List<String> service(String label) {
        return new EmbeddedMacPrograms(mac.launchctl())
                .launchctl(List.of("print", "gui/" + mac.machine().facts().uid() + "/" + label))
                .text()
                .lines()
                .map(String::strip)
                .filter(line -> line.startsWith("state = ") && !label.equals(Layout.ROTATE_LOGS)
                        || line.startsWith("path = ")
                        || line.startsWith("stderr path = ")
                        || line.startsWith("OLLAMA_KEEP_ALIVE"))
                .map(line -> line.replace(root.toString(), "ROOT"))
                .collect(Collectors.toList());
    }

    /** Waits while HAProxy answers 503: it does so until its next health check of a restarted Ollama. */
    private static String answer(int port, String path) {
        new Poller(Duration.ofMillis(50))
                .await(Duration.ofSeconds(5), () -> !answerNow(port, path).equals("503"));
        return answerNow(port, path);
    }

    private static String answerNow(int port, String path) {
        if (PortProbe.isOpen("127.0.0.2", port)) {
            return "on every address";
        }
        try {
            return String.valueOf(new RawHttpClient(new InetSocketAddress(TestMac.ADDRESS, port), Duration.ofSeconds(2))
                    .send(RawHttpRequest.get(path, "remote-ollama"))
                    .status());
        } catch (IOException e) {
            return "none";
        }
    }

    @Override
    public void close() {
        mac.close();
    }
}
