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

/** Uninstalls the server and restores what the installation changed. */
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
     * An uninstall plan that is ready to be applied.
     *
     * @param unfinished a transaction whose process died; an uninstall is resumed, an install is rolled back first
     * @param fromReceipt whether the plan follows a receipt; otherwise it uses the labels and paths of the old shell scripts
     * @param damaged whether there is a receipt that cannot be read
     * @param exposed the existing services that would be restored and that other machines could then reach
     * @param kept a sentence about each file that stays, with the reason
     * @param logs the services' logs, which stay unless the user asks to delete them
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

        /** Returns whether this resumes an interrupted uninstall. */
        public boolean resumes() {
            return unfinished
                    .filter(journal -> journal.operation().equals("uninstall"))
                    .isPresent();
        }

        public boolean changesNothing() {
            return plan.isEmpty() && unfinished.isEmpty();
        }
    }

    /** Plans an uninstall that restores the existing services; changes nothing. */
    public PlannedUninstall plan() {
        return plan(true);
    }

    /**
     * Plans an uninstall; changes nothing.
     *
     * @param restores whether to restore the existing services; otherwise their files are kept as copies
     */
    public PlannedUninstall plan(boolean restores) {
        HostReaders first = HostReaders.on(
                host,
                launchd,
                records,
                Observer.prefetch(layout.resources(), launchd)
                        .and(lists(layout.resources()))
                        .and(launchd.sessionPrefetch(SESSION_HOST)));
        HostReaders readers = first.prefetchMore(first.installation()
                .map(this::followUpPrefetch)
                .orElseGet(() -> unknownLogs().prefetch(layout.home())));
        return new Uninstall(readers.host(), readers.launchd(), layout, readers.records()).planFromRecords(restores);
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

    private PlannedUninstall planFromRecords(boolean restores) {
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
            List<String> notes = new ArrayList<>(List.of(
                    records.receipts().damaged() + ": the unreadable receipt is kept, and the backups beside it."));
            return plan(restores, Optional.empty(), Optional.empty(), contents, notes, true);
        }
    }

    private PlannedUninstall plan(
            boolean restores,
            Optional<Receipt> earlier,
            Optional<Journal> unfinished,
            Contents contents,
            List<String> notes,
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
            return new PlannedUninstall(rest, receipt, unfinished, earlier.isPresent(), false, List.of(), notes, logs);
        }
        Observer observer = new Observer(host, launchd, receipt, contents);
        Function<Resource, State> observed = unfinished.isPresent()
                ? new AfterRollback(unfinished.get(), records.journals().staging(), contents, observer::state)
                : observer::state;
        List<DesiredResource> targets =
                earlier.map(known -> recorded(known, observed, notes)).orElseGet(() -> withoutReceipt(notes));
        Restore restore = new Restore(host, layout, receipt, contents);
        List<DesiredResource> wanted = restores ? targets : restore.withoutExistingServices(targets);
        List<DesiredResource> all = new ArrayList<>(withoutSharedDirectories(wanted, notes));
        if (!restores) {
            all.addAll(restore.copies());
            notes.addAll(restore.copyNotes());
        }
        List<String> exposed = restores ? restore.exposed(launchd.sessionVariable(SESSION_HOST)) : List.of();
        Plan plan = Planner.plan(all, observed, contents);
        return new PlannedUninstall(plan, receipt, unfinished, earlier.isPresent(), damaged, exposed, notes, logs);
    }

    private List<DesiredResource> recorded(Receipt receipt, Function<Resource, State> observed, List<String> notes) {
        List<DesiredResource> targets = new ArrayList<>();
        for (Receipt.Entry entry : receipt.entries()) {
            if (entry.resource() instanceof HostFile file && isEdited(entry, observed.apply(file))) {
                notes.add(file.name() + " was edited locally and is kept"
                        + (file.path().startsWith(layout.launchAgents())
                                ? "; launchd starts its job at the next login unless you remove the file."
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

    /** Returns the targets for an installation by the old shell scripts, or for one whose receipt is lost. */
    private List<DesiredResource> withoutReceipt(List<String> notes) {
        ServerSpec spec = ServerSpec.defaults();
        List<DesiredResource> targets = new ArrayList<>();
        for (Job job :
                List.of(DesiredState.ollamaJob(spec, layout), DesiredState.haproxyJob(spec, layout, "127.0.0.1"))) {
            if (host.file(job.plist()) instanceof FileState.Regular plist && !isAgentOf(job, plist)) {
                notes.add(job.plist() + " does not have the label " + job.label() + "; it is kept.");
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

    /** Keeps directories that still contain other files. Checks the deepest ones first, because they may be nested. */
    private List<DesiredResource> withoutSharedDirectories(List<DesiredResource> targets, List<String> notes) {
        List<DesiredResource> kept = new ArrayList<>(targets);
        Set<Path> removed = new HashSet<>();
        targets.stream()
                .filter(target -> target.state().equals(State.ABSENT))
                .filter(target -> target.resource() instanceof HostFile)
                .forEach(target -> removed.add(((HostFile) target.resource()).path()));
        List<DesiredResource> directories = targets.stream()
                .filter(target -> target.resource() instanceof Directory)
                .sorted(Comparator.comparingInt(target -> -target.resource().rank()))
                .toList();
        for (DesiredResource target : directories) {
            Path path = ((Directory) target.resource()).path();
            if (host.stat(path) instanceof FileState.Other other && other.isLink()) {
                kept.remove(target);
                notes.add(target.resource().name() + " is a symbolic link; it is kept.");
            } else if (removed.containsAll(host.list(path))) {
                removed.add(path);
            } else {
                kept.remove(target);
                notes.add(target.resource().name() + " contains other files; it is kept.");
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

    /** Returns where the logs can be if no receipt names their folder. */
    private LogFiles unknownLogs() {
        return new LogFiles(Stream.of(Logs.of(ServerSpec.defaults(), layout.home()), Logs.SHARED)
                .flatMap(logs -> logs.files().files().stream())
                .toList());
    }

    /**
     * Waits until no other process changes this installation, and locks it.
     *
     * @param waiting receives the process that is waited for
     */
    public LockFile.Held lock(Consumer<LockFile.Holder> waiting) {
        return transactions.lock("uninstall", waiting);
    }

    /** Rolls back an install whose process died, and returns the changes that could not be rolled back. */
    public List<Rollback.Failure> undo(Journal journal, LockFile.Held lock) {
        return transactions.undo(journal);
    }

    /** Makes all changes of the plan or none, and removes the receipt. */
    public Applier.Result apply(
            PlannedUninstall planned, LockFile.Held lock, Interruption interruption, Consumer<Change> progress) {
        if (planned.damaged()) {
            records.receipts().setAside();
        }
        Applier applier = transactions.applier(interruption, progress);
        return planned.resumes()
                ? applier.finish(planned.unfinished().orElseThrow())
                : applier.apply(Transaction.uninstall(planned.plan(), planned.receipt()));
    }

    /**
     * Deletes the services' logs for good, and the folders that were created for them if they are empty then.
     *
     * @throws UserError for the first log that cannot be deleted
     */
    public void purgeLogs(PlannedUninstall planned) {
        planned.logs().forEach(host::delete);
        planned.receipt().entries().stream()
                .filter(entry -> entry.before().equals(State.ABSENT))
                .map(Receipt.Entry::resource)
                .filter(Directory.class::isInstance)
                .map(resource -> ((Directory) resource).path())
                .filter(folder -> planned.logs().stream().anyMatch(log -> log.startsWith(folder)))
                .sorted(Comparator.comparingInt(folder -> -folder.getNameCount()))
                .forEach(host::delete);
    }
}
