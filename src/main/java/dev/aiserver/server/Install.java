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

/** Installs the server, or brings an installed one to what its configuration says now. */
public final class Install {
    private final Host host;
    private final Launchd launchd;
    private final Layout layout;
    private final Preflight survey;
    private final StateStore records;
    private final Transactions transactions;
    private final Release release;

    public Install(Host host, Launchd launchd, Layout layout, Preflight survey, StateStore records, Release release) {
        this.host = host;
        this.launchd = launchd;
        this.layout = layout;
        this.survey = survey;
        this.records = records;
        this.transactions = new Transactions(host, launchd, records);
        this.release = release;
    }

    /**
     * What a person wants.
     *
     * @param configuration empty for the installed one, or the defaults where nothing is installed
     * @param edits what is to become of files that they edited
     */
    public record InstallRequest(Optional<ServerSpec> configuration, LocalEdit.Policy edits) {

        public InstallRequest withEdits(LocalEdit.Policy decision) {
            return new InstallRequest(configuration, decision);
        }
    }

    /**
     * What would be changed, ready to be applied.
     *
     * @param edits files that somebody has written since
     * @param unfinished a transaction whose process died, which is undone first
     * @param receipt of earlier changes
     * @param header of the receipt when the plan has been applied
     * @param settings what becomes of the settings of services that are taken over, a sentence each
     * @param oldLogs that stay where services wrote until now, because the logs go elsewhere
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

        /** Whether the host is as it shall be, and the receipt says so. */
        public boolean changesNothing() {
            return plan.isEmpty()
                    && unfinished.isEmpty()
                    && receipt.from(header).equals(receipt);
        }

        /** A service that goes on with an older version of its program also when the plan has been applied. */
        public Optional<OutdatedProcess> outdated() {
            return facts.outdated()
                    .filter(service -> plan.changes().stream()
                            .noneMatch(change -> change.resource() instanceof Service changed
                                    && changed.label().equals(service.label())));
        }

        /** What applying it does, with the receipt that it leaves. */
        public Transaction transaction() {
            return Transaction.install(plan.reversible(), receipt, header);
        }

        /** Whether it would change the same, in the same way. */
        public boolean isEquivalentTo(PlannedInstall other) {
            return plan.changes().equals(other.plan.changes()) && header.equals(other.header);
        }

        /** Whether a person must say first what is to become of their edits. */
        public boolean needsEditPolicy() {
            return editPolicy == LocalEdit.Policy.NONE && !edits.isEmpty();
        }
    }

    /**
     * Looks and compares; changes nothing.
     *
     * @throws UserError also when what would be written is not good
     */
    public PlannedInstall plan(InstallRequest request) {
        return checked(look(request));
    }

    /**
     * Looks again; what an earlier proposal would have written as well is not checked anew.
     *
     * @param earlier proposal, which was checked
     */
    public PlannedInstall plan(InstallRequest request, PlannedInstall earlier) {
        PlannedInstall now = look(request);
        return now.isEquivalentTo(earlier) ? now : checked(now);
    }

    /**
     * The proposal that was made a moment ago, unless another process of this program has changed something since. What
     * others may have changed is looked for at each change, as always.
     */
    public PlannedInstall confirm(InstallRequest request, PlannedInstall earlier) {
        StateStore now = records.on(new ReadOnlyHost(host.prefetch(records.prefetch())));
        boolean isAsBefore = earlier.unfinished().isEmpty()
                && now.unfinished().isEmpty()
                && now.receipts().read().orElse(earlier.header()).equals(earlier.receipt());
        return isAsBefore ? earlier : plan(request, earlier);
    }

    private PlannedInstall checked(PlannedInstall proposal) {
        if (proposal.facts().missingPackages().isEmpty()) {
            Optional<Refusal> refusal = refusal(proposal.desired(), proposal.plan());
            if (refusal.isPresent()) {
                throw new UserError(refusal.get().sentence() + " Nothing was changed.");
            }
        }
        return proposal;
    }

    private PlannedInstall look(InstallRequest request) {
        HostReaders outlook = outlook(request);
        StateStore seen = outlook.records();
        Contents contents = new Contents();
        Optional<Journal> unfinished = seen.unfinished();
        Optional<Receipt> earlier = unfinished.isPresent()
                ? unfinished.map(Journal::before).filter(before -> !before.isEmpty())
                : seen.receipts().load(contents);
        ServerSpec chosen = request.configuration()
                .or(() -> earlier.map(this::configuration).map(Logs::moved))
                .orElseGet(ServerSpec::defaults);
        HostFacts surveyed = survey.on(outlook.host(), outlook.launchd()).survey(chosen);
        Receipt ours = earlier.orElseGet(() -> header(chosen, surveyed));
        HostFacts known = surveyed.without(ours);
        HostFacts facts = unfinished.map(known::without).orElse(known);
        ServerSpec spec = carried(outlook, facts, ours, contents).in(chosen);
        ModelFolder.require(outlook.host(), spec);
        Receipt header = header(spec, surveyed);
        Receipt receipt = earlier.orElse(header);
        Takeover adoption = new Takeover(facts.existing(), receipt);
        DesiredState drawn = DesiredState.of(spec, facts, layout, release, contents)
                .with(adoption)
                .completedBy(receipt);
        Function<Resource, State> observed = adoption.observed(observed(outlook, receipt, unfinished, contents));
        List<LocalEdit> edits = LocalEdit.among(drawn.targets(), observed::apply, receipt);
        DesiredState desired = request.edits() == LocalEdit.Policy.KEEP ? drawn.keeping(edits, contents) : drawn;
        Plan plan = Planner.plan(desired.targets(), unsure(edits, observed), contents);
        Logs logs = Logs.of(spec, layout.home());
        List<Path> oldLogs = oldLogs(facts, earlier)
                .filter(old -> !old.equals(logs))
                .flatMap(old -> old.files().present(outlook.host()).stream())
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

    private Receipt header(ServerSpec spec, HostFacts surveyed) {
        return Receipt.empty(release.version(), spec.asConfiguration(), surveyed.address(), surveyed.hostNames());
    }

    /** Also of what was taken over earlier: a configuration that says nothing of it leaves it as it is. */
    private static CarriedSettings carried(HostReaders outlook, HostFacts facts, Receipt receipt, Contents contents) {
        Stream<LaunchAgent> earlier = receipt.entries().stream()
                .filter(entry -> entry.resource() instanceof HostFile file
                        && file.path().toString().endsWith(".plist"))
                .filter(entry -> entry.before() instanceof State.File)
                .map(entry -> ((State.File) entry.before()).digest())
                .flatMap(digest -> content(outlook, digest, contents).stream())
                .flatMap(content -> LaunchAgent.read(outlook.host(), content, "").stream());
        return CarriedSettings.of(Stream.concat(agents(facts).stream(), earlier).toList());
    }

    private static Optional<Content> content(HostReaders outlook, String digest, Contents contents) {
        if (contents.has(digest)) {
            return Optional.of(contents.get(digest));
        }
        return outlook.host().file(outlook.records().receipts().backup(digest)) instanceof FileState.Regular kept
                ? Optional.of(kept.content())
                : Optional.empty();
    }

    /** What runs is heard first. */
    private static List<LaunchAgent> agents(HostFacts facts) {
        return facts.existing().stream()
                .sorted(Comparator.comparing(service -> service.pid().isEmpty()))
                .map(ExistingService::agent)
                .toList();
    }

    /** Where the services wrote that are replaced now. */
    private Stream<Logs> oldLogs(HostFacts facts, Optional<Receipt> earlier) {
        boolean ofShellScripts =
                facts.existing().stream().anyMatch(service -> service.origin() == ExistingService.Origin.SHELL_SCRIPTS);
        return Stream.concat(
                earlier.map(this::configuration).map(spec -> Logs.of(spec, layout.home())).stream(),
                ofShellScripts ? Stream.of(Logs.SHARED) : Stream.empty());
    }

    private HostReaders outlook(InstallRequest request) {
        ServerSpec guess = request.configuration().orElseGet(ServerSpec::defaults);
        HostReaders first = HostReaders.on(
                host, launchd, records, survey.prefetch(guess).and(Observer.prefetch(layout.resources(), launchd)));
        ServerSpec spec = request.configuration()
                .or(() -> first.installation().map(Installation::spec).map(Logs::moved))
                .orElse(guess);
        Prefetch oldLogs = first.installation()
                .map(Installation::spec)
                .map(installed -> Logs.of(installed, layout.home()))
                .filter(old -> !old.equals(Logs.of(spec, layout.home())))
                .map(old -> old.files().prefetch(layout.home()))
                .orElseGet(Prefetch::none);
        return first.prefetchMore(survey.on(first.host(), first.launchd())
                .followUpPrefetch(spec)
                .and(oldLogs)
                .and(spec.equals(guess) ? Prefetch.none() : survey.prefetch(spec)));
    }

    private Function<Resource, State> observed(
            HostReaders outlook, Receipt receipt, Optional<Journal> unfinished, Contents contents) {
        Observer observer = new Observer(outlook.host(), outlook.launchd(), receipt, contents);
        return unfinished.isPresent()
                ? new AfterRollback(
                        unfinished.get(), outlook.records().journals().staging(), contents, observer::state)
                : observer::state;
    }

    private static Function<Resource, State> unsure(List<LocalEdit> edits, Function<Resource, State> observed) {
        return resource -> {
            State state = observed.apply(resource);
            for (LocalEdit edit : edits) {
                state = edit.unsure(state);
            }
            return state;
        };
    }

    private ServerSpec configuration(Receipt receipt) {
        return Installation.spec(receipt, records.receipts());
    }

    /**
     * Waits until nobody else changes this installation.
     *
     * @param waiting is told who does
     */
    public LockFile.Held lock(Consumer<LockFile.Holder> waiting) {
        return transactions.lock("install", waiting);
    }

    /** Undoes what a process that died had begun; says what could not be undone. */
    public List<Rollback.Failure> undo(Journal journal, LockFile.Held lock) {
        return transactions.undo(journal);
    }

    /**
     * Makes the changes, all or none; packages that were installed stay in any case.
     *
     * @param lock which nobody else can have meanwhile
     * @param acceptance looks at the services that were started, before all is final; the Trouble that it throws rolls
     *     everything back
     * @throws UserError when nothing was changed
     */
    public Applier.Result apply(
            PlannedInstall proposal,
            LockFile.Held lock,
            Interruption interruption,
            Consumer<Change> progress,
            Consumer<PlannedInstall> acceptance) {
        Plan plan = proposal.plan();
        Applier applier = transactions.applier(interruption, progress, () -> acceptance.accept(proposal));
        List<Change> packages = plan.changes().stream()
                .filter(change -> change.resource() instanceof BrewPackage)
                .toList();
        if (!packages.isEmpty()) {
            Optional<Applier.Result> failure = applier.installPackages(packages);
            if (failure.isPresent()) {
                return failure.get();
            }
            Optional<Refusal> refusal = refusal(proposal.desired(), plan);
            if (refusal.isPresent()) {
                return applier.rolledBack(
                        refusal.get().change(), new UserError(refusal.get().sentence()));
            }
        }
        return applier.apply(proposal.transaction());
    }

    /**
     * A content that is not good.
     *
     * @param change that would write it, or have it read
     */
    private record Refusal(Change change, String sentence) {
        static Refusal of(Change change, DesiredState.FileCheck check, CommandResult result) {
            if (result.wasKilled()) {
                String what = "whether the content for " + check.path() + " is good";
                return new Refusal(
                        change, result.inconclusive(check.command(), what).sentence());
            }
            return new Refusal(
                    change,
                    "The content for " + check.path() + " was refused by \"" + check.command() + "\": "
                            + result.firstLine() + ".");
        }
    }

    /** What is neither written nor read anew need not be good. */
    private Optional<Refusal> refusal(DesiredState desired, Plan plan) {
        List<DesiredState.FileCheck> due = new ArrayList<>();
        List<Change> changes = new ArrayList<>();
        for (DesiredState.FileCheck check : desired.checks()) {
            concerned(check, plan).ifPresent(change -> {
                due.add(check);
                changes.add(change);
            });
        }
        List<CommandResult> results =
                host.queryAll(due.stream().map(DesiredState.FileCheck::command).toList());
        int last = results.size() - 1;
        return results.isEmpty() || results.get(last).succeeded()
                ? Optional.empty()
                : Optional.of(Refusal.of(changes.get(last), due.get(last), results.get(last)));
    }

    private static Optional<Change> concerned(DesiredState.FileCheck check, Plan plan) {
        Stream<Change> writing = plan.changes().stream()
                .filter(change -> change.resource() instanceof HostFile file
                        && file.path().equals(check.path()));
        Stream<Change> reading = plan.changes().stream().filter(change -> change.resource() instanceof Service);
        return Stream.concat(writing, reading).findFirst();
    }
}
