package dev.aiserver;

import dev.aiserver.cli.UseCases;
import dev.aiserver.host.Host;
import dev.aiserver.host.Poller;
import dev.aiserver.ollama.OllamaClient;
import dev.aiserver.plan.Interruption;
import dev.aiserver.plan.StateStore;
import dev.aiserver.rehearsal.Rehearsal;
import dev.aiserver.report.Console;
import dev.aiserver.report.ShellPath;
import dev.aiserver.server.Install;
import dev.aiserver.server.Installation;
import dev.aiserver.server.Layout;
import dev.aiserver.server.MacPreflight;
import dev.aiserver.server.ManagedResources;
import dev.aiserver.server.ModelDisk;
import dev.aiserver.server.Release;
import dev.aiserver.server.Status;
import dev.aiserver.server.SupportInfo;
import dev.aiserver.server.Uninstall;
import dev.aiserver.server.Verify;
import dev.aiserver.server.WarmEvent;
import dev.aiserver.server.WarmLimits;
import dev.aiserver.server.WarmModels;
import dev.aiserver.service.Launchd;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** The use cases on one host, put together by hand. */
final class OnHost implements UseCases {
    private static final Duration BETWEEN_QUESTIONS_TO_LAUNCHD = Duration.ofMillis(150);

    /** Each question there is a trip. */
    private static final Duration BETWEEN_QUESTIONS_THERE = Duration.ofMillis(500);

    private final Host host;
    private final Optional<String> machine;
    private final Console console;
    private final Signals signals;
    private final Map<String, String> environment;
    private final Release release;

    /**
     * @param machine as the person calls it; empty for this one
     * @param environment of the person on this machine
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
                host,
                host.facts().uid(),
                new Poller(machine.isEmpty() ? BETWEEN_QUESTIONS_TO_LAUNCHD : BETWEEN_QUESTIONS_THERE));
    }

    private StateStore records() {
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
    public Install install() {
        Launchd launchd = launchd();
        Layout layout = layout();
        return new Install(host, launchd, layout, new MacPreflight(host, launchd), records(), release);
    }

    @Override
    public Uninstall uninstall() {
        return new Uninstall(host, launchd(), layout(), records());
    }

    @Override
    public Verify verify() {
        return new Verify(host, launchd(), records());
    }

    @Override
    public Status status() {
        return new Status(host, launchd(), records());
    }

    @Override
    public SupportInfo supportInfo() {
        return new SupportInfo(host, records());
    }

    @Override
    public Installation installation() {
        return Installation.load(records());
    }

    @Override
    public Installation installationWithin(Duration wait) {
        StateStore records = records();
        new Poller(BETWEEN_QUESTIONS_THERE)
                .await(wait, () -> records.lock().other().isEmpty());
        return Installation.load(records);
    }

    @Override
    public WarmModels warmModels(
            Installation installation, WarmModels.Options options, WarmLimits limits, Consumer<WarmEvent> events) {
        OllamaClient ollama =
                new OllamaClient(host, installation.spec().ollama().port());
        return new WarmModels(ollama, new ModelDisk(host, installation.spec()), options, limits, events);
    }

    @Override
    public Interruption interruption() {
        return signals.interruption();
    }

    @Override
    public boolean rehearse() {
        return new Rehearsal(console, environment, release).run();
    }
}
