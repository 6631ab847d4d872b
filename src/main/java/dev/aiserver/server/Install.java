package dev.aiserver.server;

import dev.aiserver.host.CommandResult;
import dev.aiserver.host.Host;
import dev.aiserver.host.ReadOnlyHost;
import dev.aiserver.host.Trouble;
import dev.aiserver.plan.Applier;
import dev.aiserver.plan.Change;
import dev.aiserver.plan.Observer;
import dev.aiserver.plan.Plan;
import dev.aiserver.plan.Planner;
import dev.aiserver.plan.Receipt;
import dev.aiserver.plan.ReceiptStore;
import dev.aiserver.resource.BrewPackage;
import dev.aiserver.resource.Contents;
import dev.aiserver.resource.Machine;
import dev.aiserver.service.Launchd;
import dev.aiserver.spec.ServerSpec;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** Installs the server, or brings an installed one to what its configuration says now. */
public final class Install {
    private final Host host;
    private final Launchd launchd;
    private final Layout layout;
    private final Survey survey;
    private final ReceiptStore store;
    private final Optional<App> app;
    private final String version;

    public Install(
            Host host,
            Launchd launchd,
            Layout layout,
            Survey survey,
            ReceiptStore store,
            Optional<App> app,
            String version) {
        this.host = host;
        this.launchd = launchd;
        this.layout = layout;
        this.survey = survey;
        this.store = store;
        this.app = app;
        this.version = version;
    }

    /**
     * What would be changed, ready to be applied.
     *
     * @param receipt of earlier changes
     * @param header of the receipt when the plan has been applied
     */
    public record Proposal(
            ServerSpec spec, Surroundings around, Plan plan, Blueprint blueprint, Receipt receipt, Receipt header) {}

    /**
     * Looks and compares; changes nothing.
     *
     * @param wanted the configuration, or empty for the installed one, or the defaults where nothing is installed
     */
    public Proposal propose(Optional<ServerSpec> wanted) {
        Host readOnly = new ReadOnlyHost(host);
        Contents contents = new Contents();
        Optional<Receipt> earlier = store.load(contents);
        ServerSpec spec = wanted.or(() -> earlier.map(this::configuration)).orElseGet(ServerSpec::defaults);
        Surroundings surveyed = survey.survey(spec);
        Receipt header = Receipt.empty(version, spec.asConfiguration(), surveyed.address(), surveyed.hostNames());
        Receipt receipt = earlier.orElse(header);
        Surroundings around = surveyed.besides(receipt);
        Blueprint blueprint = Blueprint.of(spec, around, layout, app, contents);
        Observer observer = new Observer(readOnly, launchd, receipt, contents);
        Adoption adoption = new Adoption(around.earlier(), receipt);
        Plan plan = Planner.plan(
                adoption.targets(blueprint.targets()), adoption.observed(observer::state), receipt, contents);
        if (around.missingPackages().isEmpty()) {
            check(blueprint);
        }
        return new Proposal(spec, around, plan, blueprint, receipt, header);
    }

    private ServerSpec configuration(Receipt receipt) {
        return Installation.spec(receipt, store);
    }

    /**
     * Makes the changes, all or none; packages that were installed stay in any case.
     *
     * @throws Trouble when nothing was changed
     */
    public Applier.Result apply(Proposal proposal, Consumer<Change> progress) {
        Contents contents = proposal.plan().contents();
        Applier applier = new Applier(new Machine(host, launchd, contents), store, progress);
        List<Change> packages = proposal.plan().changes().stream()
                .filter(change -> change.resource() instanceof BrewPackage)
                .toList();
        if (!packages.isEmpty()) {
            Applier.Outcome installed = applier.applyEach(Plan.of(packages, contents), proposal.receipt());
            if (!installed.failures().isEmpty()) {
                Applier.Failure first = installed.failures().get(0);
                return new Applier.Result.RolledBack(first.change(), first.reason());
            }
            check(proposal.blueprint());
        }
        List<Change> rest = proposal.plan().changes().stream()
                .filter(change -> !packages.contains(change))
                .toList();
        return applier.apply(Plan.of(rest, contents), proposal.receipt(), proposal.header());
    }

    private void check(Blueprint blueprint) {
        for (Blueprint.FileCheck check : blueprint.checks()) {
            CommandResult result = host.run(check.command());
            if (!result.succeeded()) {
                throw new Trouble("The content for " + check.path() + " was refused by \"" + check.command() + "\": "
                        + result.complaint() + ". Nothing was changed.");
            }
        }
    }
}
