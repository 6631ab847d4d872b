package dev.aiserver.server;

import dev.aiserver.existing.Restore;
import dev.aiserver.host.Content;
import dev.aiserver.host.FileState;
import dev.aiserver.host.HostIdentity;
import dev.aiserver.host.Query;
import dev.aiserver.host.UserError;
import dev.aiserver.layout.Layout;
import dev.aiserver.layout.Logs;
import dev.aiserver.ollama.OllamaHost;
import dev.aiserver.plan.AfterRollback;
import dev.aiserver.plan.DesiredResource;
import dev.aiserver.plan.Journal;
import dev.aiserver.plan.Observed;
import dev.aiserver.plan.Plan;
import dev.aiserver.plan.Planner;
import dev.aiserver.plan.Receipt;
import dev.aiserver.plan.StateStore;
import dev.aiserver.resource.Contents;
import dev.aiserver.resource.Directory;
import dev.aiserver.resource.HostFile;
import dev.aiserver.resource.Job;
import dev.aiserver.resource.Resource;
import dev.aiserver.resource.State;
import dev.aiserver.service.LoadedJobs;
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
import java.util.function.Function;
import java.util.stream.Stream;

/** Plans an uninstall from what is observed on the host. */
final class UninstallPlanner {
    private final HostIdentity identity;
    private final Layout layout;
    private final StateStore records;
    private final Query<String> session;

    UninstallPlanner(HostIdentity identity, Layout layout, StateStore records) {
        this.identity = identity;
        this.layout = layout;
        this.records = records;
        this.session = new LoadedJobs(identity.uid()).sessionVariable(OllamaHost.VARIABLE);
    }

    /**
     * Asks for the plan.
     *
     * @param restores whether to restore the existing services; otherwise their files are kept as copies
     */
    Query<Uninstall.PlannedUninstall> query(boolean restores) {
        return records.read()
                .then(read -> query(restores, read))
                .alongside(Observed.query(DesiredState.resources(layout), identity, Receipt.NONE))
                .alongside(folders(DesiredState.resources(layout)))
                .alongside(session);
    }

    private Query<Uninstall.PlannedUninstall> query(boolean restores, StateStore.Records read) {
        try {
            Optional<Receipt> earlier = read.base();
            return records.contents(read)
                    .attempt()
                    .then(kept -> kept.error()
                            .map(error -> ofDamaged(restores, error))
                            .orElseGet(
                                    () -> query(new Basis(restores, earlier, read.unfinished(), kept.get(), false))));
        } catch (UserError error) {
            return ofDamaged(restores, error);
        }
    }

    /** Asks for a plan that needs no receipt, if the records are damaged. */
    private Query<Uninstall.PlannedUninstall> ofDamaged(boolean restores, UserError error) {
        if (error.kind() != UserError.Kind.DAMAGED) {
            throw error;
        }
        return query(new Basis(restores, Optional.empty(), Optional.empty(), List.of(), true));
    }

    /**
     * The basis of a plan.
     *
     * @param kept contents that the uninstall may restore
     * @param damaged whether there is a receipt that cannot be read
     */
    private record Basis(
            boolean restores,
            Optional<Receipt> earlier,
            Optional<Journal> unfinished,
            List<Content> kept,
            boolean damaged) {

        Receipt receipt() {
            return earlier.orElse(Receipt.NONE);
        }

        boolean resumes() {
            return unfinished
                    .filter(journal -> journal.operation().equals("uninstall"))
                    .isPresent();
        }
    }

    private Query<Uninstall.PlannedUninstall> query(Basis basis) {
        Contents contents = new Contents();
        basis.kept().forEach(contents::add);
        Restore restore = new Restore(layout, basis.receipt(), contents);
        LogFiles logFiles = basis.earlier()
                .map(known -> Logs.of(Installation.spec(known, records.receipts()), layout.home())
                        .files())
                .orElseGet(this::unknownLogs);
        if (basis.resumes()) {
            Plan rest = Plan.of(basis.unfinished().orElseThrow().changes(), contents);
            return logFiles.present(identity).map(logs -> planned(basis, rest, List.of(), List.of(), logs));
        }
        List<Resource> resources = basis.earlier().map(Receipt::resources).orElseGet(this::knownResources);
        return Query.joined(parts -> {
                    var logs = parts.add(logFiles.present(identity));
                    var observed = parts.add(Observed.query(resources, identity, basis.receipt()));
                    var folders = parts.add(folders(resources));
                    var agents = parts.add(foreignAgents());
                    var exposed =
                            parts.add(basis.restores() ? session.then(restore::exposed) : Query.of(List.<String>of()));
                    var copies = parts.add(basis.restores() ? Query.of(List.<DesiredResource>of()) : restore.copies());
                    return results -> {
                        Draft draft = new Draft(
                                results.get(logs), results.get(observed), results.get(exposed), new ArrayList<>());
                        if (basis.damaged()) {
                            draft.notes()
                                    .add(records.receipts().damaged()
                                            + ": the unreadable receipt is kept, and the backups beside it.");
                        }
                        List<DesiredResource> targets = basis.earlier()
                                .map(known -> recorded(
                                        known, AfterRollback.of(basis.unfinished(), draft.observed()), draft.notes()))
                                .orElseGet(() -> withoutReceipt(results.get(agents), draft.notes()));
                        List<DesiredResource> wanted =
                                basis.restores() ? targets : restore.withoutExistingServices(targets);
                        draft.targets().addAll(withoutSharedDirectories(wanted, results.get(folders), draft.notes()));
                        draft.targets().addAll(results.get(copies));
                        draft.notes().addAll(Restore.copyNotes(results.get(copies)));
                        return draft;
                    };
                })
                .then(draft -> Observed.query(draft.unobserved(), identity, basis.receipt())
                        .map(others -> planned(basis, draft, draft.observed().and(others), contents)));
    }

    /** A plan whose resources are known, but not all of their states. */
    private record Draft(
            List<Path> logs,
            Observed observed,
            List<String> exposed,
            List<String> notes,
            List<DesiredResource> targets) {

        Draft(List<Path> logs, Observed observed, List<String> exposed, List<String> notes) {
            this(logs, observed, exposed, notes, new ArrayList<>());
        }

        List<Resource> unobserved() {
            return observed.missing(
                    targets.stream().map(DesiredResource::resource).toList());
        }
    }

    private static Uninstall.PlannedUninstall planned(Basis basis, Draft draft, Observed observed, Contents contents) {
        observed.contents().forEach(contents::add);
        Plan plan = Planner.plan(draft.targets(), AfterRollback.of(basis.unfinished(), observed), contents);
        return planned(basis, plan, draft.exposed(), draft.notes(), draft.logs());
    }

    private static Uninstall.PlannedUninstall planned(
            Basis basis, Plan plan, List<String> exposed, List<String> notes, List<Path> logs) {
        return new Uninstall.PlannedUninstall(
                plan,
                basis.receipt(),
                basis.unfinished(),
                basis.earlier().isPresent(),
                basis.damaged(),
                exposed,
                notes,
                logs);
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

    /** Returns what an installation by the old shell scripts has, or one whose receipt is lost. */
    private List<Resource> knownResources() {
        return Stream.<Resource>concat(
                        serviceJobs().stream().flatMap(job -> Stream.of(job, new HostFile(job.plist()))),
                        Stream.of(
                                DesiredState.warmModelsJob(layout),
                                new HostFile(layout.warmModelsPlist()),
                                DesiredState.rotateLogsJob(layout),
                                new HostFile(layout.rotateLogsPlist()),
                                new HostFile(layout.haproxyCfg()),
                                new Directory(layout.haproxyDirectory(), 0700),
                                new HostFile(layout.command()),
                                new HostFile(layout.program()),
                                new Directory(parent(layout.program()), 0755)))
                .toList();
    }

    private List<Job> serviceJobs() {
        ServerSpec spec = ServerSpec.defaults();
        return List.of(DesiredState.ollamaJob(spec, layout), DesiredState.haproxyJob(spec, layout, "127.0.0.1"));
    }

    /** Asks for the property lists at our paths that do not have our labels. */
    private Query<List<Job>> foreignAgents() {
        return Query.present(serviceJobs().stream()
                .map(job -> Query.file(job.plist())
                        .map(state -> state instanceof FileState.Regular plist && !isAgentOf(job, plist)
                                ? Optional.of(job)
                                : Optional.<Job>empty()))
                .toList());
    }

    private List<DesiredResource> withoutReceipt(List<Job> foreign, List<String> notes) {
        foreign.forEach(job -> notes.add(job.plist() + " does not have the label " + job.label() + "; it is kept."));
        return knownResources().stream()
                .filter(resource -> foreign.stream()
                        .noneMatch(job -> resource.equals(job) || resource.equals(new HostFile(job.plist()))))
                .map(resource -> new DesiredResource(resource, State.ABSENT))
                .toList();
    }

    private static boolean isAgentOf(Job job, FileState.Regular plist) {
        return plist.content().text().contains("<string>" + job.label() + "</string>");
    }

    /** A folder that an uninstall may remove. */
    private record Folder(FileState state, List<Path> entries) {}

    private static Query<Map<Path, Folder>> folders(List<Resource> resources) {
        List<Path> paths = resources.stream()
                .filter(Directory.class::isInstance)
                .map(resource -> ((Directory) resource).path())
                .toList();
        return Query.byKey(
                paths,
                path -> Query.stat(path)
                        .zip(
                                Query.list(path).attempt(),
                                (state, entries) -> new Folder(
                                        state, state instanceof FileState.Directory ? entries.get() : List.of())));
    }

    /** Keeps directories that still contain other files. Checks the deepest ones first, because they may be nested. */
    private static List<DesiredResource> withoutSharedDirectories(
            List<DesiredResource> targets, Map<Path, Folder> folders, List<String> notes) {
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
            Folder folder = folders.get(path);
            if (folder != null && folder.state() instanceof FileState.Other other && other.isLink()) {
                kept.remove(target);
                notes.add(target.resource().name() + " is a symbolic link; it is kept.");
            } else if (folder == null || removed.containsAll(folder.entries())) {
                removed.add(path);
            } else {
                kept.remove(target);
                notes.add(target.resource().name() + " contains other files; it is kept.");
            }
        }
        return kept;
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
}
