package dev.aiserver.server;

import dev.aiserver.host.FileState;
import dev.aiserver.host.Host;
import dev.aiserver.host.ReadOnlyHost;
import dev.aiserver.plan.Applier;
import dev.aiserver.plan.Change;
import dev.aiserver.plan.Observer;
import dev.aiserver.plan.Plan;
import dev.aiserver.plan.Planner;
import dev.aiserver.plan.Receipt;
import dev.aiserver.plan.ReceiptStore;
import dev.aiserver.plan.Target;
import dev.aiserver.resource.Contents;
import dev.aiserver.resource.Directory;
import dev.aiserver.resource.HostFile;
import dev.aiserver.resource.Job;
import dev.aiserver.resource.Machine;
import dev.aiserver.resource.Resource;
import dev.aiserver.resource.State;
import dev.aiserver.service.Launchd;
import dev.aiserver.spec.ServerSpec;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/** Gives the machine back: everything that an installation changed is as it was found. */
public final class Uninstall {
    private final Host host;
    private final Launchd launchd;
    private final Layout layout;
    private final ReceiptStore store;

    public Uninstall(Host host, Launchd launchd, Layout layout, ReceiptStore store) {
        this.host = host;
        this.launchd = launchd;
        this.layout = layout;
        this.store = store;
    }

    /**
     * What would be taken away.
     *
     * @param fromReceipt whether it is known, and not guessed by the labels and paths that the old shell scripts used
     * @param exposed what would come back of an earlier installation and listen where other machines reach it
     * @param left what stays and why, a sentence each
     */
    public record Proposal(Plan plan, Receipt receipt, boolean fromReceipt, List<String> exposed, List<String> left) {}

    /** Looks and compares; changes nothing. */
    public Proposal propose() {
        return propose(true);
    }

    /** @param restores whether services that were here before come back; else their files are kept aside */
    public Proposal propose(boolean restores) {
        Contents contents = new Contents();
        Optional<Receipt> earlier = store.load(contents);
        Receipt receipt = earlier.orElseGet(() -> Receipt.empty("", Map.of(), "", List.of()));
        Observer observer = new Observer(new ReadOnlyHost(host), launchd, receipt, contents);
        List<String> left = new ArrayList<>();
        List<Target> targets =
                earlier.map(known -> recorded(known, observer, left)).orElseGet(() -> known(left));
        Comeback comeback = new Comeback(host, layout, receipt, contents);
        List<Target> kept = restores ? List.of() : comeback.kept();
        List<Target> all =
                new ArrayList<>(withoutSharedDirectories(restores ? targets : comeback.withheld(targets), left));
        all.addAll(kept);
        kept.stream()
                .filter(target -> target.resource() instanceof HostFile)
                .forEach(target ->
                        left.add(target.resource().name() + ": the earlier installation's, which does not come back."));
        Plan plan = Planner.plan(all, observer::state, Receipt.empty("", Map.of(), "", List.of()), contents);
        logs(earlier.map(known -> Installation.spec(known, store)).orElseGet(ServerSpec::defaults), left);
        List<String> exposed = restores ? comeback.exposed(launchd.sessionVariable("OLLAMA_HOST")) : List.of();
        return new Proposal(plan, receipt, earlier.isPresent(), exposed, left);
    }

    private static List<Target> recorded(Receipt receipt, Observer observer, List<String> left) {
        List<Target> targets = new ArrayList<>();
        for (Receipt.Entry entry : receipt.entries()) {
            if (entry.resource() instanceof HostFile && isEdited(entry, observer.state(entry.resource()))) {
                left.add(entry.resource().name() + " was edited since the installation; it is kept.");
            } else {
                targets.add(new Target(entry.resource(), entry.before()));
            }
        }
        return targets;
    }

    private static boolean isEdited(Receipt.Entry entry, State now) {
        return entry.done() && !now.equals(State.ABSENT) && !now.equals(entry.before()) && !now.equals(entry.after());
    }

    /** An installation by the old shell scripts, or one whose receipt is lost. */
    private List<Target> known(List<String> left) {
        ServerSpec spec = ServerSpec.defaults();
        List<Target> targets = new ArrayList<>();
        for (Job job : List.of(Blueprint.ollamaJob(spec, layout), Blueprint.haproxyJob(spec, layout, "127.0.0.1"))) {
            if (host.file(job.plist()) instanceof FileState.Regular plist && !isAgentOf(job, plist)) {
                left.add(job.plist() + " is not an agent of " + job.label() + "; it is kept.");
            } else {
                absent(targets, job);
                absent(targets, new HostFile(job.plist()));
            }
        }
        absent(targets, Blueprint.warmModelsJob(layout));
        absent(targets, new HostFile(layout.warmModelsPlist()));
        absent(targets, new HostFile(layout.haproxyCfg()));
        absent(targets, new Directory(layout.haproxyDirectory(), 0700));
        absent(targets, new HostFile(layout.command()));
        absent(targets, new HostFile(layout.program()));
        absent(targets, new Directory(parent(layout.program()), 0755));
        return targets;
    }

    private static boolean isAgentOf(Job job, FileState.Regular plist) {
        return plist.content().text().contains("<string>" + job.label() + "</string>");
    }

    /** A directory in which something stays does not go either; from the deepest up, because one may hold another. */
    private List<Target> withoutSharedDirectories(List<Target> targets, List<String> left) {
        List<Target> kept = new ArrayList<>(targets);
        Set<Path> going = new HashSet<>();
        targets.stream()
                .filter(target -> target.state().equals(State.ABSENT))
                .filter(target -> target.resource() instanceof HostFile)
                .forEach(target -> going.add(((HostFile) target.resource()).path()));
        List<Target> directories = targets.stream()
                .filter(target -> target.resource() instanceof Directory)
                .sorted(Comparator.comparingInt(target -> -target.resource().rank()))
                .toList();
        for (Target target : directories) {
            Path path = ((Directory) target.resource()).path();
            if (going.containsAll(host.list(path))) {
                going.add(path);
            } else {
                kept.remove(target);
                left.add(target.resource().name() + " holds other files; it stays.");
            }
        }
        return kept;
    }

    private static void absent(List<Target> targets, Resource resource) {
        targets.add(new Target(resource, State.ABSENT));
    }

    private static Path parent(Path path) {
        Path parent = path.getParent();
        return parent == null ? path : parent;
    }

    private void logs(ServerSpec spec, List<String> left) {
        Logs.of(spec).all().stream()
                .filter(log -> host.file(log) instanceof FileState.Regular)
                .forEach(log -> left.add(log + ": the log stays."));
    }

    /** Takes away what can be taken away, and goes on after what cannot; the receipt goes when nothing is left. */
    public Applier.Outcome apply(Proposal proposal, Consumer<Change> progress) {
        Machine machine = new Machine(host, launchd, proposal.plan().contents());
        Applier applier = new Applier(machine, store, progress);
        Applier.Outcome removal = applier.applyEach(proposal.plan(), proposal.receipt());
        if (removal.failures().isEmpty()) {
            store.forget();
        }
        return removal;
    }
}
