package dev.aiserver.server;

import dev.aiserver.host.Host;
import dev.aiserver.host.Prefetch;
import dev.aiserver.host.ReadOnlyHost;
import dev.aiserver.host.UserError;
import dev.aiserver.plan.Observer;
import dev.aiserver.plan.Receipt;
import dev.aiserver.plan.StateStore;
import dev.aiserver.service.Launchd;
import dev.aiserver.spec.ServerSpec;
import dev.aiserver.spec.ServerUrl;
import dev.aiserver.verify.Check;
import dev.aiserver.verify.Checks;
import dev.aiserver.verify.Outcome;
import dev.aiserver.verify.Runner;
import dev.aiserver.verify.Selection;
import dev.aiserver.verify.ServerHost;
import dev.aiserver.verify.ServerView;
import dev.aiserver.verify.Verdict;
import dev.aiserver.verify.VerifyContext;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Proves a server, claim by claim: the installed one, or another one as a client sees it. */
public final class Verify {
    private static final String ADDRESS_OF_NO_SERVER = "127.0.0.1";

    private final Host host;
    private final Launchd launchd;
    private final StateStore records;

    public Verify(Host host, Launchd launchd, StateStore records) {
        this.host = host;
        this.launchd = launchd;
        this.records = records;
    }

    /**
     * Everything about the installed server.
     *
     * @param progress is told each verdict as it is found
     * @throws UserError when nothing is installed
     */
    public List<Verdict> verify(Consumer<Verdict> progress) {
        return verify(installed(), Selection.ALL, progress);
    }

    /** @throws UserError when the selection names a check that there is not */
    public List<Verdict> verify(VerifyContext subject, Selection selection, Consumer<Verdict> progress) {
        List<Check> checks = selection.of(Checks.of(subject.client()));
        return new Runner(subject, selection.inference(), progress).run(checks);
    }

    /** @throws UserError when nothing is installed */
    public VerifyContext installed() {
        HostReaders first = HostReaders.on(host, launchd, records, ServerHost.prefetch(host, launchd));
        HostReaders outlook = first.prefetchMore(first.installation()
                .map(known -> followUpPrefetch(first, known))
                .orElseGet(Prefetch::none));
        Installation installation = Installation.load(outlook.records());
        ServerSpec spec = installation.spec();
        ServerHost server = server(outlook, installation);
        return VerifyContext.onServer(client(spec, installation.receipt()), () -> server);
    }

    private static ServerView client(ServerSpec spec, Receipt receipt) {
        return new ServerView(spec.name(), receipt.address(), spec.proxy(), receipt.hostNames());
    }

    /**
     * Everything about a server that has just been installed.
     *
     * @param receipt of its installation
     */
    public List<Verdict> verifyAll(ServerSpec spec, Receipt receipt) {
        return verify(justInstalled(spec, receipt), Selection.ALL, verdict -> {});
    }

    /**
     * That nobody reaches more than they may: Ollama past the proxy, requests on the disk or in the cloud.
     *
     * @param installed whose services run
     * @throws UserError that names what is exposed and what to do about it
     */
    public void requireNoExposure(Install.PlannedInstall installed) {
        String exposures = exposures(installed.spec(), installed.transaction().after())
                .map(Verify::sentence)
                .collect(Collectors.joining(". "));
        if (!exposures.isEmpty()) {
            throw new UserError("This would leave the machine exposed: " + exposures + ".");
        }
    }

    private static String sentence(Verdict exposure) {
        Outcome.Failed failed = (Outcome.Failed) exposure.outcome();
        return exposure.id() + ": " + failed.evidence() + "; " + failed.fix();
    }

    private Stream<Verdict> exposures(ServerSpec spec, Receipt receipt) {
        return verify(justInstalled(spec, receipt), Selection.EXPOSURES, verdict -> {}).stream()
                .filter(verdict -> List.of("bindings", "privacy").contains(verdict.group()))
                .filter(verdict -> verdict.outcome() instanceof Outcome.Failed);
    }

    private VerifyContext justInstalled(ServerSpec spec, Receipt receipt) {
        Prefetch ofFiles = Observer.prefetch(receipt.resources(), launchd)
                .and(Logs.of(spec, home()).files().prefetch(home()));
        return VerifyContext.onServer(
                client(spec, receipt),
                () -> new ServerHost(new ReadOnlyHost(host), launchd, receipt, spec).prefetched(ofFiles));
    }

    private Path home() {
        return host.facts().home();
    }

    private static Prefetch followUpPrefetch(HostReaders outlook, Installation installation) {
        Path home = outlook.host().facts().home();
        return server(outlook, installation)
                .followUpPrefetch()
                .and(Logs.of(installation.spec(), home).files().prefetch(home));
    }

    private static ServerHost server(HostReaders outlook, Installation installation) {
        return new ServerHost(outlook.host(), outlook.launchd(), installation.receipt(), installation.spec());
    }

    /**
     * What a client notices first: that the server answers, by each of its names and by no other.
     *
     * @param receipt of its installation
     */
    public static List<Verdict> answers(ServerSpec spec, Receipt receipt) {
        VerifyContext subject = VerifyContext.fromClient(client(spec, receipt));
        List<Check> checks = Selection.REACHABILITY.of(Checks.of(subject.client()));
        return new Runner(subject, false, verdict -> {}).run(checks);
    }

    /**
     * A server that only answers, from this machine.
     *
     * @param spec what it is said to let through
     * @throws UserError for a URL that is not one of a server
     */
    public static VerifyContext fromClient(String url, ServerSpec spec) {
        ServerUrl server = ServerUrl.parse(
                url, "http://" + spec.name() + ":" + spec.proxy().port());
        ServerSpec.Proxy proxy =
                spec.proxy().at(server.port().orElse(spec.proxy().port()));
        return VerifyContext.fromClient(new ServerView(server.host(), server.host(), proxy, List.of(server.host())));
    }

    /** The checks of a server with this configuration, whether there is one or not. */
    public static List<Check> checksOf(ServerSpec spec) {
        return Checks.of(new ServerView(spec.name(), ADDRESS_OF_NO_SERVER, spec.proxy(), List.of(spec.name())));
    }
}
