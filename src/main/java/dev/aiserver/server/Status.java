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

/** Looks at an installed server: quick, and no proof. */
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
     * What was seen.
     *
     * @param url where clients find the server
     * @param address where the proxy shall listen
     * @param renamed names of this machine that the proxy does not know; empty when it knows all
     * @param inProgress who is changing this installation now, or what was not finished; empty when nothing
     * @param edited files that are not as they were installed
     * @param logs of the services
     * @param conflicts what else runs Ollama or HAProxy here, or will
     * @param unknown what could not be found out, and why; a server of which something is unknown is not healthy
     * @param ollamaVersion empty when Ollama does not answer
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
            List<LoadedModel> loadedModels) {

        public Snapshot {
            renamed = List.copyOf(renamed);
            conflicts = List.copyOf(conflicts);
            inconclusive = List.copyOf(inconclusive);
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
     * The address that clients know, and HAProxy waits for when this machine does not have it.
     *
     * @param now what Tailscale says instead; empty when it says nothing else
     * @param problem empty when it is present
     * @param remedy what to do about the problem
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
     * What the logs take of the disk, the older ones too.
     *
     * @param warning empty when that is not much
     */
    public record LogSize(String folder, long bytes, String warning) {
        static LogSize of(Path folder, long bytes) {
            return new LogSize(
                    folder.toString(),
                    bytes,
                    LogFiles.isLarge(bytes)
                            ? "\"launchctl kickstart gui/$(id -u)/" + Layout.ROTATE_LOGS + "\" rotates them now"
                            : "");
        }

        /** For people. */
        public String words() {
            return LogFiles.humanSize(bytes);
        }
    }

    /**
     * A job of ours.
     *
     * @param pid 0 when no process runs
     * @param problem empty when it is as it must be
     */
    public record Service(String label, String state, int pid, String problem) {

        /** What is wrong with it now goes before what will be at the next login. */
        Service unlessDisabled(Set<String> disabled) {
            return problem.isEmpty() && disabled.contains(label)
                    ? new Service(
                            label,
                            state,
                            pid,
                            "it is switched off in Login Items and will not start at the next login; run \"aiserver install\"")
                    : this;
        }
    }

    /** @throws UserError when nothing is installed */
    public Snapshot look() {
        HostReaders first = HostReaders.on(
                host, launchd, records, Interfaces.prefetch(host.facts()).and(ConflictSearch.prefetch(host, launchd)));
        HostReaders outlook = first.prefetchMore(first.installation()
                .map(installation -> followUpPrefetch(installation, first))
                .orElseGet(Prefetch::none));
        return new Status(outlook.host(), outlook.launchd(), outlook.records()).seen();
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

    /** What {@link #problem} will ask of the programs that run. */
    private static Prefetch audits(Launchd asked) {
        return Prefetch.ofCommands(Stream.of(Layout.OLLAMA, Layout.HAPROXY)
                .map(asked::status)
                .flatMap(status -> status.ofUser().stream())
                .flatMap(print -> print.program().stream())
                .map(program -> ProgramAudit.command(List.of(program)))
                .toList());
    }

    private Snapshot seen() {
        Optional<Journal> unfinished = records.unfinished();
        Installation installation = unfinished
                .map(journal -> Installation.of(inPart(journal), records.receipts()))
                .orElseGet(() -> Installation.load(records.receipts()));
        Receipt receipt = installation.receipt();
        Observer observer = new Observer(host, launchd, receipt, new Contents());
        OllamaClient ollama =
                new OllamaClient(host, installation.spec().ollama().port());
        int proxyPort = installation.spec().proxy().port();
        List<String> inconclusive = new ArrayList<>();
        List<Listener> listeners = known(
                () -> new Lsof(host)
                        .listeners(List.of(installation.spec().ollama().port(), proxyPort)),
                List.of(),
                inconclusive);
        String version = answered(ollama::version).orElse("");
        Logs logs = Logs.of(installation.spec(), host.facts().home());
        Address address = known(
                () -> Address.of(
                        receipt.address(),
                        AddressState.of(host, installation.spec().network(), receipt.address())),
                new Address(receipt.address(), true, "", "", ""),
                inconclusive);
        Set<String> disabled = known(launchd::disabled, Set.of(), inconclusive);
        ConflictSearch search =
                new ConflictSearch(host, launchd, new Layout(host.facts().home()).agents());
        List<ConflictingServer> conflicts =
                known(() -> search.search(installation.spec().ollama().port()), List.of(), inconclusive);
        return new Snapshot(
                "http://" + installation.spec().name() + ":" + proxyPort,
                address,
                renamed(installation),
                unfinished
                        .map(Status::words)
                        .orElseGet(() -> records.lock()
                                .other()
                                .map(holder -> holder.words() + " is changing it now")
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

    private static Receipt inPart(Journal journal) {
        return journal.after().isEmpty() ? journal.before() : journal.after();
    }

    private static String words(Journal journal) {
        return "the " + journal.operation() + " that began " + journal.since()
                + " did not end; run \"aiserver install\" or " + "\"aiserver uninstall\", either puts it right first";
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

    /** It is as it must be while it does not run, and how it ended says nothing about the server. */
    private static String lastRun(LaunchctlPrint print) {
        if (print.isRunning()) {
            return print.state();
        }
        if (print.lastExit() instanceof LastExit.Never) {
            return "loaded, has not run yet";
        }
        boolean well = print.lastExit().equals(new LastExit.Code(0));
        return "loaded, last ended with " + print.lastExit().description()
                + (well ? "" : print.log().map(log -> "; see " + log).orElse(""));
    }

    private String problem(Job job, LaunchctlPrint print, Address address, List<Listener> listeners) {
        if (!address.present() && job.health().address().equals(address.installed())) {
            return "waiting for its address " + address.installed()
                    + (print.isRunning() ? "" : " (launchd tries again)");
        }
        Optional<String> gone = print.program()
                .filter(program -> audit(List.of(program)).missing().contains(program));
        if (print.isRunning() && gone.isPresent()) {
            return gone.get() + " is gone, so it will not start again; run \"aiserver install\"";
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
                : "last ended with " + print.lastExit().description()
                        + holder.map(words -> "; " + words).orElse("");
    }

    private ProgramAudit audit(List<String> programs) {
        return ProgramAudit.read(host.query(ProgramAudit.command(programs)).text(), host.facts());
    }

    /** What a question finds out, or else why it does not, which goes with the others of that kind. */
    private static <T> T known(Supplier<T> question, T otherwise, List<String> inconclusive) {
        try {
            return question.get();
        } catch (UserError error) {
            if (error.isConnectionLost() || error.kind() == UserError.Kind.INTERRUPTED) {
                throw error;
            }
            inconclusive.add(error.sentence());
            return otherwise;
        }
    }

    private static Optional<String> answered(Supplier<String> question) {
        try {
            return Optional.of(question.get());
        } catch (UserError error) {
            return Optional.empty();
        }
    }
}
