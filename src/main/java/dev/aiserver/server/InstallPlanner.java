package dev.aiserver.server;

import dev.aiserver.agent.LaunchAgent;
import dev.aiserver.existing.CarriedSettings;
import dev.aiserver.existing.ExistingService;
import dev.aiserver.existing.Takeover;
import dev.aiserver.host.Content;
import dev.aiserver.host.FileState;
import dev.aiserver.host.HostIdentity;
import dev.aiserver.host.Query;
import dev.aiserver.layout.Layout;
import dev.aiserver.layout.Logs;
import dev.aiserver.plan.AfterRollback;
import dev.aiserver.plan.DesiredResource;
import dev.aiserver.plan.Journal;
import dev.aiserver.plan.LocalEdit;
import dev.aiserver.plan.Observed;
import dev.aiserver.plan.Plan;
import dev.aiserver.plan.Planner;
import dev.aiserver.plan.Receipt;
import dev.aiserver.plan.StateStore;
import dev.aiserver.preflight.HostFacts;
import dev.aiserver.preflight.ModelFolder;
import dev.aiserver.preflight.Preflight;
import dev.aiserver.resource.Contents;
import dev.aiserver.resource.HostFile;
import dev.aiserver.resource.Resource;
import dev.aiserver.resource.State;
import dev.aiserver.spec.ServerSpec;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Plans an installation from what is observed on the host. */
final class InstallPlanner {
    private final HostIdentity identity;
    private final Layout layout;
    private final Preflight preflight;
    private final StateStore records;
    private final Release release;

    InstallPlanner(HostIdentity identity, Layout layout, Preflight preflight, StateStore records, Release release) {
        this.identity = identity;
        this.layout = layout;
        this.preflight = preflight;
        this.records = records;
        this.release = release;
    }

    /** Asks for the plan. It is an error if the host is not suitable. */
    Query<Install.PlannedInstall> query(Install.InstallRequest request) {
        ServerSpec likely = request.configuration().orElseGet(ServerSpec::defaults);
        return records.read()
                .then(read -> query(request, read))
                .alongside(preflight.query(likely))
                .alongside(Observed.query(DesiredState.resources(layout), identity, Receipt.NONE));
    }

    private Query<Install.PlannedInstall> query(Install.InstallRequest request, StateStore.Records read) {
        Optional<Journal> unfinished = read.unfinished();
        Optional<Receipt> earlier = read.base();
        ServerSpec chosen = request.configuration()
                .or(() -> earlier.map(this::configuration).map(Logs::moved))
                .orElseGet(ServerSpec::defaults);
        return seen(chosen, read).then(seen -> {
            Contents contents = new Contents();
            seen.contents().forEach(contents::add);
            Draft draft = draft(chosen, earlier, unfinished, seen, contents);
            Collection<Resource> resources = draft.wanted().targets().stream()
                    .map(DesiredResource::resource)
                    .toList();
            return ModelFolder.requirePresent(draft.spec())
                    .zip(
                            Observed.query(seen.observed().missing(resources), identity, draft.receipt()),
                            (present, others) ->
                                    planned(request, draft, seen.observed().and(others), unfinished, contents));
        });
    }

    /**
     * The observations that a plan follows from.
     *
     * @param replaced the agents whose place aiserver's own have taken
     * @param contents of backups and of staged files
     * @param logs those that exist in folders of other installations
     */
    private record Seen(
            HostFacts facts, Observed observed, List<LaunchAgent> replaced, List<Content> contents, List<Path> logs) {}

    private Query<Seen> seen(ServerSpec chosen, StateStore.Records read) {
        Receipt before = read.base().orElse(Receipt.NONE);
        return Query.joined(parts -> {
            var backups = parts.add(records.contents(read));
            var facts = parts.add(preflight.query(chosen));
            var replaced = parts.add(replaced(before));
            var observed = parts.add(
                    Observed.query(both(DesiredState.resources(layout), before.resources()), identity, before));
            var logs = parts.add(Query.all(otherLogs(before).stream()
                    .filter(other -> !other.equals(Logs.of(chosen, layout.home())))
                    .map(other -> other.files().present(identity))
                    .toList()));
            return results -> {
                List<Content> kept = results.get(backups);
                HostFacts found = results.get(facts);
                return new Seen(
                        found,
                        results.get(observed),
                        results.get(replaced),
                        both(kept, results.get(observed).contents()),
                        results.get(logs).stream()
                                .flatMap(List::stream)
                                .distinct()
                                .toList());
            };
        });
    }

    private static <T> List<T> both(List<? extends T> some, List<? extends T> others) {
        return Stream.concat(some.stream(), others.stream()).collect(Collectors.toList());
    }

    /** Returns the log folders of the services that an install may replace. */
    private List<Logs> otherLogs(Receipt before) {
        return before.isEmpty()
                ? List.of(Logs.SHARED)
                : List.of(Logs.of(configuration(before), layout.home()), Logs.SHARED);
    }

    /**
     * A plan whose resources are known, but not all of their states.
     *
     * @param settings a sentence about each setting of the existing services that is kept or dropped
     */
    private record Draft(
            ServerSpec spec,
            HostFacts facts,
            Receipt receipt,
            Receipt header,
            Takeover takeover,
            DesiredState wanted,
            List<String> settings,
            List<Path> oldLogs) {}

    private Draft draft(
            ServerSpec chosen, Optional<Receipt> earlier, Optional<Journal> unfinished, Seen seen, Contents contents) {
        Receipt installed = earlier.orElseGet(() -> header(chosen, seen.facts()));
        HostFacts known = seen.facts().without(installed);
        HostFacts facts = unfinished.map(known::without).orElse(known);
        ServerSpec spec =
                CarriedSettings.of(both(agents(facts), seen.replaced())).in(chosen);
        Receipt header = header(spec, seen.facts());
        Receipt receipt = earlier.orElse(header);
        Takeover takeover = new Takeover(facts.existing(), receipt);
        DesiredState wanted = DesiredState.of(spec, facts, layout, release, contents)
                .with(takeover)
                .completedBy(receipt);
        return new Draft(
                spec,
                facts,
                receipt,
                header,
                takeover,
                wanted,
                CarriedSettings.of(agents(facts)).sentences(spec),
                oldLogs(seen, facts, earlier));
    }

    /** Returns the logs that this install leaves behind: those of its predecessor, and those of the shell scripts. */
    private List<Path> oldLogs(Seen seen, HostFacts facts, Optional<Receipt> earlier) {
        Optional<Path> before = earlier.map(this::configuration)
                .map(spec -> Logs.of(spec, layout.home()).folder());
        boolean ofShellScripts =
                facts.existing().stream().anyMatch(service -> service.origin() == ExistingService.Origin.SHELL_SCRIPTS);
        return seen.logs().stream()
                .filter(log -> before.equals(Optional.ofNullable(log.getParent()))
                        || ofShellScripts && log.startsWith(Logs.SHARED.folder()))
                .toList();
    }

    private static Install.PlannedInstall planned(
            Install.InstallRequest request,
            Draft draft,
            Observed observations,
            Optional<Journal> unfinished,
            Contents contents) {
        observations.contents().forEach(contents::add);
        Function<Resource, State> observed = draft.takeover().observed(AfterRollback.of(unfinished, observations));
        List<LocalEdit> edits = LocalEdit.among(draft.wanted().targets(), observed::apply, draft.receipt());
        DesiredState desired =
                request.edits() == LocalEdit.Policy.KEEP ? draft.wanted().keeping(edits, contents) : draft.wanted();
        Plan plan = Planner.plan(desired.targets(), withUnknownConfigurations(edits, observed), contents);
        return new Install.PlannedInstall(
                draft.spec(),
                request.edits(),
                draft.facts(),
                plan,
                desired,
                edits,
                unfinished,
                draft.receipt(),
                draft.header(),
                draft.settings(),
                draft.oldLogs());
    }

    private Receipt header(ServerSpec spec, HostFacts allFacts) {
        return Receipt.empty(release.version(), spec.asConfiguration(), allFacts.address(), allFacts.hostNames());
    }

    /** Asks for the agents that earlier installs took over, so that their settings stay until the configuration sets them. */
    private Query<List<LaunchAgent>> replaced(Receipt receipt) {
        return Query.present(receipt.entries().stream()
                .filter(entry -> entry.resource() instanceof HostFile file
                        && file.path().toString().endsWith(".plist"))
                .filter(entry -> entry.before() instanceof State.File)
                .map(entry -> agent(((State.File) entry.before()).digest()))
                .toList());
    }

    private Query<Optional<LaunchAgent>> agent(String digest) {
        return Query.file(records.receipts().backup(digest))
                .then(state -> state instanceof FileState.Regular backup
                        ? LaunchAgent.read(backup.content())
                        : Query.of(Optional.empty()));
    }

    /** Returns the existing agents, running ones first, because their settings take precedence. */
    private static List<LaunchAgent> agents(HostFacts facts) {
        return facts.existing().stream()
                .sorted(Comparator.comparing(service -> service.pid().isEmpty()))
                .map(ExistingService::agent)
                .toList();
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
}
