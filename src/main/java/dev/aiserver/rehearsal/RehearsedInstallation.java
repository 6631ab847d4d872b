package dev.aiserver.rehearsal;

import dev.aiserver.app.ChangeFailure;
import dev.aiserver.app.Installer;
import dev.aiserver.app.Uninstaller;
import dev.aiserver.app.Uninstaller.UninstallRequest;
import dev.aiserver.host.FileState;
import dev.aiserver.host.HostIdentity;
import dev.aiserver.host.Poller;
import dev.aiserver.host.Query;
import dev.aiserver.host.UserError;
import dev.aiserver.layout.Layout;
import dev.aiserver.models.ModelDisk;
import dev.aiserver.models.WarmLimits;
import dev.aiserver.models.WarmModels;
import dev.aiserver.net.Listener;
import dev.aiserver.net.Lsof;
import dev.aiserver.ollama.OllamaClient;
import dev.aiserver.plan.Interruption;
import dev.aiserver.plan.LocalEdit;
import dev.aiserver.plan.Plan;
import dev.aiserver.plan.StateStore;
import dev.aiserver.preflight.HostFacts;
import dev.aiserver.report.Console;
import dev.aiserver.report.Console.Colour;
import dev.aiserver.report.PlanText;
import dev.aiserver.report.VerdictText;
import dev.aiserver.report.WarmLines;
import dev.aiserver.server.Install;
import dev.aiserver.server.ManagedResources;
import dev.aiserver.server.Release;
import dev.aiserver.server.Status;
import dev.aiserver.server.Uninstall;
import dev.aiserver.server.UseCaseResult;
import dev.aiserver.server.Verify;
import dev.aiserver.service.Launchd;
import dev.aiserver.spec.Network;
import dev.aiserver.spec.ServerSpec;
import dev.aiserver.verify.Verdict;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Runs one installation, from its plan to the check after its removal. */
final class RehearsedInstallation {
    private static final String ADDRESS = "127.0.0.1";
    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final List<String> MODELS = List.of("qwen3:0.6b", "llava", "nomic-embed-text");

    private final Console console;
    private final Release release;
    private final RehearsalHost host;
    private final TemporaryHome home;
    private final Layout layout;
    private final Launchd launchd;
    private final StateStore state;
    private final ServerSpec spec;
    private final Path haproxy;
    private final List<Rehearsal.Proof> proofs = new ArrayList<>();

    RehearsedInstallation(
            Console console, Release release, RehearsalHost host, TemporaryHome home, HostIdentity identity)
            throws RehearsalFailure {
        this.console = console;
        this.release = release;
        this.host = host;
        this.home = home;
        this.layout = new Layout(home.home());
        this.launchd = new Launchd(host, identity.uid(), new Poller(Duration.ofMillis(50)));
        this.state = StateStore.in(host, layout.state(), Clock.systemUTC(), new ManagedResources(layout));
        this.haproxy = host.ask(Query.program("haproxy"))
                .orElseThrow(() -> new RehearsalFailure(
                        "requirements", "HAProxy is not installed. Install it, or run ./install, which installs it."));
        List<Integer> ports = home.freePorts(2);
        ServerSpec defaults = ServerSpec.defaults();
        this.spec = defaults.withNetwork(new Network.Loopback())
                .withProxy(defaults.proxy().at(ports.get(0)))
                .withOllama(new ServerSpec.Ollama(ports.get(1), defaults.ollamaEnvironment()))
                .withModels(MODELS);
    }

    List<Rehearsal.Proof> run() throws RehearsalFailure {
        Map<Path, FileState> before = home.tree(host);
        step("Plan", this::plan);
        step("Install", this::install);
        step("Verify", () -> verify("verify"));
        step("Install again", this::installAgain);
        step("Warm models", this::warmModels);
        step("Verify with models", () -> verifyInGroups("verify with models"));
        step("Status", this::status);
        step("Uninstall", this::uninstall);
        step(Rehearsal.LEFTOVERS, () -> requireNothingLeft(before));
        return proofs;
    }

    private void step(String name, Step step) throws RehearsalFailure {
        console.notice("\n" + console.paint(Colour.BOLD, name));
        try {
            step.run();
        } catch (UserError e) {
            throw new RehearsalFailure(name, e.sentence());
        }
    }

    private Installer installer() {
        HostFacts facts = new HostFacts(
                home.ollama(), haproxy, ADDRESS, List.of(spec.name()), Set.of(), List.of(), Optional.empty());
        Install install = new Install(host, launchd, layout, anySpec -> Query.of(facts), state, release);
        return new Installer(install, new ExposureOnly(new Verify(host, state)), () -> Interruption.NEVER);
    }

    private Install.InstallRequest request() {
        return new Install.InstallRequest(Optional.of(spec), LocalEdit.Policy.NONE);
    }

    private void plan() {
        Install.PlannedInstall planned = installer().plan(request());
        console.notice(plans().list(planned.plan()).stripTrailing());
        proved("plan", planned.plan().changes().size() + " changes; haproxy -c and plutil accept the rendered files");
    }

    private PlanText plans() {
        return new PlanText(console, layout.home());
    }

    private void install() throws RehearsalFailure {
        requireDone("install", installer().run(request(), new RehearsalUi(console, plans())));
        proved("install", "com.ollama and com.haproxy run from the rendered property lists and answer requests");
    }

    private void verifyInGroups(String step) throws RehearsalFailure {
        Map<String, List<Verdict>> groups = new LinkedHashMap<>();
        for (Verdict verdict : verify(step)) {
            groups.computeIfAbsent(verdict.group(), group -> new ArrayList<>()).add(verdict);
        }
        groups.forEach((group, verdicts) -> proved("verify " + group, VerdictText.counts(verdicts)));
    }

    private List<Verdict> verify(String step) throws RehearsalFailure {
        VerdictText text = new VerdictText(console);
        long start = System.nanoTime();
        List<Verdict> verdicts = new Verify(host, state).verify(verdict -> console.notice(text.line(verdict)));
        double seconds = (System.nanoTime() - start) / 1e9;
        for (Verdict verdict : verdicts) {
            if (!verdict.isGood()) {
                throw new RehearsalFailure(
                        "verify " + verdict.id(),
                        "this check did not pass: " + verdict.claim() + ".\n" + text.line(verdict));
            }
        }
        proved(step, "%d checks in %.1f s: %s".formatted(verdicts.size(), seconds, VerdictText.counts(verdicts)));
        return verdicts;
    }

    private void installAgain() throws RehearsalFailure {
        Plan plan = installer().plan(request()).plan();
        if (!plan.isEmpty()) {
            throw new RehearsalFailure(
                    "install again",
                    "a second install must change nothing, but plans these changes:\n" + plans().list(plan));
        }
        provedAndShown("install again", "no changes");
    }

    private void warmModels() throws RehearsalFailure {
        WarmLimits limits = WarmLimits.of(spec, TIMEOUT, 1, TIMEOUT);
        WarmModels warmModels = new WarmModels(
                new OllamaClient(host, spec.ollama().port()),
                new ModelDisk(host, spec),
                WarmModels.Options.DEFAULTS,
                limits,
                new WarmLines(console::notice));
        List<WarmModels.Result> results = warmModels.warm(spec.models());
        for (WarmModels.Result result : results) {
            if (result.outcome() != WarmModels.Outcome.WARMED) {
                throw new RehearsalFailure(
                        "warm-models", result.model() + " " + result.outcome() + ": " + result.detail());
            }
            proved("warm-models " + result.model(), result.detail());
        }
    }

    private void status() throws RehearsalFailure {
        Status.Snapshot snapshot = new Status(host, state).look();
        if (!snapshot.isHealthy()) {
            throw new RehearsalFailure("status", "the server is not healthy: " + snapshot);
        }
        provedAndShown("status", "healthy, " + snapshot.loadedModels().size() + " models in memory");
    }

    private void uninstall() throws RehearsalFailure {
        Uninstaller uninstaller =
                new Uninstaller(new Uninstall(host, launchd, layout, state), () -> Interruption.NEVER);
        UninstallRequest request = new UninstallRequest(Optional.of(true), true);
        int changes = uninstaller.plan(request).plan().changes().size();
        requireDone("uninstall", uninstaller.run(request, new RehearsalUi(console, plans())));
        proved("uninstall", changes + " changes; everything that aiserver installed is removed");
    }

    private void requireDone(String step, UseCaseResult result) throws RehearsalFailure {
        if (result instanceof ChangeFailure failure) {
            String change = failure.failedChange()
                    .map(failed -> plans().line(failed) + ": ")
                    .orElse("");
            throw new RehearsalFailure(step, change + failure.reason());
        }
    }

    private void requireNothingLeft(Map<Path, FileState> before) throws RehearsalFailure {
        Map<Path, FileState> after = home.tree(host);
        Set<Path> changed = new TreeSet<>(before.keySet());
        changed.addAll(after.keySet());
        changed.removeIf(path -> Objects.equals(before.get(path), after.get(path)));
        if (!changed.isEmpty()) {
            throw new RehearsalFailure(
                    Rehearsal.LEFTOVERS, "uninstall left or changed files in the home directory: " + changed);
        }
        provedAndShown("files left", "none; the home directory is byte for byte as before");
        List<Listener> listeners = host.ask(
                Lsof.listeners(List.of(spec.ollama().port(), spec.proxy().port())));
        if (!listeners.isEmpty()) {
            throw new RehearsalFailure(Rehearsal.LEFTOVERS, "a process still listens: " + listeners);
        }
        provedAndShown("listeners left", "none; the ports of Ollama and HAProxy are free");
        Poller poller = new Poller(Duration.ofMillis(20));
        if (!poller.await(Duration.ofSeconds(5), () -> processes().isEmpty())) {
            throw new RehearsalFailure(Rehearsal.LEFTOVERS, "these processes still run: " + processes());
        }
        provedAndShown("processes left", "none");
    }

    private List<String> processes() {
        return ProcessHandle.current()
                .descendants()
                .filter(ProcessHandle::isAlive)
                .map(process -> process.pid() + " " + process.info().command().orElse("?"))
                .toList();
    }

    private void provedAndShown(String step, String evidence) {
        proved(step, evidence);
        console.notice("  " + step + ": " + evidence);
    }

    private void proved(String step, String evidence) {
        proofs.add(new Rehearsal.Proof(step, evidence));
    }

    @FunctionalInterface
    private interface Step {
        void run() throws RehearsalFailure;
    }
}
