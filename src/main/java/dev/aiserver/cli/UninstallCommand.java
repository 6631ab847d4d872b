package dev.aiserver.cli;

import dev.aiserver.host.UserError;
import dev.aiserver.plan.Applier;
import dev.aiserver.plan.Change;
import dev.aiserver.plan.Interruption;
import dev.aiserver.plan.LockFile;
import dev.aiserver.plan.Plan;
import dev.aiserver.plan.Rollback;
import dev.aiserver.report.Console;
import dev.aiserver.report.Controls;
import dev.aiserver.report.Json;
import dev.aiserver.report.PlanScript;
import dev.aiserver.report.PlanText;
import dev.aiserver.server.Uninstall;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "uninstall",
        description = "Take back everything that install changed; models, Homebrew's packages and Tailscale stay.")
final class UninstallCommand implements Callable<Integer> {
    private final UseCases useCases;
    private final Console console;

    @Mixin
    private final CommonOptions common = new CommonOptions();

    @Mixin
    private final ConfirmOptions consent = new ConfirmOptions();

    @Option(names = "--dry-run", description = "Show what would be taken back, and change nothing.")
    private boolean dryRun;

    @Option(
            names = "--print-commands",
            description = "Print what would be done as a shell script that can be read and run, and change nothing.")
    private boolean printCommands;

    @Option(names = "--purge-logs", description = "Also remove the services' logs.")
    private boolean purgeLogs;

    @Option(
            names = "--restore",
            negatable = true,
            description = "Bring back the services that were here before, or leave them stopped and keep their files "
                    + "in ~/.aiserver/earlier-installation.")
    private @Nullable Boolean restore;

    UninstallCommand(UseCases useCases, Console console) {
        this.useCases = useCases;
        this.console = console;
    }

    @Override
    public Integer call() {
        Uninstall uninstall = useCases.uninstall();
        PlanText text = new PlanText(console, useCases.layout().home());
        TransactionOutput transacting =
                new TransactionOutput("uninstall", useCases.machine(), console, text, common.json);
        while (true) {
            Uninstall.PlannedUninstall shown = uninstall.plan(restores());
            if (restore == null && !shown.exposed().isEmpty()) {
                String what = String.join(" and ", shown.exposed());
                if (!dryRun) {
                    restore = comesBack(what);
                    continue;
                }
                console.say("With --restore, this comes back open to other machines: " + what + ".");
            }
            if (dryRun) {
                return answer(
                        "planned",
                        shown,
                        shown.changesNothing() ? "Nothing is installed.\n" : text.list(shown.plan()) + logsToGo(shown));
            }
            if (printCommands) {
                shown.unfinished().ifPresent(transacting::refuseScript);
                console.answer(PlanScript.uninstall(
                        shown.plan(),
                        useCases.layout().home(),
                        useCases.layout().state()));
                return ExitCode.DONE;
            }
            boolean nothing = shown.changesNothing() && logsToGo(shown).isEmpty();
            if (!nothing && !isAgreed(shown, text, transacting)) {
                console.say("Nothing was changed.");
                return ExitCode.FAILED;
            }
            Optional<Integer> exitCode = apply(uninstall, shown, transacting);
            if (exitCode.isPresent()) {
                return exitCode.get();
            }
            console.say("This machine has changed meanwhile, so this is a new plan.");
        }
    }

    private boolean restores() {
        return !Boolean.FALSE.equals(restore);
    }

    private boolean comesBack(String what) {
        if (!consent.canAsk(console)) {
            throw new UserError(
                    UserError.Kind.CONFIGURATION,
                    "What was here before is open to other machines, " + what
                            + "; add --restore to have it back, or --no-restore to leave it stopped.");
        }
        console.say("What was here before is open to other machines: " + what + ".");
        return console.ask("Shall it come back? [y]es, [N]o: ").orElse('n') == 'y';
    }

    private void goingOn() {
        console.say("An uninstallation was cut short; it goes on.");
    }

    private boolean isAgreed(Uninstall.PlannedUninstall proposal, PlanText text, TransactionOutput transacting) {
        if (proposal.resumes()) {
            goingOn();
        } else {
            proposal.unfinished().ifPresent(transacting::undoing);
            if (!proposal.fromReceipt()) {
                console.say((proposal.damaged() ? "The receipt cannot be read" : "There is no receipt")
                        + ", so this goes by the known labels and paths.");
            }
        }
        Plan plan = proposal.plan();
        console.say("To be taken back:\n" + text.list(plan) + logsToGo(proposal));
        return consent.isGiven(console, "Take these " + plan.changes().size() + " back?", () -> text.diffs(plan));
    }

    /** @return the exit code, or empty when what was shown is not what would be done now */
    private Optional<Integer> apply(
            Uninstall uninstall, Uninstall.PlannedUninstall shown, TransactionOutput transacting) {
        Applier.Result result;
        try (LockFile.Held lock = uninstall.lock(transacting::waitingFor);
                Interruption interruption = useCases.interruption()) {
            Uninstall.PlannedUninstall now = uninstall.plan(restores());
            if (now.unfinished().isPresent() && !now.resumes()) {
                if (shown.unfinished().isEmpty()) {
                    transacting.undoing(now.unfinished().get());
                }
                List<Rollback.Failure> left = uninstall.undo(now.unfinished().get(), lock);
                if (!left.isEmpty()) {
                    return Optional.of(transacting.stuck(left, "what was unfinished could not be undone", List.of()));
                }
                now = uninstall.plan(restores());
            }
            if (!now.plan().changes().equals(shown.plan().changes())) {
                return Optional.empty();
            }
            if (now.resumes() && !shown.resumes()) {
                goingOn();
            }
            result = uninstall.apply(now, lock, interruption, transacting::done);
        }
        if (!(result instanceof Applier.Result.Applied)) {
            int exitCode = transacting.failed(result, Json.changes(shown.plan()));
            if (result instanceof Applier.Result.RolledBack back && isComingBack(back.failed())) {
                transacting.notComingBack();
            }
            return Optional.of(exitCode);
        }
        if (purgeLogs) {
            uninstall.purgeLogs(shown);
        }
        return Optional.of(
                shown.changesNothing()
                        ? answer("unchanged", shown, "Nothing is installed.\n")
                        : answer("uninstalled", shown, shown.plan().changes().size() + " taken back.\n"));
    }

    /** What an uninstallation starts was here before. */
    private static boolean isComingBack(Change change) {
        return switch (change.verb()) {
            case START, RESTART, RELOAD -> true;
            case INSTALL, CREATE, UPDATE, DELETE, STOP, ENABLE, DISABLE -> false;
        };
    }

    private String logsToGo(Uninstall.PlannedUninstall proposal) {
        return purgeLogs
                ? strings(proposal).stream()
                        .map(log -> "  delete   " + log + "  (for good)\n")
                        .collect(Collectors.joining())
                : "";
    }

    private int answer(String outcome, Uninstall.PlannedUninstall proposal, String summary) {
        if (common.json) {
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("changes", Json.changes(proposal.plan()));
            fields.put("exposed", proposal.exposed());
            fields.put("left", proposal.kept());
            fields.put("logs", Map.of("purged", purgeLogs && !dryRun, "files", strings(proposal)));
            console.answer(Json.document("uninstall", outcome, fields));
        } else {
            boolean purged = purgeLogs && !dryRun;
            StringBuilder answer = new StringBuilder(summary);
            proposal.kept()
                    .forEach(left -> answer.append("  left  ")
                            .append(Controls.inLine(left))
                            .append('\n'));
            (dryRun && purgeLogs ? List.<String>of() : strings(proposal))
                    .forEach(log -> answer.append(purged ? "  gone  " : "  left  ")
                            .append(log)
                            .append(purged ? "\n" : ": the log stays.\n"));
            answer.append("  left  models in ~/.ollama, Homebrew and its packages, Tailscale\n");
            console.answer(answer.toString());
        }
        return ExitCode.DONE;
    }

    private static List<String> strings(Uninstall.PlannedUninstall proposal) {
        return proposal.logs().stream().map(Object::toString).toList();
    }
}
