package dev.aiserver.testmac;

import dev.aiserver.host.Host;
import dev.aiserver.host.LocalHost;
import dev.aiserver.host.Poller;
import dev.aiserver.host.Query;
import dev.aiserver.layout.Layout;
import dev.aiserver.plan.StateStore;
import dev.aiserver.preflight.HostFacts;
import dev.aiserver.rehearsal.RehearsalHost;
import dev.aiserver.resource.Contents;
import dev.aiserver.server.DesiredState;
import dev.aiserver.server.Install;
import dev.aiserver.server.ManagedResources;
import dev.aiserver.server.Release;
import dev.aiserver.server.Uninstall;
import dev.aiserver.service.Launchd;
import dev.aiserver.service.Timing;
import dev.aiserver.spec.ServerSpec;
import dev.aiserver.template.Renderer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import standin.EmbeddedMacPrograms;
import standin.launchd.Account;
import standin.launchd.EmbeddedLaunchctl;
import standin.launchd.Quirks;

/**
 * A Mac in a folder, on which production code installs, verifies and uninstalls. Files, processes and sockets are real,
 * and so is HAProxy; launchd is embedded.
 *
 * @param <H> the host through which the Mac is changed; a test can make it fail or lie
 * @param machine this machine, without the test's changes
 * @param ollama the program in Ollama's place, which the test writes
 * @param haproxy the program in HAProxy's place: the real one, or a program that the test writes
 * @param realHaproxy the HAProxy of this machine
 */
public record TestMac<H extends Host>(
        Layout layout,
        LocalHost machine,
        EmbeddedLaunchctl launchctl,
        H host,
        Launchd launchd,
        Path ollama,
        Path haproxy,
        Path realHaproxy,
        int ollamaPort,
        int proxyPort)
        implements AutoCloseable {
    public static final String ADDRESS = "127.0.0.1";
    public static final String NAME = "remote-ollama";

    private static final Release RELEASE = new Release("0.1.0", Optional.empty(), new Renderer());

    /** Says how the Mac differs from the usual one. */
    public static final class Builder {
        private final Path root;
        private Optional<Path> programs = Optional.empty();
        private double timeScale = 1;
        private Duration pause = Duration.ofMillis(20);
        private Timing timing = Timing.defaults();

        private Builder(Path root) {
            this.root = root;
        }

        /** Sets the folder in which the test writes the programs in Ollama's and HAProxy's place. */
        public Builder programs(Path folder) {
            programs = Optional.of(folder);
            return this;
        }

        /** Sets launchd's waiting times, as a part of the real ones. */
        public Builder timeScale(double scale) {
            timeScale = scale;
            return this;
        }

        /** Sets how long aiserver waits for services. */
        public Builder timing(Duration pauseOfPoller, Timing ofServices) {
            pause = pauseOfPoller;
            timing = ofServices;
            return this;
        }

        public <H extends Host> TestMac<H> build(Function<Host, H> wrapped) throws IOException {
            Path home = root.resolve("home");
            Files.createDirectories(home.resolve("Library"));
            Map<String, String> environment = new HashMap<>(System.getenv());
            environment.put("HOME", home.toString());
            LocalHost machine = new LocalHost(environment);
            int uid = machine.facts().uid();
            Account account = new Account(uid, machine.facts().user(), home, timeScale, List.of());
            EmbeddedLaunchctl launchctl = new EmbeddedLaunchctl(account, Quirks.usual());
            H host = wrapped.apply(new RehearsalHost(machine, new EmbeddedMacPrograms(launchctl)));
            Path real = machine.find("haproxy").orElseThrow(() -> new AssertionError("haproxy is not installed"));
            return new TestMac<>(
                    new Layout(home),
                    machine,
                    launchctl,
                    host,
                    new Launchd(host, uid, new Poller(pause), timing),
                    programs.orElse(root).resolve("ollama"),
                    programs.map(folder -> folder.resolve("haproxy")).orElse(real),
                    real,
                    Ports.next(),
                    Ports.next());
        }
    }

    /** @param root the folder of the home */
    public static Builder in(Path root) {
        return new Builder(root);
    }

    public Path home() {
        return layout.home();
    }

    /** Returns what aiserver finds on this Mac before it installs. */
    private HostFacts facts(List<String> hostNames) {
        return new HostFacts(ollama, haproxy, ADDRESS, hostNames, Set.of(), List.of(), Optional.empty());
    }

    /** Returns what an installation of that configuration consists of. */
    public DesiredState desiredState(ServerSpec spec, List<String> hostNames, Contents contents) {
        return DesiredState.of(spec, facts(hostNames), layout, RELEASE, contents);
    }

    /** Returns the records as a new process finds them: only what is on the disk. */
    public StateStore records() {
        return StateStore.in(host, layout.state(), Clock.systemUTC(), new ManagedResources(layout));
    }

    /** Returns "aiserver install" in a new process. */
    public Install install() {
        return new Install(host, launchd, layout, any -> Query.of(facts(List.of(NAME))), records(), RELEASE);
    }

    /** Returns "aiserver uninstall" in a new process. */
    public Uninstall uninstall() {
        return new Uninstall(host, launchd, layout, records());
    }

    /** Returns a script that is a model server in Ollama's place. */
    public static String modelServer(Path java, Path models, String classPath) {
        return "export OLLAMA_MODELS='%s'\nexec '%s' -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -cp '%s' %s \"$@\""
                .formatted(models, java, classPath, "standin.ollama.ModelServer");
    }

    /** Returns the Java that runs this test. */
    public static Path java() {
        return Path.of(System.getProperty("java.home"), "bin/java");
    }

    /** Ends every service. */
    @Override
    public void close() {
        launchctl.close();
    }
}
