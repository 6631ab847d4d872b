package dev.aiserver.server;

import dev.aiserver.agent.ConflictSearch;
import dev.aiserver.agent.ConflictingServer;
import dev.aiserver.agent.PortHolders;
import dev.aiserver.host.Host;
import dev.aiserver.host.Prefetch;
import dev.aiserver.host.ProgramAudit;
import dev.aiserver.host.UserError;
import dev.aiserver.net.AddressState;
import dev.aiserver.net.Interfaces;
import dev.aiserver.net.Listener;
import dev.aiserver.net.Lsof;
import dev.aiserver.net.Tailscale;
import dev.aiserver.ollama.LoadedModel;
import dev.aiserver.ollama.OllamaClient;
import dev.aiserver.plan.Journal;
import dev.aiserver.plan.Observer;
import dev.aiserver.plan.Receipt;
import dev.aiserver.plan.StateStore;
import dev.aiserver.resource.Contents;
import dev.aiserver.resource.HostFile;
import dev.aiserver.resource.Job;
import dev.aiserver.resource.OneShotJob;
import dev.aiserver.resource.Resource;
import dev.aiserver.service.JobStatus;
import dev.aiserver.service.LastExit;
import dev.aiserver.service.LaunchctlPrint;
import dev.aiserver.service.Launchd;
import dev.aiserver.service.LogFiles;
import dev.aiserver.spec.Network;
import dev.aiserver.spec.ServerSpec;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** Takes a quick look at an installed server. Only {@link Verify} proves that it works and is safe. */
public final class Status {
    private final Host host;
    private final Launchd launchd;
    private final StateStore records;

    public Status(Host host, Launchd launchd, StateStore records) {
        this.host = host;
        this.launchd = launchd;
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
        HostReaders first = HostReaders.on(
                host, launchd, records, Interfaces.prefetch(host.facts()).and(ConflictSearch.prefetch(host, launchd)));
        HostReaders readers = first.prefetchMore(first.installation()
                .map(installation -> followUpPrefetch(installation, first))
                .orElseGet(Prefetch::none));
        return new Status(readers.host(), readers.launchd(), readers.records()).seen();
    }

    private Prefetch followUpPrefetch(Installation installation, HostReaders first) {
        ServerSpec spec = installation.spec();
        Path home = host.facts().home();
        return ConflictSearch.followUpPrefetch(first.host())
                .and(audits(first.launchd()))
                .and(
                        spec.network() instanceof Network.Tailscale
                                ? new Tailscale(first.host()).followUpPrefetch()
                                : Prefetch.none())
                .and(Lsof.prefetch(List.of(spec.ollama().port(), spec.proxy().port())))
                .and(Logs.of(spec, home).files().prefetch(home));
    }

    /** Returns what {@link #problem} reads about the running programs. */
    private static Prefetch audits(Launchd prefetched) {
        return Prefetch.ofCommands(Stream.of(Layout.OLLAMA, Layout.HAPROXY)
                .map(prefetched::status)
                .flatMap(status -> status.ofUser().stream())
                .flatMap(print -> print.program().stream())
                .map(program -> ProgramAudit.command(List.of(program)))
                .toList());
    }

    private Snapshot seen() {
        Optional<Journal> unfinished = records.unfinished();
        Installation installation = unfinished
                .map(journal -> Installation.of(partialReceipt(journal), records.receipts()))
                .orElseGet(() -> Installation.load(records.receipts()));
        Receipt receipt = installation.receipt();
        Observer observer = new Observer(host, launchd, receipt, new Contents());
        OllamaClient ollama =
                new OllamaClient(host, installation.spec().ollama().port());
        int proxyPort = installation.spec().proxy().port();
        List<String> inconclusive = new ArrayList<>();
        List<Listener> listeners = readOr(
                () -> new Lsof(host)
                        .listeners(List.of(installation.spec().ollama().port(), proxyPort)),
                List.of(),
                inconclusive);
        String version = optional(ollama::version).orElse("");
        Logs logs = Logs.of(installation.spec(), host.facts().home());
        Address address = readOr(
                () -> Address.of(
                        receipt.address(),
                        AddressState.of(host, installation.spec().network(), receipt.address())),
                new Address(receipt.address(), true, "", "", ""),
                inconclusive);
        Set<String> disabled = readOr(launchd::disabled, Set.of(), inconclusive);
        ConflictSearch search =
                new ConflictSearch(host, launchd, new Layout(host.facts().home()).agents());
        List<ConflictingServer> conflicts =
                readOr(() -> search.search(installation.spec().ollama().port()), List.of(), inconclusive);
        return new Snapshot(
                "http://" + installation.spec().name() + ":" + proxyPort,
                address,
                renamed(installation),
                unfinished
                        .map(Status::unfinishedNote)
                        .orElseGet(() -> records.lock()
                                .other()
                                .map(holder -> holder.description() + " is changing this installation")
                                .orElse("")),
                receipt.resources().stream()
                        .flatMap(resource -> service(resource, address, listeners).stream())
                        .map(each -> each.unlessDisabled(disabled))
                        .toList(),
                listeners.stream().map(Listener::toString).toList(),
                receipt.entries().stream()
                        .filter(entry -> entry.resource() instanceof HostFile)
                        .filter(entry -> !observer.state(entry.resource()).equals(entry.after()))
                        .map(entry -> entry.resource().name())
                        .toList(),
                LogSize.of(logs.folder(), logs.files().size(host)),
                conflicts,
                inconclusive,
                version,
                version.isEmpty()
                        ? List.of()
                        : ollama.installed().stream().map(model -> model.name()).toList(),
                version.isEmpty() ? List.of() : ollama.loaded());
    }

    private List<String> renamed(Installation installation) {
        return installation.spec().network() instanceof Network.Tailscale
                        && new Tailscale(host).status() instanceof Tailscale.Connected connected
                ? connected.node().namesNotIn(installation.receipt().hostNames())
                : List.of();
    }

    private static Receipt partialReceipt(Journal journal) {
        return journal.after().isEmpty() ? journal.before() : journal.after();
    }

    private static String unfinishedNote(Journal journal) {
        return "a previous " + journal.operation() + " (started " + journal.since()
                + ") did not finish; run \"aiserver install\" or \"aiserver uninstall\", both roll it back first";
    }

    private Optional<Service> service(Resource resource, Address address, List<Listener> listeners) {
        if (resource instanceof Job job) {
            return Optional.of(
                    service(job.label(), LaunchctlPrint::state, print -> problem(job, print, address, listeners)));
        }
        return resource instanceof OneShotJob job
                ? Optional.of(service(job.label(), Status::lastRun, print -> ""))
                : Optional.empty();
    }

    private Service service(
            String label, Function<LaunchctlPrint, String> state, Function<LaunchctlPrint, String> problem) {
        JobStatus status;
        try {
            status = launchd.status(label);
        } catch (UserError error) {
            return new Service(label, "unknown", 0, error.sentence());
        }
        if (!(status instanceof JobStatus.Loaded loaded)) {
            return new Service(label, "not loaded", 0, "it is not loaded; run \"aiserver install\"");
        }
        LaunchctlPrint print = loaded.print();
        return new Service(label, state.apply(print), print.pid().orElse(0), problem.apply(print));
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

    private String problem(Job job, LaunchctlPrint print, Address address, List<Listener> listeners) {
        if (!address.present() && job.health().address().equals(address.installed())) {
            return "waiting for its address " + address.installed() + (print.isRunning() ? "" : " (launchd retries)");
        }
        Optional<String> gone = print.program()
                .filter(program -> audit(List.of(program)).missing().contains(program));
        if (print.isRunning() && gone.isPresent()) {
            return "its program " + gone.get() + " was removed, so it cannot start again; run \"aiserver install\"";
        }
        Optional<String> holder = new PortHolders(host, launchd)
                .otherThan(
                        job.label(),
                        print.pid(),
                        job.health().address(),
                        job.health().port(),
                        listeners)
                .map(PortHolders.Holder::description);
        return print.isRunning()
                ? holder.or(() -> job.health().problem(host)).orElse("")
                : "not running; last exit: " + print.lastExit().description()
                        + holder.map(words -> "; " + words).orElse("");
    }

    private ProgramAudit audit(List<String> programs) {
        return ProgramAudit.read(host.query(ProgramAudit.command(programs)).text(), host.facts());
    }

    /** Returns a value, or a fallback if it could not be read; the reason is then added to {@code inconclusive}. */
    private static <T> T readOr(Supplier<T> reader, T fallback, List<String> inconclusive) {
        try {
            return reader.get();
        } catch (UserError error) {
            if (error.isConnectionLost() || error.kind() == UserError.Kind.INTERRUPTED) {
                throw error;
            }
            inconclusive.add(error.sentence());
            return fallback;
        }
    }

    private static Optional<String> optional(Supplier<String> reader) {
        try {
            return Optional.of(reader.get());
        } catch (UserError error) {
            return Optional.empty();
        }
    }
}
