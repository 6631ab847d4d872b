package dev.aiserver.server;

import dev.aiserver.host.FileState;
import dev.aiserver.host.Host;
import dev.aiserver.host.Prefetch;
import dev.aiserver.host.UserError;
import dev.aiserver.plan.AfterRollback;
import dev.aiserver.plan.Applier;
import dev.aiserver.plan.Change;
import dev.aiserver.plan.DesiredResource;
import dev.aiserver.plan.Interruption;
import dev.aiserver.plan.Journal;
import dev.aiserver.plan.LockFile;
import dev.aiserver.plan.Observer;
import dev.aiserver.plan.Plan;
import dev.aiserver.plan.Planner;
import dev.aiserver.plan.Receipt;
import dev.aiserver.plan.Rollback;
import dev.aiserver.plan.StateStore;
import dev.aiserver.plan.Transaction;
import dev.aiserver.plan.Transactions;
import dev.aiserver.resource.Contents;
import dev.aiserver.resource.Directory;
import dev.aiserver.resource.HostFile;
import dev.aiserver.resource.Job;
import dev.aiserver.resource.Resource;
import dev.aiserver.resource.State;
import dev.aiserver.service.Launchd;
import dev.aiserver.service.LogFiles;
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
import java.util.function.Function;
import java.util.stream.Stream;

/** Gives the machine back: everything that an installation changed is as it was found. */
public final class Uninstall {
    private static final String SESSION_HOST = "OLLAMA_HOST";

    private final Host host;
    private final Launchd launchd;
    private final Layout layout;
    private final StateStore records;
    private final Transactions transactions;

    public Uninstall(Host host, Launchd launchd, Layout layout, StateStore records) {
        this.host = host;
        this.launchd = launchd;
        this.layout = layout;
        this.records = records;
        this.transactions = new Transactions(host, launchd, records);
    }

    /**
     * What would be taken away.
     *
     * @param unfinished a transaction whose process died: of an uninstallation, it is finished; else it is undone first
     * @param fromReceipt whether it is known, and not guessed by the labels and paths that the old shell scripts used
     * @param damaged whether there is a receipt that cannot be read
     * @param exposed what would come back of an earlier installation and listen where other machines reach it
     * @param kept what stays and why, a sentence each
     * @param logs the services' output, which stays if nobody says otherwise
     */
    public record PlannedUninstall(
            Plan plan,
            Receipt receipt,
            Optional<Journal> unfinished,
            boolean fromReceipt,
            boolean damaged,
            List<String> exposed,
            List<String> kept,
            List<Path> logs) {

        /** Whether an uninstallation goes on that was cut short. */
        public boolean resumes() {
            return unfinished
                    .filter(journal -> journal.operation().equals("uninstall"))
                    .isPresent();
        }

        public boolean changesNothing() {
            return plan.isEmpty() && unfinished.isEmpty();
        }
    }

    /** Looks and compares; changes nothing. */
    public PlannedUninstall plan() {
        return plan(true);
    }

    /** @param restores whether services that were here before come back; else their files are kept aside */
    public PlannedUninstall plan(boolean restores) {
        HostReaders first = HostReaders.on(
                host,
                launchd,
                records,
                Observer.prefetch(layout.resources(), launchd)
                        .and(lists(layout.resources()))
                        .and(launchd.sessionPrefetch(SESSION_HOST)));
        HostReaders outlook = first.prefetchMore(first.installation()
                .map(this::followUpPrefetch)
                .orElseGet(() -> unknownLogs().prefetch(layout.home())));
        return new Uninstall(outlook.host(), outlook.launchd(), layout, outlook.records()).proposed(restores);
    }

    private Prefetch followUpPrefetch(Installation installation) {
        return lists(installation.receipt().resources())
                .and(Logs.of(installation.spec(), layout.home()).files().prefetch(layout.home()));
    }

    private static Prefetch lists(List<Resource> resources) {
        return Prefetch.ofDirectories(resources.stream()
                .filter(Directory.class::isInstance)
                .map(resource -> ((Directory) resource).path())
                .toArray(Path[]::new));
    }

    private PlannedUninstall proposed(boolean restores) {
        Contents contents = new Contents();
        try {
            Optional<Journal> unfinished = records.unfinished();
            Optional<Receipt> earlier = unfinished.isPresent()
                    ? unfinished.map(Journal::before).filter(before -> !before.isEmpty())
                    : records.receipts().load(contents);
            return plan(restores, earlier, unfinished, contents, new ArrayList<>(), false);
        } catch (UserError error) {
            if (error.kind() != UserError.Kind.DAMAGED) {
                throw error;
            }
            List<String> left = new ArrayList<>(List.of(records.receipts().damaged()
                    + ": the receipt that cannot be read is kept, " + "and what it speaks of beside it."));
            return plan(restores, Optional.empty(), Optional.empty(), contents, left, true);
        }
    }

    private PlannedUninstall plan(
            boolean restores,
            Optional<Receipt> earlier,
            Optional<Journal> unfinished,
            Contents contents,
            List<String> left,
            boolean damaged) {
        Receipt receipt = earlier.orElseGet(() -> Receipt.empty("", Map.of(), "", List.of()));
        LogFiles logFiles = earlier.map(known -> Installation.spec(known, records.receipts()))
                .map(spec -> Logs.of(spec, layout.home()).files())
                .orElseGet(this::unknownLogs);
        List<Path> logs = logFiles.present(host);
        if (unfinished
                .filter(journal -> journal.operation().equals("uninstall"))
                .isPresent()) {
            Plan rest = Plan.of(unfinished.get().changes(), contents);
            return new PlannedUninstall(rest, receipt, unfinished, earlier.isPresent(), false, List.of(), left, logs);
        }
        Observer observer = new Observer(host, launchd, receipt, contents);
        Function<Resource, State> observed = unfinished.isPresent()
                ? new AfterRollback(unfinished.get(), records.journals().staging(), contents, observer::state)
                : observer::state;
        List<DesiredResource> targets =
                earlier.map(known -> recorded(known, observed, left)).orElseGet(() -> known(left));
        Restore comeback = new Restore(host, layout, receipt, contents);
        List<DesiredResource> wanted = restores ? targets : comeback.withheld(targets);
        List<DesiredResource> all = new ArrayList<>(withoutSharedDirectories(wanted, left));
        if (!restores) {
            all.addAll(comeback.kept());
            left.addAll(comeback.leftAside());
        }
        List<String> exposed = restores ? comeback.exposed(launchd.sessionVariable(SESSION_HOST)) : List.of();
        Plan plan = Planner.plan(all, observed, contents);
        return new PlannedUninstall(plan, receipt, unfinished, earlier.isPresent(), damaged, exposed, left, logs);
    }

    private List<DesiredResource> recorded(Receipt receipt, Function<Resource, State> observed, List<String> left) {
        List<DesiredResource> targets = new ArrayList<>();
        for (Receipt.Entry entry : receipt.entries()) {
            if (entry.resource() instanceof HostFile file && isEdited(entry, observed.apply(file))) {
                left.add(file.name() + " was edited since the installation; it is kept"
                        + (file.path().startsWith(layout.launchAgents())
                                ? ", and launchd starts what it says at the next login; remove it if that shall not be."
                                : "."));
            } else {
                targets.add(new DesiredResource(entry.resource(), entry.before()));
            }
        }
        return targets;
    }

    private static boolean isEdited(Receipt.Entry entry, State now) {
        return !now.equals(State.ABSENT) && !now.equals(entry.before()) && !now.equals(entry.after());
    }

    /** An installation by the old shell scripts, or one whose receipt is lost. */
    private List<DesiredResource> known(List<String> left) {
        ServerSpec spec = ServerSpec.defaults();
        List<DesiredResource> targets = new ArrayList<>();
        for (Job job :
                List.of(DesiredState.ollamaJob(spec, layout), DesiredState.haproxyJob(spec, layout, "127.0.0.1"))) {
            if (host.file(job.plist()) instanceof FileState.Regular plist && !isAgentOf(job, plist)) {
                left.add(job.plist() + " is not an agent of " + job.label() + "; it is kept.");
            } else {
                absent(targets, job);
                absent(targets, new HostFile(job.plist()));
            }
        }
        absent(targets, DesiredState.warmModelsJob(layout));
        absent(targets, new HostFile(layout.warmModelsPlist()));
        absent(targets, DesiredState.rotateLogsJob(layout));
        absent(targets, new HostFile(layout.rotateLogsPlist()));
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
    private List<DesiredResource> withoutSharedDirectories(List<DesiredResource> targets, List<String> left) {
        List<DesiredResource> kept = new ArrayList<>(targets);
        Set<Path> going = new HashSet<>();
        targets.stream()
                .filter(target -> target.state().equals(State.ABSENT))
                .filter(target -> target.resource() instanceof HostFile)
                .forEach(target -> going.add(((HostFile) target.resource()).path()));
        List<DesiredResource> directories = targets.stream()
                .filter(target -> target.resource() instanceof Directory)
                .sorted(Comparator.comparingInt(target -> -target.resource().rank()))
                .toList();
        for (DesiredResource target : directories) {
            Path path = ((Directory) target.resource()).path();
            if (host.stat(path) instanceof FileState.Other other && other.isLink()) {
                kept.remove(target);
                left.add(target.resource().name() + " is a symbolic link; it stays.");
            } else if (going.containsAll(host.list(path))) {
                going.add(path);
            } else {
                kept.remove(target);
                left.add(target.resource().name() + " holds other files; it stays.");
            }
        }
        return kept;
    }

    private static void absent(List<DesiredResource> targets, Resource resource) {
        targets.add(new DesiredResource(resource, State.ABSENT));
    }

    private static Path parent(Path path) {
        Path parent = path.getParent();
        return parent == null ? path : parent;
    }

    /** Where they may be when no receipt says it. */
    private LogFiles unknownLogs() {
        return new LogFiles(Stream.of(Logs.of(ServerSpec.defaults(), layout.home()), Logs.SHARED)
                .flatMap(logs -> logs.files().files().stream())
                .toList());
    }

    /** Waits until nobody else changes this installation; {@code waiting} is told who does. */
    public LockFile.Held lock(Consumer<LockFile.Holder> waiting) {
        return transactions.lock("uninstall", waiting);
    }

    /** Undoes what an installation that died had begun; says what could not be undone. */
    public List<Rollback.Failure> undo(Journal journal, LockFile.Held lock) {
        return transactions.undo(journal);
    }

    /** Takes everything away, or nothing; the receipt goes with it. */
    public Applier.Result apply(
            PlannedUninstall proposal, LockFile.Held lock, Interruption interruption, Consumer<Change> progress) {
        if (proposal.damaged()) {
            records.receipts().setAside();
        }
        Applier applier = transactions.applier(interruption, progress);
        return proposal.resumes()
                ? applier.finish(proposal.unfinished().orElseThrow())
                : applier.apply(Transaction.uninstall(proposal.plan(), proposal.receipt()));
    }

    /**
     * Removes the services' logs, which no undoing brings back, and the folders that were made for them, if nothing else
     * is in them.
     *
     * @throws UserError at the first that cannot be removed
     */
    public void purgeLogs(PlannedUninstall proposal) {
        proposal.logs().forEach(host::delete);
        proposal.receipt().entries().stream()
                .filter(entry -> entry.before().equals(State.ABSENT))
                .map(Receipt.Entry::resource)
                .filter(Directory.class::isInstance)
                .map(resource -> ((Directory) resource).path())
                .filter(folder -> proposal.logs().stream().anyMatch(log -> log.startsWith(folder)))
                .sorted(Comparator.comparingInt(folder -> -folder.getNameCount()))
                .forEach(host::delete);
    }
}
