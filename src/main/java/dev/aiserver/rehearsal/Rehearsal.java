package dev.aiserver.rehearsal;

import dev.aiserver.host.FileState;
import dev.aiserver.host.HostIdentity;
import dev.aiserver.host.LocalHost;
import dev.aiserver.host.Poller;
import dev.aiserver.host.UserError;
import dev.aiserver.net.Listener;
import dev.aiserver.net.Lsof;
import dev.aiserver.ollama.OllamaClient;
import dev.aiserver.plan.Applier;
import dev.aiserver.plan.Change;
import dev.aiserver.plan.Interruption;
import dev.aiserver.plan.LocalEdit;
import dev.aiserver.plan.LockFile;
import dev.aiserver.plan.StateStore;
import dev.aiserver.rehearsal.launchd.Account;
import dev.aiserver.rehearsal.launchd.EmbeddedLaunchctl;
import dev.aiserver.rehearsal.launchd.Quirks;
import dev.aiserver.report.Console;
import dev.aiserver.report.Console.Colour;
import dev.aiserver.report.PlanText;
import dev.aiserver.report.VerdictText;
import dev.aiserver.report.WarmLines;
import dev.aiserver.server.HostFacts;
import dev.aiserver.server.Install;
import dev.aiserver.server.Layout;
import dev.aiserver.server.Logs;
import dev.aiserver.server.ManagedResources;
import dev.aiserver.server.ModelDisk;
import dev.aiserver.server.Release;
import dev.aiserver.server.Status;
import dev.aiserver.server.Uninstall;
import dev.aiserver.server.Verify;
import dev.aiserver.server.WarmLimits;
import dev.aiserver.server.WarmModels;
import dev.aiserver.service.Launchd;
import dev.aiserver.spec.EndpointSet;
import dev.aiserver.spec.Network;
import dev.aiserver.spec.ServerSpec;
import dev.aiserver.verify.Verdict;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * The whole life of an installation in a throw-away home: plan, install, verify, install again, warm models, verify
 * with them, look, uninstall, and the proof that nothing is left. HAProxy, lsof, files and processes are real and this machine's;
 * launchd and Ollama are embedded stand-ins. The proxy listens on loopback, so that nothing is open to a network.
 */
public final class Rehearsal {
    private static final String ADDRESS = "127.0.0.1";
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final List<String> MODELS = List.of("qwen3:0.6b", "llava", "nomic-embed-text");

    private final Console console;
    private final Map<String, String> environment;
    private final Release release;

    /** @param environment of the user, for PATH: it is where HAProxy and lsof are found */
    public Rehearsal(Console console, Map<String, String> environment, Release release) {
        this.console = console;
        this.environment = environment;
        this.release = release;
    }

    /** One row of the table at the end. */
    private record Proof(String step, String evidence) {}

    /** A step that did not go as it should. */
    private static final class Failed extends Exception {
        private static final long serialVersionUID = 1L;

        Failed(String step, String reason) {
            super(step + ": " + reason);
        }
    }

    /** Whether everything went as it should; what was proved, or what was not, has been said. */
    public boolean run() {
        long start = System.nanoTime();
        TemporaryHome home = TemporaryHome.createIn(Path.of(environment.getOrDefault("TMPDIR", "/tmp")));
        Thread onInterrupt = new Thread(home::remove);
        Runtime.getRuntime().addShutdownHook(onInterrupt);
        try {
            List<Proof> proofs = live(home);
            home.remove();
            if (home.exists()) {
                throw new Failed("nothing left", home + " is still there");
            }
            double seconds = (System.nanoTime() - start) / 1e9;
            console.answer(table(proofs)
                    + console.paint(Colour.GREEN, "Rehearsal passed")
                    + " in %.1f s; nothing is left on this machine.%n".formatted(seconds));
            return true;
        } catch (Failed failed) {
            console.answer(console.paint(Colour.RED, "Rehearsal failed") + " at " + failed.getMessage() + "\n"
                    + LogTails.of(Logs.of(ServerSpec.defaults(), home.home()).folder()));
            return false;
        } finally {
            home.remove();
        }
    }

    private static String table(List<Proof> proofs) {
        int width =
                proofs.stream().mapToInt(proof -> proof.step().length()).max().orElse(0);
        String row = "  %-" + width + "s  %s%n";
        return "\nWhat was proved\n"
                + proofs.stream()
                        .map(proof -> row.formatted(proof.step(), proof.evidence()))
                        .collect(Collectors.joining())
                + "\n";
    }

    private List<Proof> live(TemporaryHome home) throws Failed {
        LocalHost machine = new LocalHost(home.environment(environment));
        HostIdentity facts = machine.facts();
        machine.tools().requirePresent(List.of("df", facts.isMac() ? "ifconfig" : "ip", "lsof", "ps", "tail"));
        Account account = new Account(facts.uid(), facts.user(), home.home(), 1, List.of());
        try (EmbeddedLaunchctl launchctl = new EmbeddedLaunchctl(account, Quirks.usual())) {
            home.closeFirst(launchctl);
            RehearsalHost host = new RehearsalHost(machine, launchctl);
            return new Life(host, home, facts).live();
        }
    }

    /** One installation, from before its plan to after its end. */
    private final class Life {
        private final RehearsalHost host;
        private final TemporaryHome home;
        private final Layout layout;
        private final Launchd launchd;
        private final StateStore records;
        private final ServerSpec spec;
        private final Path haproxy;
        private final List<Proof> proofs = new ArrayList<>();

        Life(RehearsalHost host, TemporaryHome home, HostIdentity facts) throws Failed {
            this.host = host;
            this.home = home;
            this.layout = new Layout(home.home());
            this.launchd = new Launchd(host, facts.uid(), new Poller(Duration.ofMillis(50)));
            this.records = StateStore.in(host, layout.state(), Clock.systemUTC(), new ManagedResources(layout));
            this.haproxy = host.find("haproxy")
                    .orElseThrow(() -> new Failed(
                            "look", "HAProxy is not installed; get it with your package manager, or use ./install"));
            List<Integer> ports = home.freePorts(2);
            this.spec = new ServerSpec(
                    "remote-ollama",
                    List.of(),
                    new Network.Loopback(),
                    new ServerSpec.Proxy(ports.get(0), Set.of(EndpointSet.STRICT)),
                    new ServerSpec.Ollama(ports.get(1), ServerSpec.defaults().ollamaEnvironment()),
                    MODELS,
                    false,
                    ServerSpec.defaults().logs());
        }

        List<Proof> live() throws Failed {
            Map<Path, FileState> before = home.tree(host);
            step("Plan", this::install);
            step("Verify", this::verify);
            step("Install again", this::installAgain);
            step("Warm models", this::warmModels);
            step("Verify with models", this::verify);
            step("Status", this::status);
            step("Uninstall", this::uninstall);
            step("Nothing left", () -> nothingLeft(before));
            return proofs;
        }

        private void step(String name, Step step) throws Failed {
            console.say(console.paint(Colour.BOLD, name));
            try {
                step.take();
            } catch (UserError trouble) {
                throw new Failed(name.toLowerCase(Locale.ROOT), trouble.sentence());
            }
        }

        private Install installation() {
            HostFacts around = new HostFacts(
                    home.ollama(), haproxy, ADDRESS, List.of(spec.name()), Set.of(), List.of(), Optional.empty());
            return new Install(host, launchd, layout, anySpec -> around, records, release);
        }

        private void install() throws Failed {
            PlanText text = new PlanText(console, layout.home());
            Install.PlannedInstall proposal =
                    installation().plan(new Install.InstallRequest(Optional.of(spec), LocalEdit.Policy.NONE));
            console.say(text.list(proposal.plan()));
            proved("plan", proposal.plan().changes().size() + " changes, checked by haproxy -c and plutil");
            try (LockFile.Held lock = installation().lock(holder -> {})) {
                requireApplied(
                        "install",
                        installation()
                                .apply(
                                        proposal,
                                        lock,
                                        Interruption.NEVER,
                                        done(text),
                                        new Verify(host, launchd, records)::requireNoExposure),
                        text);
            }
            proved("install", "com.ollama and com.haproxy run from the rendered property lists, and answer");
        }

        private void verify() throws Failed {
            VerdictText text = new VerdictText(console);
            long start = System.nanoTime();
            List<Verdict> verdicts =
                    new Verify(host, launchd, records).verify(verdict -> console.say(text.line(verdict)));
            double seconds = (System.nanoTime() - start) / 1e9;
            Map<String, List<Verdict>> groups = new LinkedHashMap<>();
            for (Verdict verdict : verdicts) {
                if (!verdict.isGood()) {
                    throw new Failed(
                            "verify " + verdict.id(), "not true: " + verdict.claim() + ".\n" + text.line(verdict));
                }
                groups.computeIfAbsent(verdict.group(), any -> new ArrayList<>())
                        .add(verdict);
            }
            groups.forEach((group, of) -> proved("verify " + group, VerdictText.counts(of)));
            proved("verify", "%d checks in %.1f s".formatted(verdicts.size(), seconds));
        }

        private void installAgain() throws Failed {
            Install.PlannedInstall proposal =
                    installation().plan(new Install.InstallRequest(Optional.of(spec), LocalEdit.Policy.NONE));
            if (!proposal.plan().isEmpty()) {
                throw new Failed(
                        "install again",
                        "it would change something:\n" + new PlanText(console, layout.home()).list(proposal.plan()));
            }
            proved("install again", "no changes");
        }

        private void warmModels() throws Failed {
            WarmLimits limits = WarmLimits.of(spec, PATIENCE, 1, PATIENCE);
            WarmModels warmModels = new WarmModels(
                    new OllamaClient(host, spec.ollama().port()),
                    new ModelDisk(host, spec),
                    WarmModels.Options.USUAL,
                    limits,
                    new WarmLines(console));
            List<WarmModels.Result> results = warmModels.warm(spec.models());
            for (WarmModels.Result result : results) {
                if (result.outcome() != WarmModels.Outcome.WARMED) {
                    throw new Failed("warm-models", result.model() + " " + result.outcome() + ": " + result.detail());
                }
                proved("warm-models " + result.model(), result.detail());
            }
        }

        private void status() throws Failed {
            Status.Snapshot snapshot = new Status(host, launchd, records).look();
            if (!snapshot.isHealthy()) {
                throw new Failed("status", "not healthy: " + snapshot);
            }
            proved("status", "healthy, " + snapshot.loadedModels().size() + " models in memory");
        }

        private void uninstall() throws Failed {
            PlanText text = new PlanText(console, layout.home());
            Uninstall uninstall = new Uninstall(host, launchd, layout, records);
            Uninstall.PlannedUninstall proposal = uninstall.plan();
            try (LockFile.Held lock = uninstall.lock(holder -> {})) {
                requireApplied("uninstall", uninstall.apply(proposal, lock, Interruption.NEVER, done(text)), text);
                uninstall.purgeLogs(proposal);
            }
            proved("uninstall", proposal.plan().changes().size() + " changes taken back");
        }

        private Consumer<Change> done(PlanText text) {
            return change -> console.say("  " + console.paint(Colour.GREEN, "done") + "  " + text.line(change));
        }

        private static void requireApplied(String step, Applier.Result result, PlanText text) throws Failed {
            if (result instanceof Applier.Result.RolledBack back) {
                throw new Failed(step, text.line(back.failed()) + ": " + back.reason());
            }
            if (result instanceof Applier.Result.RollbackIncomplete stuck) {
                throw new Failed(
                        step, text.line(stuck.failed()) + ": " + stuck.reason() + "; not undone: " + stuck.failures());
            }
            if (result instanceof Applier.Result.Interrupted) {
                throw new Failed(step, "interrupted");
            }
        }

        private void nothingLeft(Map<Path, FileState> before) throws Failed {
            Map<Path, FileState> after = home.tree(host);
            if (!after.equals(before)) {
                throw new Failed(
                        "nothing left", "the home differs: " + after.keySet() + " instead of " + before.keySet());
            }
            proved("files", "the home is byte for byte as before");
            List<Listener> listeners = new Lsof(host)
                    .listeners(List.of(spec.ollama().port(), spec.proxy().port()));
            if (!listeners.isEmpty()) {
                throw new Failed("nothing left", "somebody still listens: " + listeners);
            }
            proved("sockets", "nobody listens on the two ports");
            Poller patience = new Poller(Duration.ofMillis(20));
            if (!patience.await(Duration.ofSeconds(5), () -> processes().isEmpty())) {
                throw new Failed("nothing left", "processes still run: " + processes());
            }
            proved("processes", "none that this rehearsal started is left");
        }

        private List<String> processes() {
            return ProcessHandle.current()
                    .descendants()
                    .filter(ProcessHandle::isAlive)
                    .map(process ->
                            process.pid() + " " + process.info().command().orElse("?"))
                    .toList();
        }

        private void proved(String step, String evidence) {
            proofs.add(new Proof(step, evidence));
        }
    }

    @FunctionalInterface
    private interface Step {
        void take() throws Failed;
    }
}
