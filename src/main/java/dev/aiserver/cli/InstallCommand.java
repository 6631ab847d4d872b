package dev.aiserver.cli;

import dev.aiserver.host.UserError;
import dev.aiserver.plan.Applier;
import dev.aiserver.plan.Interruption;
import dev.aiserver.plan.LocalEdit;
import dev.aiserver.plan.LockFile;
import dev.aiserver.plan.Plan;
import dev.aiserver.plan.Rollback;
import dev.aiserver.report.CommandOutcome;
import dev.aiserver.report.Console;
import dev.aiserver.report.ExitCode;
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
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(name = "install", description = "Install the server on this Mac, or update it to match the configuration.")
final class InstallCommand implements Callable<Integer> {
    private final UseCases useCases;
    private final Console console;

    @Mixin
    private final CommonOptions common;

    @Mixin
    private final ConfirmOptions confirm;

    @Mixin
    private final PlanOptions planning = new PlanOptions();

    @Option(names = "--dry-run", description = "Show the plan with a diff of every file; change nothing.")
    private boolean dryRun;

    @Option(
            names = "--print-commands",
            description = "Print the plan as a shell script that you can read and run; change nothing.")
    private boolean printCommands;

    @Option(
            names = "--rehearse",
            description =
                    "Run install, verify and uninstall in a temporary home; nothing else is changed. Only for ./install.")
    private boolean rehearse;

    InstallCommand(UseCases useCases, Console console) {
        this(useCases, console, new CommonOptions(), new ConfirmOptions());
    }

    /** Serves another command that changes one setting of an installation, and shares that command's options. */
    InstallCommand(UseCases useCases, Console console, CommonOptions common, ConfirmOptions confirm) {
        this.common = common;
        this.confirm = confirm;
        this.useCases = useCases;
        this.console = console;
    }

    @Override
    public Integer call() {
        if (rehearse) {
            if (useCases.machine().isPresent()) {
                throw new UserError(
                        UserError.Kind.CONFIGURATION,
                        "--rehearse runs on this machine only; leave out --host, --hosts and a configuration that names hosts.");
            }
            return useCases.rehearse() ? ExitCode.DONE.code() : ExitCode.FAILED.code();
        }
        Install.InstallRequest request = planning.request(useCases.machine());
        if (dryRun) {
            return planning.show(useCases.install().plan(request), "install", common.json, console, planText());
        }
        planning.requireOnlyWithDryRun();
        return printCommands ? print(useCases.install().plan(request)) : carryOut(request, planning.verbose());
    }

    private int print(Install.PlannedInstall planned) {
        planning.requireApproved(planned);
        planned.unfinished().ifPresent(output()::refuseScript);
        if (planned.needsEditPolicy()) {
            throw editsUndecided(planned);
        }
        Optional<Path> program = useCases.machine().isPresent() ? Optional.empty() : App.file();
        console.print(PlanScript.install(planned.plan(), useCases.layout().home(), program));
        return ExitCode.DONE.code();
    }

    private PlanText planText() {
        return new PlanText(console, useCases.layout().home());
    }

    /**
     * Shows the plan, asks for confirmation, and makes the changes.
     *
     * @param verbose whether unchanged resources are listed too
     */
    int carryOut(Install.InstallRequest original, boolean verbose) {
        Install install = useCases.install();
        Install.InstallRequest request = original;
        while (true) {
            Install.PlannedInstall shown = install.plan(request);
            planning.requireApproved(shown);
            if (shown.changesNothing()) {
                console.notice("No changes.");
                return verifyAnswers(shown);
            }
            if (shown.needsEditPolicy()) {
                Optional<LocalEdit.Policy> policy = askPolicy(shown);
                if (policy.isEmpty()) {
                    return nothingChanged();
                }
                request = request.withEdits(policy.get());
                continue;
            }
            show(shown, verbose);
            if (!shown.plan().isEmpty() && !isConfirmed(shown)) {
                return nothingChanged();
            }
            Optional<Integer> exitCode = apply(install, request, shown);
            if (exitCode.isPresent()) {
                return exitCode.get();
            }
            console.notice("This machine has changed since the plan was made. This is the new plan:");
        }
    }

    private int nothingChanged() {
        console.notice("Nothing was changed.");
        return ExitCode.FAILED.code();
    }

    private Optional<LocalEdit.Policy> askPolicy(Install.PlannedInstall planned) {
        if (!confirm.canPrompt(console)) {
            throw editsUndecided(planned);
        }
        console.notice(planText().sideBySide(planned.edits(), planned.plan()));
        return switch (console.ask("[k]eep your version, [o]verwrite it, [N]either: ")
                .orElse('n')) {
            case 'k' -> Optional.of(LocalEdit.Policy.KEEP);
            case 'o' -> Optional.of(LocalEdit.Policy.OVERWRITE);
            default -> Optional.empty();
        };
    }

    private UserError editsUndecided(Install.PlannedInstall planned) {
        return new UserError(
                UserError.Kind.CONFIGURATION,
                "Edited locally since the installation: " + planText().edited(planned.edits())
                        + ". Use --keep-local to keep your versions, or --overwrite to replace them (with backups in "
                        + useCases.layout().state().resolve("backups")
                        + "); \"aiserver plan\" shows both side by side.");
    }

    private void show(Install.PlannedInstall planned, boolean verbose) {
        planned.unfinished().ifPresent(output()::rollingBack);
        if (!planned.plan().isEmpty()) {
            console.notice(PlanOptions.heading(planned)
                    + planText().list(planned.plan())
                    + planText().unchanged(planned.plan(), verbose));
        }
    }

    private boolean isConfirmed(Install.PlannedInstall planned) {
        Plan plan = planned.plan();
        String question = "Make "
                + (plan.changes().size() == 1
                        ? "this change?"
                        : "these " + plan.changes().size() + " changes?");
        return confirm.isConfirmed(console, question, () -> planText().diffs(plan));
    }

    private TransactionOutput output() {
        return new TransactionOutput("install", useCases.machine(), console, planText(), common.json);
    }

    /** Makes the changes. Returns the exit code, or empty if the plan that was shown is out of date. */
    private Optional<Integer> apply(Install install, Install.InstallRequest request, Install.PlannedInstall shown) {
        TransactionOutput output = output();
        Applier.Result result;
        Install.PlannedInstall current;
        List<LockFile.Holder> waitedFor = new ArrayList<>();
        try (LockFile.Held lock = install.lock(holder -> {
                    waitedFor.add(holder);
                    output.waitingFor(holder);
                });
                Interruption interruption = useCases.interruption()) {
            // Without a prompt and without a wait for the lock, the plan is only a moment old.
            boolean recent = waitedFor.isEmpty() && !confirm.canPrompt(console);
            current = recent ? install.confirm(request, shown) : install.plan(request, shown);
            if (current.unfinished().isPresent()) {
                if (shown.unfinished().isEmpty()) {
                    output.rollingBack(current.unfinished().get());
                }
                List<Rollback.Failure> failures =
                        install.undo(current.unfinished().get(), lock);
                if (!failures.isEmpty()) {
                    return Optional.of(output.rollbackIncomplete(
                            failures, "the unfinished transaction could not be rolled back", List.of()));
                }
                current = install.plan(request, shown);
            }
            if (!current.isEquivalentTo(shown)) {
                return Optional.empty();
            }
            Set<String> missing = current.facts().missingPackages();
            if (!missing.isEmpty()) {
                console.notice("Installing " + String.join(" and ", missing)
                        + " with Homebrew. This can take several minutes ...");
            }
            result = install.apply(current, lock, interruption, output::done, useCases.verify()::requireNoExposure);
        }
        return Optional.of(
                result instanceof Applier.Result.Applied
                        ? verifyEverything(current)
                        : output.failed(result, Json.changes(current.plan())));
    }

    /** Verifies only what clients notice first, because planning has just compared all resources with the host. */
    private int verifyAnswers(Install.PlannedInstall planned) {
        return verify(
                planned,
                CommandOutcome.UNCHANGED,
                "Verifying that the server answers (run \"aiserver verify\" for all checks):",
                () -> Verify.answers(planned.spec(), planned.receipt()));
    }

    private int verifyEverything(Install.PlannedInstall planned) {
        return verify(
                planned,
                planned.plan().isEmpty() ? CommandOutcome.UNCHANGED : CommandOutcome.INSTALLED,
                "Verifying:",
                () -> useCases.verify()
                        .verifyAll(planned.spec(), planned.transaction().after()));
    }

    private int verify(
            Install.PlannedInstall planned, CommandOutcome outcome, String heading, Supplier<List<Verdict>> checks) {
        boolean changed = outcome == CommandOutcome.INSTALLED;
        planned.outdated().ifPresent(service -> console.notice(service.description()));
        console.notice(heading);
        List<Verdict> verdicts = checks.get();
        console.notice(new VerdictText(console).brief(verdicts));
        if (common.json) {
            Map<String, Object> fields = PlanOptions.fields(planned, changed);
            fields.put("checks", Json.verdicts(verdicts));
            console.print(Json.document("install", outcome, fields));
        } else {
            console.print(new VerdictText(console).summary(verdicts));
            if (changed) {
                console.print(nextSteps(planned));
            }
        }
        return verdicts.stream().allMatch(Verdict::isGood) ? outcome.exitCode() : ExitCode.FINDINGS.code();
    }

    private String nextSteps(Install.PlannedInstall planned) {
        String address = planned.facts().address();
        return useCases.machine().isPresent()
                ? NextSteps.of(planned.spec(), address, useCases.layout().home())
                : NextSteps.of(planned.spec(), address, useCases.layout().home(), useCases.shellPath());
    }
}
