package dev.aiserver;

import dev.aiserver.app.Installer;
import dev.aiserver.app.Uninstaller;
import dev.aiserver.app.Verifier;
import dev.aiserver.cli.UseCases;
import dev.aiserver.host.Host;
import dev.aiserver.host.Poller;
import dev.aiserver.host.UserError;
import dev.aiserver.layout.Layout;
import dev.aiserver.models.ModelDisk;
import dev.aiserver.models.WarmEvent;
import dev.aiserver.models.WarmLimits;
import dev.aiserver.models.WarmModels;
import dev.aiserver.ollama.OllamaClient;
import dev.aiserver.plan.StateStore;
import dev.aiserver.preflight.MacPreflight;
import dev.aiserver.preflight.Preflight;
import dev.aiserver.rehearsal.Rehearsal;
import dev.aiserver.report.Console;
import dev.aiserver.report.ShellPath;
import dev.aiserver.server.Install;
import dev.aiserver.server.Installation;
import dev.aiserver.server.ManagedResources;
import dev.aiserver.server.Release;
import dev.aiserver.server.Status;
import dev.aiserver.server.SupportInfo;
import dev.aiserver.server.Uninstall;
import dev.aiserver.server.Verify;
import dev.aiserver.service.Launchd;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** Creates the use cases on one host. */
final class OnHost implements UseCases {
    private static final Duration LOCAL_POLL_INTERVAL = Duration.ofMillis(150);

    /** Longer than the local one, because each poll is a round trip over SSH. */
    private static final Duration REMOTE_POLL_INTERVAL = Duration.ofMillis(500);

    private final Host host;
    private final Optional<String> machine;
    private final Console console;
    private final Signals signals;
    private final Map<String, String> environment;
    private final Release release;

    /**
     * @param machine the host as given to {@code --host}; empty for this machine
     * @param environment of the user on this machine
     */
    OnHost(
            Host host,
            Optional<String> machine,
            Console console,
            Signals signals,
            Map<String, String> environment,
            Release release) {
        this.host = host;
        this.machine = machine;
        this.console = console;
        this.signals = signals;
        this.environment = environment;
        this.release = release;
    }

    @Override
    public Optional<String> machine() {
        return machine;
    }

    private Launchd launchd() {
        return new Launchd(
                host, host.facts().uid(), new Poller(machine.isEmpty() ? LOCAL_POLL_INTERVAL : REMOTE_POLL_INTERVAL));
    }

    private StateStore stateStore() {
        return StateStore.in(host, layout().state(), Clock.systemUTC(), new ManagedResources(layout()));
    }

    @Override
    public Layout layout() {
        return new Layout(host.facts().home());
    }

    @Override
    public ShellPath shellPath() {
        return ShellPath.of(environment);
    }

    @Override
    public Installer installer() {
        Launchd launchd = launchd();
        Layout layout = layout();
        Preflight preflight = new MacPreflight(host.facts(), host.tools());
        Install install = new Install(host, launchd, layout, preflight, stateStore(), release);
        return new Installer(install, verify(), signals::interruption);
    }

    @Override
    public Uninstaller uninstaller() {
        return new Uninstaller(new Uninstall(host, launchd(), layout(), stateStore()), signals::interruption);
    }

    private Verify verify() {
        return new Verify(host, stateStore());
    }

    @Override
    public Verifier verifier() {
        return new Verifier(verify());
    }

    @Override
    public Status status() {
        return new Status(host, stateStore());
    }

    @Override
    public SupportInfo supportInfo() {
        return new SupportInfo(host, stateStore());
    }

    @Override
    public Installation installationWithin(Duration wait) {
        StateStore stateStore = stateStore();
        new Poller(REMOTE_POLL_INTERVAL)
                .await(wait, () -> host.ask(stateStore.lock().other()).isEmpty());
        return host.ask(Installation.query(stateStore));
    }

    @Override
    public WarmModels warmModels(
            Installation installation, WarmModels.Options options, WarmLimits limits, Consumer<WarmEvent> events) {
        OllamaClient ollama =
                new OllamaClient(host, installation.spec().ollama().port());
        return new WarmModels(ollama, new ModelDisk(host, installation.spec()), options, limits, events);
    }

    @Override
    public boolean rehearse() {
        if (machine.isPresent()) {
            throw new UserError(
                    UserError.Kind.CONFIGURATION,
                    "--rehearse runs on this machine only; leave out --host, --hosts and a configuration that names hosts.");
        }
        return new Rehearsal(console, environment, release).run();
    }
}
