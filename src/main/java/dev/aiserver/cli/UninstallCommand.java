package dev.aiserver.cli;

import dev.aiserver.host.UserError;
import dev.aiserver.plan.Applier;
import dev.aiserver.plan.Change;
import dev.aiserver.plan.Interruption;
import dev.aiserver.plan.LockFile;
import dev.aiserver.plan.Plan;
import dev.aiserver.plan.Rollback;
import dev.aiserver.report.CommandOutcome;
import dev.aiserver.report.Console;
import dev.aiserver.report.Controls;
import dev.aiserver.report.ExitCode;
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
        description = "Revert everything that install changed; models, Homebrew packages and Tailscale are kept.")
final class UninstallCommand implements Callable<Integer> {
    private final UseCases useCases;
    private final Console console;

    @Mixin
    private final CommonOptions common = new CommonOptions();

    @Mixin
    private final ConfirmOptions confirm = new ConfirmOptions();

    @Option(names = "--dry-run", description = "Show what would be reverted; change nothing.")
    private boolean dryRun;

    @Option(
            names = "--print-commands",
            description = "Print the plan as a shell script that you can read and run; change nothing.")
    private boolean printCommands;

    @Option(names = "--purge-logs", description = "Also delete the logs of the services.")
    private boolean purgeLogs;

    @Option(
            names = "--restore",
            negatable = true,
            description = "Restore the services that ran before the installation, or leave them stopped and keep their "
                    + "files in ~/.aiserver/earlier-installation.")
    private @Nullable Boolean restore;

    UninstallCommand(UseCases useCases, Console console) {
        this.useCases = useCases;
        this.console = console;
    }

    @Override
    public Integer call() {
        Uninstall uninstall = useCases.uninstall();
        PlanText text = new PlanText(console, useCases.layout().home());
        TransactionOutput output = new TransactionOutput("uninstall", useCases.machine(), console, text, common.json);
        while (true) {
            Uninstall.PlannedUninstall shown = uninstall.plan(restores());
            if (restore == null && !shown.exposed().isEmpty()) {
                String exposed = String.join(" and ", shown.exposed());
                if (!dryRun) {
                    restore = askRestore(exposed);
                    continue;
                }
                console.notice(
                        "With --restore, this service becomes reachable from other machines again: " + exposed + ".");
            }
            if (dryRun) {
                return print(
                        shown.changesNothing() ? CommandOutcome.UNCHANGED : CommandOutcome.PLANNED,
                        shown,
                        shown.changesNothing()
                                ? "Nothing is installed.\n"
                                : text.list(shown.plan()) + logsToDelete(shown));
            }
            if (printCommands) {
                shown.unfinished().ifPresent(output::refuseScript);
                console.print(PlanScript.uninstall(
                        shown.plan(),
                        useCases.layout().home(),
                        useCases.layout().state()));
                return ExitCode.DONE.code();
            }
            boolean nothing = shown.changesNothing() && logsToDelete(shown).isEmpty();
            if (!nothing && !isConfirmed(shown, text, output)) {
                console.notice("Nothing was changed.");
                return ExitCode.FAILED.code();
            }
            Optional<Integer> exitCode = apply(uninstall, shown, output);
            if (exitCode.isPresent()) {
                return exitCode.get();
            }
            console.notice("This machine has changed since the plan was made. This is the new plan:");
        }
    }

    private boolean restores() {
        return !Boolean.FALSE.equals(restore);
    }

    private boolean askRestore(String exposed) {
        String reachable = "The previous setup is reachable from other machines: " + exposed + ".";
        if (!confirm.canPrompt(console)) {
            throw new UserError(
                    UserError.Kind.CONFIGURATION,
                    reachable + " Use --restore to bring it back or --no-restore to leave it stopped.");
        }
        console.notice(reachable);
        return console.ask("Restore it? [y]es, [N]o: ").orElse('n') == 'y';
    }

    private void continuing() {
        console.notice("A previous uninstall did not finish. Continuing it.");
    }

    private boolean isConfirmed(Uninstall.PlannedUninstall planned, PlanText text, TransactionOutput output) {
        if (planned.resumes()) {
            continuing();
        } else {
            planned.unfinished().ifPresent(output::rollingBack);
            if (!planned.fromReceipt()) {
                console.notice((planned.damaged() ? "The receipt cannot be read." : "There is no receipt.")
                        + " Using the known labels and paths instead.");
            }
        }
        Plan plan = planned.plan();
        console.notice("To be reverted:\n" + text.list(plan) + logsToDelete(planned));
        return confirm.isConfirmed(
                console, "Make these " + plan.changes().size() + " changes?", () -> text.diffs(plan));
    }

    /** Makes the changes. Returns the exit code, or empty if the plan that was shown is out of date. */
    private Optional<Integer> apply(Uninstall uninstall, Uninstall.PlannedUninstall shown, TransactionOutput output) {
        Applier.Result result;
        try (LockFile.Held lock = uninstall.lock(output::waitingFor);
                Interruption interruption = useCases.interruption()) {
            Uninstall.PlannedUninstall current = uninstall.plan(restores());
            if (current.unfinished().isPresent() && !current.resumes()) {
                if (shown.unfinished().isEmpty()) {
                    output.rollingBack(current.unfinished().get());
                }
                List<Rollback.Failure> failures =
                        uninstall.undo(current.unfinished().get(), lock);
                if (!failures.isEmpty()) {
                    return Optional.of(output.rollbackIncomplete(
                            failures, "the unfinished transaction could not be rolled back", List.of()));
                }
                current = uninstall.plan(restores());
            }
            if (!current.plan().changes().equals(shown.plan().changes())) {
                return Optional.empty();
            }
            if (current.resumes() && !shown.resumes()) {
                continuing();
            }
            result = uninstall.apply(current, lock, interruption, output::done);
        }
        if (!(result instanceof Applier.Result.Applied)) {
            int exitCode = output.failed(result, Json.changes(shown.plan()));
            if (result instanceof Applier.Result.RolledBack back && startsRestoredService(back.failed())) {
                output.serviceNotRestored();
            }
            return Optional.of(exitCode);
        }
        if (purgeLogs) {
            uninstall.purgeLogs(shown);
        }
        return Optional.of(
                shown.changesNothing()
                        ? print(CommandOutcome.UNCHANGED, shown, "Nothing is installed.\n")
                        : print(
                                CommandOutcome.UNINSTALLED,
                                shown,
                                "Uninstalled: " + shown.plan().changes().size() + " changes.\n"));
    }

    /** Returns whether the change starts a service; an uninstall starts only services that it restores. */
    private static boolean startsRestoredService(Change change) {
        return switch (change.verb()) {
            case START, RESTART, RELOAD -> true;
            case INSTALL, CREATE, UPDATE, DELETE, STOP, ENABLE, DISABLE -> false;
        };
    }

    private String logsToDelete(Uninstall.PlannedUninstall planned) {
        return purgeLogs
                ? logs(planned).stream()
                        .map(log -> "  delete   " + log + "  (no backup)\n")
                        .collect(Collectors.joining())
                : "";
    }

    private int print(CommandOutcome outcome, Uninstall.PlannedUninstall planned, String summary) {
        boolean purged = purgeLogs && !dryRun;
        if (common.json) {
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("changes", Json.changes(planned.plan()));
            fields.put("exposed", planned.exposed());
            fields.put("kept", planned.kept());
            Map<String, Object> logs = new LinkedHashMap<>();
            logs.put("purged", purged);
            logs.put("files", logs(planned));
            fields.put("logs", logs);
            console.print(Json.document("uninstall", outcome, fields));
        } else {
            StringBuilder text = new StringBuilder(summary);
            planned.kept()
                    .forEach(kept -> text.append("  kept  ")
                            .append(Controls.inLine(kept))
                            .append('\n'));
            (dryRun && purgeLogs ? List.<String>of() : logs(planned))
                    .forEach(log -> text.append(purged ? "  deleted  " : "  kept  ")
                            .append(log)
                            .append(purged ? "\n" : " (log)\n"));
            text.append("  kept  models in ~/.ollama, Homebrew and its packages, Tailscale\n");
            console.print(text.toString());
        }
        return outcome.exitCode();
    }

    private static List<String> logs(Uninstall.PlannedUninstall planned) {
        return planned.logs().stream().map(Object::toString).toList();
    }
}
