package dev.aiserver.server;

import dev.aiserver.agent.LaunchAgent;
import dev.aiserver.host.CommandResult;
import dev.aiserver.host.Content;
import dev.aiserver.host.FileState;
import dev.aiserver.host.Host;
import dev.aiserver.host.Prefetch;
import dev.aiserver.host.ReadOnlyHost;
import dev.aiserver.host.UserError;
import dev.aiserver.plan.AfterRollback;
import dev.aiserver.plan.Applier;
import dev.aiserver.plan.Change;
import dev.aiserver.plan.Interruption;
import dev.aiserver.plan.Journal;
import dev.aiserver.plan.LocalEdit;
import dev.aiserver.plan.LockFile;
import dev.aiserver.plan.Observer;
import dev.aiserver.plan.Plan;
import dev.aiserver.plan.Planner;
import dev.aiserver.plan.Receipt;
import dev.aiserver.plan.Rollback;
import dev.aiserver.plan.StateStore;
import dev.aiserver.plan.Transaction;
import dev.aiserver.plan.Transactions;
import dev.aiserver.resource.BrewPackage;
import dev.aiserver.resource.Contents;
import dev.aiserver.resource.HostFile;
import dev.aiserver.resource.Resource;
import dev.aiserver.resource.Service;
import dev.aiserver.resource.State;
import dev.aiserver.service.Launchd;
import dev.aiserver.spec.ServerSpec;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
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
        StateStore now = records.on(new ReadOnlyHost(host.prefetch(records.prefetch())));
        boolean unchanged = earlier.unfinished().isEmpty()
                && now.unfinished().isEmpty()
                && now.receipts().read().orElse(earlier.header()).equals(earlier.receipt());
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
        HostReaders readers = readers(request);
        StateStore seen = readers.records();
        Contents contents = new Contents();
        Optional<Journal> unfinished = seen.unfinished();
        Optional<Receipt> earlier = unfinished.isPresent()
                ? unfinished.map(Journal::before).filter(before -> !before.isEmpty())
                : seen.receipts().load(contents);
        ServerSpec chosen = request.configuration()
                .or(() -> earlier.map(this::configuration).map(Logs::moved))
                .orElseGet(ServerSpec::defaults);
        HostFacts allFacts = preflight.on(readers.host(), readers.launchd()).check(chosen);
        Receipt installed = earlier.orElseGet(() -> header(chosen, allFacts));
        HostFacts known = allFacts.without(installed);
        HostFacts facts = unfinished.map(known::without).orElse(known);
        ServerSpec spec = carried(readers, facts, installed, contents).in(chosen);
        ModelFolder.require(readers.host(), spec);
        Receipt header = header(spec, allFacts);
        Receipt receipt = earlier.orElse(header);
        Takeover takeover = new Takeover(facts.existing(), receipt);
        DesiredState wanted = DesiredState.of(spec, facts, layout, release, contents)
                .with(takeover)
                .completedBy(receipt);
        Function<Resource, State> observed = takeover.observed(observed(readers, receipt, unfinished, contents));
        List<LocalEdit> edits = LocalEdit.among(wanted.targets(), observed::apply, receipt);
        DesiredState desired = request.edits() == LocalEdit.Policy.KEEP ? wanted.keeping(edits, contents) : wanted;
        Plan plan = Planner.plan(desired.targets(), withUnknownConfigurations(edits, observed), contents);
        Logs logs = Logs.of(spec, layout.home());
        List<Path> oldLogs = oldLogs(facts, earlier)
                .filter(old -> !old.equals(logs))
                .flatMap(old -> old.files().present(readers.host()).stream())
                .distinct()
                .toList();
        return new PlannedInstall(
                spec,
                request.edits(),
                facts,
                plan,
                desired,
                edits,
                unfinished,
                receipt,
                header,
                CarriedSettings.of(agents(facts)).sentences(spec),
                oldLogs);
    }

    private Receipt header(ServerSpec spec, HostFacts allFacts) {
        return Receipt.empty(release.version(), spec.asConfiguration(), allFacts.address(), allFacts.hostNames());
    }

    /** Includes services that an earlier install took over, so that their settings stay until the configuration sets them. */
    private static CarriedSettings carried(HostReaders readers, HostFacts facts, Receipt receipt, Contents contents) {
        Stream<LaunchAgent> earlier = receipt.entries().stream()
                .filter(entry -> entry.resource() instanceof HostFile file
                        && file.path().toString().endsWith(".plist"))
                .filter(entry -> entry.before() instanceof State.File)
                .map(entry -> ((State.File) entry.before()).digest())
                .flatMap(digest -> content(readers, digest, contents).stream())
                .flatMap(content -> LaunchAgent.read(readers.host(), content, "").stream());
        return CarriedSettings.of(Stream.concat(agents(facts).stream(), earlier).toList());
    }

    private static Optional<Content> content(HostReaders readers, String digest, Contents contents) {
        if (contents.has(digest)) {
            return Optional.of(contents.get(digest));
        }
        return readers.host().file(readers.records().receipts().backup(digest)) instanceof FileState.Regular kept
                ? Optional.of(kept.content())
                : Optional.empty();
    }

    /** Returns the existing agents, running ones first, because their settings take precedence. */
    private static List<LaunchAgent> agents(HostFacts facts) {
        return facts.existing().stream()
                .sorted(Comparator.comparing(service -> service.pid().isEmpty()))
                .map(ExistingService::agent)
                .toList();
    }

    /** Returns the log folders of the services that this install replaces. */
    private Stream<Logs> oldLogs(HostFacts facts, Optional<Receipt> earlier) {
        boolean ofShellScripts =
                facts.existing().stream().anyMatch(service -> service.origin() == ExistingService.Origin.SHELL_SCRIPTS);
        return Stream.concat(
                earlier.map(this::configuration).map(spec -> Logs.of(spec, layout.home())).stream(),
                ofShellScripts ? Stream.of(Logs.SHARED) : Stream.empty());
    }

    private HostReaders readers(InstallRequest request) {
        ServerSpec guess = request.configuration().orElseGet(ServerSpec::defaults);
        HostReaders first = HostReaders.on(
                host, launchd, records, preflight.prefetch(guess).and(Observer.prefetch(layout.resources(), launchd)));
        ServerSpec spec = request.configuration()
                .or(() -> first.installation().map(Installation::spec).map(Logs::moved))
                .orElse(guess);
        Prefetch oldLogs = first.installation()
                .map(Installation::spec)
                .map(installed -> Logs.of(installed, layout.home()))
                .filter(old -> !old.equals(Logs.of(spec, layout.home())))
                .map(old -> old.files().prefetch(layout.home()))
                .orElseGet(Prefetch::none);
        return first.prefetchMore(preflight
                .on(first.host(), first.launchd())
                .followUpPrefetch(spec)
                .and(oldLogs)
                .and(spec.equals(guess) ? Prefetch.none() : preflight.prefetch(spec)));
    }

    private Function<Resource, State> observed(
            HostReaders readers, Receipt receipt, Optional<Journal> unfinished, Contents contents) {
        Observer observer = new Observer(readers.host(), readers.launchd(), receipt, contents);
        return unfinished.isPresent()
                ? new AfterRollback(
                        unfinished.get(), readers.records().journals().staging(), contents, observer::state)
                : observer::state;
    }

    private static Function<Resource, State> withUnknownConfigurations(
            List<LocalEdit> edits, Function<Resource, State> observed) {
        return resource -> {
            State state = observed.apply(resource);
            for (LocalEdit edit : edits) {
                state = edit.withUnknownConfiguration(state);
            }
            return state;
        };
    }

    private ServerSpec configuration(Receipt receipt) {
        return Installation.spec(receipt, records.receipts());
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
        List<CommandResult> results =
                host.queryAll(due.stream().map(DesiredState.FileCheck::command).toList());
        int last = results.size() - 1;
        return results.isEmpty() || results.get(last).succeeded()
                ? Optional.empty()
                : Optional.of(Rejection.of(changes.get(last), due.get(last), results.get(last)));
    }

    private static Optional<Change> affectedBy(DesiredState.FileCheck check, Plan plan) {
        Stream<Change> writing = plan.changes().stream()
                .filter(change -> change.resource() instanceof HostFile file
                        && file.path().equals(check.path()));
        Stream<Change> reading = plan.changes().stream().filter(change -> change.resource() instanceof Service);
        return Stream.concat(writing, reading).findFirst();
    }
}
