package dev.aiserver.server;

import dev.aiserver.host.Host;
import dev.aiserver.host.Query;
import dev.aiserver.host.UserError;
import dev.aiserver.plan.Receipt;
import dev.aiserver.plan.StateStore;
import dev.aiserver.spec.ServerSpec;
import dev.aiserver.spec.ServerUrl;
import dev.aiserver.verify.Check;
import dev.aiserver.verify.Checks;
import dev.aiserver.verify.FactsOfChecks;
import dev.aiserver.verify.Outcome;
import dev.aiserver.verify.Runner;
import dev.aiserver.verify.Selection;
import dev.aiserver.verify.ServerHost;
import dev.aiserver.verify.ServerView;
import dev.aiserver.verify.Verdict;
import dev.aiserver.verify.VerifyContext;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Verifies a server check by check: the installed server, or another one as its clients see it. */
public final class Verify implements Verification {
    private static final String PLACEHOLDER_ADDRESS = "127.0.0.1";

    private final Host host;
    private final StateStore records;

    public Verify(Host host, StateStore records) {
        this.host = host;
        this.records = records;
    }

    /**
     * Runs all checks of the installed server.
     *
     * @param progress receives each verdict as soon as it is known
     * @throws UserError if nothing is installed
     */
    public List<Verdict> verify(Consumer<Verdict> progress) {
        return verify(installed(Selection.ALL), Selection.ALL, progress);
    }

    /** @throws UserError if the selection names an unknown check */
    public List<Verdict> verify(VerifyContext subject, Selection selection, Consumer<Verdict> progress) {
        List<Check> checks = selection.of(Checks.of(subject.client()));
        return new Runner(subject, selection.inference(), progress).run(checks);
    }

    /**
     * Returns the installed server, with the facts of the selected checks.
     *
     * @throws UserError if nothing is installed, or if the selection names an unknown check
     */
    public VerifyContext installed(Selection selection) {
        host.tools().requireSafe();
        VerifyContext likely = onServer(ServerSpec.defaults(), Receipt.NONE);
        return host.ask(Installation.query(records)
                .map(installation -> onServer(installation.spec(), installation.receipt()))
                .then(context -> facts(context, selection).map(context::with))
                .alongside(facts(likely, selection)));
    }

    private static Query<FactsOfChecks> facts(VerifyContext context, Selection selection) {
        List<Check> checks = selection.of(Checks.of(context.client()));
        return FactsOfChecks.query(
                context,
                checks.stream()
                        .filter(check -> selection.inference() || !check.has(Check.Trait.MODEL))
                        .toList());
    }

    private static ServerView client(ServerSpec spec, Receipt receipt) {
        return new ServerView(spec.name(), receipt.address(), spec.proxy(), receipt.hostNames());
    }

    @Override
    public List<Verdict> all(Install.PlannedInstall installed) {
        VerifyContext subject =
                onServer(installed.spec(), installed.transaction().after());
        return verify(subject, Selection.ALL, verdict -> {});
    }

    @Override
    public void requireNoExposure(Install.PlannedInstall installed) {
        String exposures = exposures(installed.spec(), installed.transaction().after())
                .map(Verify::sentence)
                .collect(Collectors.joining(". "));
        if (!exposures.isEmpty()) {
            throw new UserError("The installation would expose this machine: " + exposures + ".");
        }
    }

    private static String sentence(Verdict exposure) {
        Outcome.Failed failed = (Outcome.Failed) exposure.outcome();
        return exposure.id() + ": " + failed.evidence() + "; " + failed.fix();
    }

    private Stream<Verdict> exposures(ServerSpec spec, Receipt receipt) {
        return verify(onServer(spec, receipt), Selection.EXPOSURES, verdict -> {}).stream()
                .filter(verdict -> List.of("bindings", "privacy").contains(verdict.group()))
                .filter(verdict -> verdict.outcome() instanceof Outcome.Failed);
    }

    private VerifyContext onServer(ServerSpec spec, Receipt receipt) {
        return VerifyContext.onServer(client(spec, receipt), new ServerHost(host, receipt, spec));
    }

    /** Checks that the server answers to each of its names and to no other name. */
    @Override
    public List<Verdict> answers(Install.PlannedInstall installed) {
        VerifyContext subject = VerifyContext.fromClient(client(installed.spec(), installed.receipt()));
        List<Check> checks = Selection.REACHABILITY.of(Checks.of(subject.client()));
        return new Runner(subject, false, verdict -> {}).run(checks);
    }

    /**
     * A server that only answers, from this machine.
     *
     * @param spec the endpoints that the server should accept
     * @throws UserError if the URL is not valid
     */
    public static VerifyContext fromClient(String url, ServerSpec spec) {
        ServerUrl server = ServerUrl.parse(
                url, "http://" + spec.name() + ":" + spec.proxy().port());
        ServerSpec.Proxy proxy =
                spec.proxy().at(server.port().orElse(spec.proxy().port()));
        return VerifyContext.fromClient(new ServerView(server.host(), server.host(), proxy, List.of(server.host())));
    }

    /** Returns the checks for this configuration, whether or not such a server is installed. */
    public static List<Check> checksOf(ServerSpec spec) {
        return Checks.of(new ServerView(spec.name(), PLACEHOLDER_ADDRESS, spec.proxy(), List.of(spec.name())));
    }
}
