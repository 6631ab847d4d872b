package dev.aiserver.cli;

import dev.aiserver.host.UserError;
import dev.aiserver.plan.Applier;
import dev.aiserver.plan.Interruption;
import dev.aiserver.plan.LocalEdit;
import dev.aiserver.plan.LockFile;
import dev.aiserver.plan.Plan;
import dev.aiserver.plan.Rollback;
import dev.aiserver.report.Console;
import dev.aiserver.report.Json;
import dev.aiserver.report.NextSteps;
import dev.aiserver.report.PlanScript;
import dev.aiserver.report.PlanText;
import dev.aiserver.report.VerdictText;
import dev.aiserver.server.App;
import dev.aiserver.server.Install;
import dev.aiserver.server.Verify;
import dev.aiserver.verify.Verdict;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "install",
        description =
                "Plan, show, apply and verify the server on this Mac; a second time: bring it to the configuration.")
final class InstallCommand implements Callable<Integer> {
    private final UseCases useCases;
    private final Console console;

    @Mixin
    private final CommonOptions common;

    @Mixin
    private final ConfirmOptions consent;

    @Mixin
    private final PlanOptions planning = new PlanOptions();

    @Option(names = "--dry-run", description = "Show the plan with a diff of every file, and change nothing.")
    private boolean dryRun;

    @Option(
            names = "--print-commands",
            description = "Print what would be done as a shell script that can be read and run, and change nothing.")
    private boolean printCommands;

    @Option(
            names = "--rehearse",
            description = "Live the whole life in a throw-away home on any Mac or Linux; touch nothing else.")
    private boolean rehearse;

    InstallCommand(UseCases useCases, Console console) {
        this(useCases, console, new CommonOptions(), new ConfirmOptions());
    }

    /** For a command that changes one setting of an installation, with its own options. */
    InstallCommand(UseCases useCases, Console console, CommonOptions common, ConfirmOptions consent) {
        this.common = common;
        this.consent = consent;
        this.useCases = useCases;
        this.console = console;
    }

    @Override
    public Integer call() {
        if (rehearse) {
            if (useCases.machine().isPresent()) {
                throw new UserError(
                        UserError.Kind.CONFIGURATION,
                        "--rehearse is for this machine; leave out --host, --hosts and a configuration that names hosts.");
            }
            return useCases.rehearse() ? ExitCode.DONE : ExitCode.FAILED;
        }
        Install.InstallRequest wish = planning.wish(useCases.machine());
        if (dryRun) {
            return planning.show(useCases.install().plan(wish), "install", common.json, console, planText());
        }
        planning.requireOnlyWithDryRun();
        return printCommands ? print(useCases.install().plan(wish)) : carryOut(wish);
    }

    private int print(Install.PlannedInstall proposal) {
        planning.requireApproved(proposal);
        proposal.unfinished().ifPresent(transacting()::refuseScript);
        if (proposal.needsEditPolicy()) {
            throw undecided(proposal);
        }
        Optional<Path> program = useCases.machine().isPresent() ? Optional.empty() : App.file();
        console.answer(PlanScript.install(proposal.plan(), useCases.layout().home(), program));
        return ExitCode.DONE;
    }

    private PlanText planText() {
        return new PlanText(console, useCases.layout().home());
    }

    /** Shows the plan, asks, and changes. */
    int carryOut(Install.InstallRequest wanted) {
        Install install = useCases.install();
        Install.InstallRequest wish = wanted;
        while (true) {
            Install.PlannedInstall shown = install.plan(wish);
            planning.requireApproved(shown);
            if (shown.changesNothing()) {
                console.say("No changes.");
                return stillAnswers(shown);
            }
            if (shown.needsEditPolicy()) {
                Optional<LocalEdit.Policy> decision = decide(shown);
                if (decision.isEmpty()) {
                    return nothingChanged();
                }
                wish = wish.withEdits(decision.get());
                continue;
            }
            show(shown);
            if (!shown.plan().isEmpty() && !isAgreed(shown)) {
                return nothingChanged();
            }
            Optional<Integer> exitCode = apply(install, wish, shown);
            if (exitCode.isPresent()) {
                return exitCode.get();
            }
            console.say("This machine has changed meanwhile, so this is a new plan.");
        }
    }

    private int nothingChanged() {
        console.say("Nothing was changed.");
        return ExitCode.FAILED;
    }

    private Optional<LocalEdit.Policy> decide(Install.PlannedInstall proposal) {
        if (!consent.canAsk(console)) {
            throw undecided(proposal);
        }
        console.say(planText().sideBySide(proposal.edits(), proposal.plan()));
        return switch (console.ask("Your text, or this program's? [k]eep yours, [o]verwrite it, [N]othing: ")
                .orElse('n')) {
            case 'k' -> Optional.of(LocalEdit.Policy.KEEP);
            case 'o' -> Optional.of(LocalEdit.Policy.OVERWRITE);
            default -> Optional.empty();
        };
    }

    private UserError undecided(Install.PlannedInstall proposal) {
        return new UserError(
                UserError.Kind.CONFIGURATION,
                "These were edited since the installation: " + planText().edited(proposal.edits())
                        + ". Say --keep-local to leave them as they are, or --overwrite to replace them (with copies in "
                        + useCases.layout().state().resolve("backups")
                        + "); \"aiserver plan\" shows both side by side.");
    }

    private void show(Install.PlannedInstall proposal) {
        proposal.unfinished().ifPresent(transacting()::undoing);
        if (!proposal.plan().isEmpty()) {
            console.say(PlanOptions.heading(proposal) + planText().list(proposal.plan()));
        }
    }

    private boolean isAgreed(Install.PlannedInstall proposal) {
        Plan plan = proposal.plan();
        String question = "Make "
                + (plan.changes().size() == 1
                        ? "this change?"
                        : "these " + plan.changes().size() + " changes?");
        return consent.isGiven(console, question, () -> planText().diffs(plan));
    }

    private TransactionOutput transacting() {
        return new TransactionOutput("install", useCases.machine(), console, planText(), common.json);
    }

    /** @return the exit code, or empty when what was shown is not what would be done now */
    private Optional<Integer> apply(Install install, Install.InstallRequest wish, Install.PlannedInstall shown) {
        TransactionOutput transacting = transacting();
        Applier.Result result;
        Install.PlannedInstall now;
        List<LockFile.Holder> waitedFor = new ArrayList<>();
        try (LockFile.Held lock = install.lock(holder -> {
                    waitedFor.add(holder);
                    transacting.waitingFor(holder);
                });
                Interruption interruption = useCases.interruption()) {
            boolean aMomentAgo = waitedFor.isEmpty() && !consent.canAsk(console);
            now = aMomentAgo ? install.confirm(wish, shown) : install.plan(wish, shown);
            if (now.unfinished().isPresent()) {
                if (shown.unfinished().isEmpty()) {
                    transacting.undoing(now.unfinished().get());
                }
                List<Rollback.Failure> left = install.undo(now.unfinished().get(), lock);
                if (!left.isEmpty()) {
                    return Optional.of(transacting.stuck(left, "what was unfinished could not be undone", List.of()));
                }
                now = install.plan(wish, shown);
            }
            if (!now.isEquivalentTo(shown)) {
                return Optional.empty();
            }
            if (!now.facts().missingPackages().isEmpty()) {
                console.say("Homebrew gets " + String.join(" and ", now.facts().missingPackages())
                        + " first, which can take some minutes ...");
            }
            result = install.apply(now, lock, interruption, transacting::done, useCases.verify()::requireNoExposure);
        }
        return Optional.of(
                result instanceof Applier.Result.Applied
                        ? verified(now)
                        : transacting.failed(result, Json.changes(now.plan())));
    }

    /** All that is installed was seen to be as it shall be, so what is left to prove is what a client notices first. */
    private int stillAnswers(Install.PlannedInstall proposal) {
        return proved(
                proposal,
                false,
                "Verifying that it answers (\"aiserver verify\" proves everything):",
                () -> Verify.answers(proposal.spec(), proposal.receipt()));
    }

    private int verified(Install.PlannedInstall proposal) {
        boolean changed = !proposal.plan().isEmpty();
        return proved(
                proposal,
                changed,
                "Verifying:",
                () -> useCases.verify()
                        .verifyAll(proposal.spec(), proposal.transaction().after()));
    }

    private int proved(
            Install.PlannedInstall proposal, boolean changed, String heading, Supplier<List<Verdict>> proof) {
        proposal.outdated().ifPresent(service -> console.say(service.words()));
        console.say(heading);
        List<Verdict> verdicts = proof.get();
        console.say(new VerdictText(console).brief(verdicts));
        if (common.json) {
            Map<String, Object> fields = PlanOptions.fields(proposal, changed);
            fields.put("checks", Json.verdicts(verdicts));
            console.answer(Json.document("install", changed ? "installed" : "unchanged", fields));
        } else {
            console.answer(new VerdictText(console).summary(verdicts));
            if (changed) {
                console.answer(nextSteps(proposal));
            }
        }
        return verdicts.stream().allMatch(Verdict::isGood) ? ExitCode.DONE : ExitCode.FINDINGS;
    }

    private String nextSteps(Install.PlannedInstall proposal) {
        String address = proposal.facts().address();
        return useCases.machine().isPresent()
                ? NextSteps.of(proposal.spec(), address, useCases.layout().home())
                : NextSteps.of(proposal.spec(), address, useCases.layout().home(), useCases.shellPath());
    }
}
