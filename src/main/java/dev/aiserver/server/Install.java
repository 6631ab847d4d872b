package dev.aiserver.server;

import dev.aiserver.host.CommandResult;
import dev.aiserver.host.Host;
import dev.aiserver.host.Query;
import dev.aiserver.host.UserError;
import dev.aiserver.layout.Layout;
import dev.aiserver.plan.Applier;
import dev.aiserver.plan.Change;
import dev.aiserver.plan.Interruption;
import dev.aiserver.plan.Journal;
import dev.aiserver.plan.LocalEdit;
import dev.aiserver.plan.LockFile;
import dev.aiserver.plan.Plan;
import dev.aiserver.plan.Receipt;
import dev.aiserver.plan.Rollback;
import dev.aiserver.plan.StateStore;
import dev.aiserver.plan.Transaction;
import dev.aiserver.plan.Transactions;
import dev.aiserver.preflight.HostFacts;
import dev.aiserver.preflight.OutdatedProcess;
import dev.aiserver.preflight.Preflight;
import dev.aiserver.resource.BrewPackage;
import dev.aiserver.resource.HostFile;
import dev.aiserver.resource.Service;
import dev.aiserver.service.Launchd;
import dev.aiserver.spec.ServerSpec;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Installs the server, or updates an installed one to match its configuration. */
public final class Install {
    private final Host host;
    private final Launchd launchd;
    private final Layout layout;
    private final Preflight preflight;
    private final StateStore records;
    private final Transactions transactions;
    private final Release release;

    public Install(
            Host host, Launchd launchd, Layout layout, Preflight preflight, StateStore records, Release release) {
        this.host = host;
        this.launchd = launchd;
        this.layout = layout;
        this.preflight = preflight;
        this.records = records;
        this.transactions = new Transactions(host, launchd, records);
        this.release = release;
    }

    /**
     * A request to install or update.
     *
     * @param configuration empty for the installed configuration, or the defaults if nothing is installed
     * @param edits what to do with files that were edited locally
     */
    public record InstallRequest(Optional<ServerSpec> configuration, LocalEdit.Policy edits) {

        public InstallRequest withEdits(LocalEdit.Policy policy) {
            return new InstallRequest(configuration, policy);
        }
    }

    /**
     * An install plan that is ready to be applied.
     *
     * @param edits files that were edited locally
     * @param unfinished a transaction whose process died, which is rolled back first
     * @param receipt the receipt of earlier changes
     * @param header the receipt's version, configuration and address after the plan, without entries
     * @param settings a sentence about each setting of the existing services that is kept or dropped
     * @param oldLogs log files that stay in the old folder after the logs move to a new one
     */
    public record PlannedInstall(
            ServerSpec spec,
            LocalEdit.Policy editPolicy,
            HostFacts facts,
            Plan plan,
            DesiredState desired,
            List<LocalEdit> edits,
            Optional<Journal> unfinished,
            Receipt receipt,
            Receipt header,
            List<String> settings,
            List<Path> oldLogs) {

        /** Returns whether the host has the desired state and the receipt matches it. */
        public boolean changesNothing() {
            return plan.isEmpty()
                    && unfinished.isEmpty()
                    && receipt.from(header).equals(receipt);
        }

        /** Returns a service that still runs an older version of its program after the plan, or empty. */
        public Optional<OutdatedProcess> outdated() {
            return facts.outdated()
                    .filter(service -> plan.changes().stream()
                            .noneMatch(change -> change.resource() instanceof Service changed
                                    && changed.label().equals(service.label())));
        }

        /** Returns the transaction that applies the plan, without packages. */
        public Transaction transaction() {
            return Transaction.install(plan.reversible(), receipt, header);
        }

        /** Returns whether another plan makes identical changes. */
        public boolean isEquivalentTo(PlannedInstall other) {
            return plan.changes().equals(other.plan.changes()) && header.equals(other.header);
        }

        /** Returns whether the user must first decide what to do with local edits. */
        public boolean needsEditPolicy() {
            return editPolicy == LocalEdit.Policy.NONE && !edits.isEmpty();
        }
    }

    /**
     * Plans the installation; changes nothing.
     *
     * @throws UserError if the host is not suitable, or if a new file is not valid
     */
    public PlannedInstall plan(InstallRequest request) {
        return validated(draft(request));
    }

    /**
     * Plans again. If the plan has not changed, its files are not validated again.
     *
     * @param earlier a validated plan
     */
    public PlannedInstall plan(InstallRequest request, PlannedInstall earlier) {
        PlannedInstall now = draft(request);
        return now.isEquivalentTo(earlier) ? now : validated(now);
    }

    /**
     * Returns a recent plan unchanged, unless another aiserver process has changed something since. Edits by other programs
     * are detected when each change is made.
     */
    public PlannedInstall confirm(InstallRequest request, PlannedInstall earlier) {
        StateStore.Records now = host.ask(records.read());
        boolean unchanged = earlier.unfinished().isEmpty()
                && now.unfinished().isEmpty()
                && now.receipt().get().orElse(earlier.header()).equals(earlier.receipt());
        return unchanged ? earlier : plan(request, earlier);
    }

    private PlannedInstall validated(PlannedInstall planned) {
        if (planned.facts().missingPackages().isEmpty()) {
            Optional<Rejection> rejection = rejection(planned.desired(), planned.plan());
            if (rejection.isPresent()) {
                throw new UserError(rejection.get().sentence() + " Nothing was changed.");
            }
        }
        return planned;
    }

    private PlannedInstall draft(InstallRequest request) {
        host.tools().requireSafe();
        return host.ask(new InstallPlanner(host.facts(), layout, preflight, records, release).query(request));
    }

    /**
     * Waits until no other process changes this installation, and locks it.
     *
     * @param waiting receives the process that is waited for
     */
    public LockFile.Held lock(Consumer<LockFile.Holder> waiting) {
        return transactions.lock("install", waiting);
    }

    /** Rolls back a transaction whose process died, and returns the changes that could not be rolled back. */
    public List<Rollback.Failure> undo(Journal journal, LockFile.Held lock) {
        return transactions.undo(journal);
    }

    /**
     * Makes all changes of the plan or none. Installed packages stay in either case.
     *
     * @param lock proves that no other process changes the installation
     * @param finalCheck checks the started services before the commit; a {@link UserError} from it rolls everything back
     * @throws UserError if nothing was changed
     */
    public Applier.Result apply(
            PlannedInstall planned,
            LockFile.Held lock,
            Interruption interruption,
            Consumer<Change> progress,
            Consumer<PlannedInstall> finalCheck) {
        Plan plan = planned.plan();
        Applier applier = transactions.applier(interruption, progress, () -> finalCheck.accept(planned));
        List<Change> packages = plan.changes().stream()
                .filter(change -> change.resource() instanceof BrewPackage)
                .toList();
        if (!packages.isEmpty()) {
            Optional<Applier.Result> failure = applier.installPackages(packages);
            if (failure.isPresent()) {
                return failure.get();
            }
            Optional<Rejection> rejection = rejection(planned.desired(), plan);
            if (rejection.isPresent()) {
                return applier.rolledBack(
                        rejection.get().change(), new UserError(rejection.get().sentence()));
            }
        }
        return applier.apply(planned.transaction());
    }

    /**
     * An invalid new file.
     *
     * @param change the change that would write the file, or start a service that reads it
     */
    private record Rejection(Change change, String sentence) {
        static Rejection of(Change change, DesiredState.FileCheck check, CommandResult result) {
            if (result.wasKilled()) {
                String what = "whether the new " + check.path() + " is valid";
                return new Rejection(
                        change, result.inconclusive(check.command(), what).sentence());
            }
            return new Rejection(
                    change,
                    "The new " + check.path() + " is not valid: \"" + check.command() + "\" reports: "
                            + result.firstLine() + ".");
        }
    }

    /** Validates the files that the plan writes or makes a service read again; returns the first invalid one. */
    private Optional<Rejection> rejection(DesiredState desired, Plan plan) {
        List<DesiredState.FileCheck> due = new ArrayList<>();
        List<Change> changes = new ArrayList<>();
        for (DesiredState.FileCheck check : desired.checks()) {
            affectedBy(check, plan).ifPresent(change -> {
                due.add(check);
                changes.add(change);
            });
        }
        List<CommandResult> results = host.ask(Query.all(due.stream()
                .map(DesiredState.FileCheck::command)
                .map(Query::command)
                .toList()));
        return IntStream.range(0, results.size())
                .filter(i -> !results.get(i).succeeded())
                .mapToObj(i -> Rejection.of(changes.get(i), due.get(i), results.get(i)))
                .findFirst();
    }

    private static Optional<Change> affectedBy(DesiredState.FileCheck check, Plan plan) {
        Stream<Change> writing = plan.changes().stream()
                .filter(change -> change.resource() instanceof HostFile file
                        && file.path().equals(check.path()));
        Stream<Change> reading = plan.changes().stream().filter(change -> change.resource() instanceof Service);
        return Stream.concat(writing, reading).findFirst();
    }
}
