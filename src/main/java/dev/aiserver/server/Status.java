package dev.aiserver.server;

import dev.aiserver.agent.ConflictSearch;
import dev.aiserver.agent.ConflictingServer;
import dev.aiserver.agent.PortHolders;
import dev.aiserver.host.Attempt;
import dev.aiserver.host.Host;
import dev.aiserver.host.HostIdentity;
import dev.aiserver.host.ProgramAudit;
import dev.aiserver.host.Query;
import dev.aiserver.host.UserError;
import dev.aiserver.layout.Layout;
import dev.aiserver.layout.Logs;
import dev.aiserver.net.AddressState;
import dev.aiserver.net.Listener;
import dev.aiserver.net.Lsof;
import dev.aiserver.net.Tailscale;
import dev.aiserver.ollama.LoadedModel;
import dev.aiserver.ollama.OllamaClient;
import dev.aiserver.plan.Journal;
import dev.aiserver.plan.Observed;
import dev.aiserver.plan.Receipt;
import dev.aiserver.plan.StateStore;
import dev.aiserver.resource.HostFile;
import dev.aiserver.resource.Job;
import dev.aiserver.resource.OneShotJob;
import dev.aiserver.resource.Resource;
import dev.aiserver.service.JobStatus;
import dev.aiserver.service.LastExit;
import dev.aiserver.service.LaunchctlPrint;
import dev.aiserver.service.LoadedJobs;
import dev.aiserver.service.LogFiles;
import dev.aiserver.spec.Network;
import dev.aiserver.spec.ServerSpec;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** Takes a quick look at an installed server. Only {@link Verify} proves that it works and is safe. */
public final class Status {
    private final Host host;
    private final StateStore records;

    public Status(Host host, StateStore records) {
        this.host = host;
        this.records = records;
    }

    /**
     * The status of a server.
     *
     * @param url the server's URL for clients
     * @param address the address on which the proxy should listen
     * @param renamed the machine's names that the proxy does not know yet
     * @param inProgress who is changing this installation now, or what was not finished; empty when nothing
     * @param edited files that were edited locally
     * @param logs of the services
     * @param conflicts what else runs Ollama or HAProxy here, or will
     * @param unknown what could not be found out, and why; a server of which something is unknown is not healthy
     * @param ollamaVersion empty if Ollama does not answer
     */
    public record Snapshot(
            String url,
            Address address,
            List<String> renamed,
            String inProgress,
            List<Service> services,
            List<String> listeners,
            List<String> edited,
            LogSize logs,
            List<ConflictingServer> conflicts,
            List<String> inconclusive,
            String ollamaVersion,
            List<String> installedModels,
            List<LoadedModel> loadedModels)
            implements UseCaseResult {

        public Snapshot {
            renamed = List.copyOf(renamed);
            conflicts = List.copyOf(conflicts);
            inconclusive = List.copyOf(inconclusive);
        }

        @Override
        public CommandOutcome outcome() {
            return isHealthy() ? CommandOutcome.HEALTHY : CommandOutcome.UNHEALTHY;
        }

        public boolean isHealthy() {
            return address.present()
                    && renamed.isEmpty()
                    && inProgress.isEmpty()
                    && edited.isEmpty()
                    && inconclusive.isEmpty()
                    && conflicts.stream().noneMatch(ConflictingServer::isHarmful)
                    && !ollamaVersion.isEmpty()
                    && services.stream().allMatch(service -> service.problem().isEmpty());
        }
    }

    /**
     * The address that clients use. If this machine does not have it, HAProxy waits for it.
     *
     * @param now the address that Tailscale reports instead; empty if it reports no other
     * @param problem empty if the address is present
     * @param remedy how to fix the problem
     */
    public record Address(String installed, boolean present, String now, String problem, String remedy) {
        static Address of(String installed, AddressState state) {
            return new Address(
                    installed,
                    state instanceof AddressState.Present,
                    state instanceof AddressState.Changed changed ? changed.now() : "",
                    state.problem(),
                    state.remedy());
        }
    }

    /**
     * The disk space of the logs, including rotated ones.
     *
     * @param warning empty if the logs are not large
     */
    public record LogSize(String folder, long bytes, String warning) {
        static LogSize of(Path folder, long bytes) {
            return new LogSize(
                    folder.toString(),
                    bytes,
                    LogFiles.isLarge(bytes)
                            ? "large; rotate them now with \"launchctl kickstart gui/$(id -u)/" + Layout.ROTATE_LOGS
                                    + "\""
                            : "");
        }

        /** Returns the size for people. */
        public String humanSize() {
            return LogFiles.humanSize(bytes);
        }
    }

    /**
     * The state of one of aiserver's jobs.
     *
     * @param pid 0 if no process runs
     * @param problem empty if there is none
     */
    public record Service(String label, String state, int pid, String problem) {

        /** Adds the problem that the job is disabled at login, unless it already has another problem. */
        Service unlessDisabled(Set<String> disabled) {
            return problem.isEmpty() && disabled.contains(label)
                    ? new Service(
                            label,
                            state,
                            pid,
                            "it is disabled in Login Items and will not start at the next login; run \"aiserver install\"")
                    : this;
        }
    }

    /** @throws UserError if nothing is installed */
    public Snapshot look() {
        host.tools().requireSafe();
        Installation likely = new Installation(Receipt.NONE, ServerSpec.defaults());
        return host.ask(records.read().then(this::query).alongside(query(likely, "")));
    }

    private LoadedJobs jobs() {
        return new LoadedJobs(host.facts().uid());
    }

    private Query<Snapshot> query(StateStore.Records read) {
        Optional<Journal> unfinished = read.unfinished();
        String inProgress = unfinished
                .map(Status::unfinishedNote)
                .orElseGet(() -> read.holder()
                        .get()
                        .map(holder -> holder.description() + " is changing this installation")
                        .orElse(""));
        return unfinished
                .map(journal -> Query.of(Installation.of(partialReceipt(journal), records.receipts())))
                .orElseGet(() -> Installation.query(read, records))
                .then(installation -> query(installation, inProgress));
    }

    private Query<Snapshot> query(Installation installation, String inProgress) {
        Receipt receipt = installation.receipt();
        ServerSpec spec = installation.spec();
        HostIdentity identity = host.facts();
        Logs logs = Logs.of(spec, identity.home());
        List<Resource> files =
                receipt.resources().stream().filter(HostFile.class::isInstance).toList();
        Query<Attempt<List<Listener>>> listening = Lsof.listeners(
                        List.of(spec.ollama().port(), spec.proxy().port()))
                .attempt();
        Query<Attempt<Address>> addressing = AddressState.query(identity, spec.network(), receipt.address())
                .map(state -> Address.of(receipt.address(), state))
                .attempt();
        return Query.joined(parts -> {
            var listeners = parts.add(listening);
            var address = parts.add(addressing);
            var disabled = parts.add(jobs().disabled());
            var conflicts = parts.add(new ConflictSearch(identity)
                    .search(spec.ollama().port())
                    .map(found -> ConflictingServer.otherThan(new Layout(identity.home()).agents(), found)));
            var renamed = parts.add(renamed(installation));
            var services = parts.add(addressing
                    .zip(
                            listening,
                            (place, all) -> services(receipt, place.value().orElse(unknown(receipt)), all))
                    .then(Function.identity()));
            var observed = parts.add(Observed.query(files, identity, receipt));
            var size = parts.add(logs.files().size());
            var ollama = parts.add(Query.through(
                    on -> Ollama.seen(new OllamaClient(on, spec.ollama().port()))));
            return results -> {
                List<String> inconclusive = new ArrayList<>();
                List<Listener> sockets = known(results.get(listeners), List.of(), inconclusive);
                Address place = known(results.get(address), unknown(receipt), inconclusive);
                Set<String> labels = known(results.attempt(disabled), Set.of(), inconclusive);
                List<ConflictingServer> others = known(results.attempt(conflicts), List.of(), inconclusive);
                Ollama engine = results.get(ollama);
                return new Snapshot(
                        "http://" + spec.name() + ":" + spec.proxy().port(),
                        place,
                        results.get(renamed),
                        inProgress,
                        results.get(services).stream()
                                .map(each -> each.unlessDisabled(labels))
                                .toList(),
                        sockets.stream().map(Listener::toString).toList(),
                        edited(receipt, results.get(observed)),
                        LogSize.of(logs.folder(), results.get(size)),
                        others,
                        inconclusive,
                        engine.version(),
                        engine.installed(),
                        engine.loaded());
            };
        });
    }

    /** Stands for an address whose state could not be determined: it may be present. */
    private static Address unknown(Receipt receipt) {
        return new Address(receipt.address(), true, "", "", "");
    }

    /** Ollama's own report; all empty if it does not answer. */
    private record Ollama(String version, List<String> installed, List<LoadedModel> loaded) {
        static Ollama seen(OllamaClient client) {
            String version;
            try {
                version = client.version();
            } catch (UserError noAnswer) {
                return new Ollama("", List.of(), List.of());
            }
            return new Ollama(
                    version,
                    client.installed().stream().map(model -> model.name()).toList(),
                    client.loaded());
        }
    }

    private static List<String> edited(Receipt receipt, Observed observed) {
        return receipt.entries().stream()
                .filter(entry -> entry.resource() instanceof HostFile)
                .filter(entry -> !observed.apply(entry.resource()).equals(entry.after()))
                .map(entry -> entry.resource().name())
                .toList();
    }

    private static Query<List<String>> renamed(Installation installation) {
        return installation.spec().network() instanceof Network.Tailscale
                ? Tailscale.status()
                        .map(answer -> answer instanceof Tailscale.Connected connected
                                ? connected
                                        .node()
                                        .namesNotIn(installation.receipt().hostNames())
                                : List.of())
                : Query.of(List.of());
    }

    private static Receipt partialReceipt(Journal journal) {
        return journal.after().isEmpty() ? journal.before() : journal.after();
    }

    private static String unfinishedNote(Journal journal) {
        return "a previous " + journal.operation() + " (started " + journal.since()
                + ") did not finish; run \"aiserver install\" or \"aiserver uninstall\", both roll it back first";
    }

    private Query<List<Service>> services(Receipt receipt, Address address, Attempt<List<Listener>> listeners) {
        return Query.all(receipt.resources().stream()
                .flatMap(
                        resource -> service(resource, address, listeners.value().orElse(List.of())).stream())
                .toList());
    }

    private Optional<Query<Service>> service(Resource resource, Address address, List<Listener> listeners) {
        if (resource instanceof Job job) {
            return Optional.of(
                    service(job.label(), LaunchctlPrint::state, print -> problem(job, print, address, listeners)));
        }
        return resource instanceof OneShotJob job
                ? Optional.of(service(job.label(), Status::lastRun, print -> Query.of("")))
                : Optional.empty();
    }

    private Query<Service> service(
            String label, Function<LaunchctlPrint, String> state, Function<LaunchctlPrint, Query<String>> problem) {
        return jobs().status(label).attempt().then(status -> {
            if (status.error().isPresent()) {
                return Query.of(
                        new Service(label, "unknown", 0, status.error().get().sentence()));
            }
            if (!(status.get() instanceof JobStatus.Loaded loaded)) {
                return Query.of(new Service(label, "not loaded", 0, "it is not loaded; run \"aiserver install\""));
            }
            LaunchctlPrint print = loaded.print();
            return problem.apply(print)
                    .map(words ->
                            new Service(label, state.apply(print), print.pid().orElse(0), words));
        });
    }

    /** Describes a one-shot job. It normally does not run, and its last exit is not a problem of the server. */
    private static String lastRun(LaunchctlPrint print) {
        if (print.isRunning()) {
            return print.state();
        }
        if (print.lastExit() instanceof LastExit.Never) {
            return "loaded, has not run yet";
        }
        boolean succeeded = print.lastExit().equals(new LastExit.Code(0));
        return "loaded, last exit: " + print.lastExit().description()
                + (succeeded ? "" : print.log().map(log -> "; see " + log).orElse(""));
    }

    private Query<String> problem(Job job, LaunchctlPrint print, Address address, List<Listener> listeners) {
        if (!address.present() && job.health().address().equals(address.installed())) {
            return Query.of(
                    "waiting for its address " + address.installed() + (print.isRunning() ? "" : " (launchd retries)"));
        }
        Query<Optional<String>> holding = new PortHolders(jobs())
                .otherThan(
                        job.label(),
                        print.pid(),
                        job.health().address(),
                        job.health().port(),
                        listeners)
                .map(holder -> holder.map(PortHolders.Holder::description));
        if (!print.isRunning()) {
            return holding.map(
                    holder -> "not running; last exit: " + print.lastExit().description()
                            + holder.map(words -> "; " + words).orElse(""));
        }
        return Query.joined(parts -> {
            var gone = parts.add(gone(print));
            var holder = parts.add(holding);
            var health = parts.add(Query.through(job.health()::problem));
            return results -> results.get(gone)
                    .or(() -> results.get(holder))
                    .or(() -> results.get(health))
                    .orElse("");
        });
    }

    /** Asks whether the program of a running process was removed. */
    private Query<Optional<String>> gone(LaunchctlPrint print) {
        return print.program()
                .map(program -> ProgramAudit.query(List.of(program), host.facts())
                        .map(audit -> audit.missing().contains(program)
                                ? Optional.of("its program " + program
                                        + " was removed, so it cannot start again; run \"aiserver install\"")
                                : Optional.<String>empty()))
                .orElseGet(() -> Query.of(Optional.empty()));
    }

    /** Returns a value, or a fallback if it could not be read; the reason is then added to {@code inconclusive}. */
    private static <T> T known(Attempt<T> attempt, T fallback, List<String> inconclusive) {
        attempt.error().map(UserError::sentence).ifPresent(inconclusive::add);
        return attempt.value().orElse(fallback);
    }
}
