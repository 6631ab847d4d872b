package dev.aiserver.cli;

import dev.aiserver.host.UserError;
import dev.aiserver.plan.Applier;
import dev.aiserver.plan.Change;
import dev.aiserver.plan.Journal;
import dev.aiserver.plan.LockFile;
import dev.aiserver.plan.Rollback;
import dev.aiserver.report.CommandOutcome;
import dev.aiserver.report.Console;
import dev.aiserver.report.Console.Colour;
import dev.aiserver.report.Controls;
import dev.aiserver.report.Json;
import dev.aiserver.report.PlanText;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Prints the progress and the result of a command that changes a host. */
record TransactionOutput(String command, Optional<String> machine, Console console, PlanText text, boolean json) {

    void waitingFor(LockFile.Holder holder) {
        console.notice("Waiting for " + holder.description() + ", which is changing this installation ...");
    }

    void rollingBack(Journal journal) {
        console.notice("A previous " + journal.operation() + " (started " + journal.since()
                + ") did not finish. Rolling it back first.");
    }

    /** Refuses to print a script while a rollback is pending, because its steps depend on what it finds. */
    void refuseScript(Journal journal) {
        throw new UserError("A previous " + journal.operation() + " (started " + journal.since()
                + ") did not finish, and a script cannot roll it back. Run " + again(command) + " first.");
    }

    void done(Change change) {
        console.notice("  " + console.paint(Colour.GREEN, "done") + "  " + text.line(change));
    }

    /** Prints how the transaction failed, and returns the exit code. */
    int failed(Applier.Result result, List<Map<String, Object>> changes) {
        if (result instanceof Applier.Result.RolledBack back) {
            console.notice("Failed: " + text.line(back.failed()) + ": " + Controls.inLine(back.reason()) + "\n"
                    + rolledBack(back.kept()));
            return print(CommandOutcome.ROLLED_BACK, back.reason(), changes, back.kept());
        }
        if (result instanceof Applier.Result.Interrupted interrupted) {
            console.notice("Interrupted. " + rolledBack(interrupted.kept()));
            return print(CommandOutcome.INTERRUPTED, "interrupted", changes, interrupted.kept());
        }
        if (result instanceof Applier.Result.Lost lost) {
            console.notice("Lost the connection to " + machine.orElse("the host") + " during \""
                    + text.words(lost.during()) + "\". " + next());
            return print(CommandOutcome.CONNECTION_LOST, lost.reason(), changes, List.of());
        }
        Applier.Result.RollbackIncomplete incomplete = (Applier.Result.RollbackIncomplete) result;
        console.notice("Failed: " + text.line(incomplete.failed()) + ": " + Controls.inLine(incomplete.reason()));
        return rollbackIncomplete(incomplete.failures(), incomplete.reason(), changes);
    }

    /** Prints what could not be rolled back, with the commands to do it by hand, and returns the exit code. */
    int rollbackIncomplete(List<Rollback.Failure> failures, String reason, List<Map<String, Object>> changes) {
        console.notice("Rollback incomplete:\n"
                + failures.stream()
                        .map(each -> "  - " + text.line(each.inverse()) + ": " + Controls.inLine(each.reason())
                                + "\n    by hand:\n"
                                + each.manualSteps().stream()
                                        .map(command -> "      " + command + "\n")
                                        .collect(Collectors.joining()))
                        .collect(Collectors.joining())
                + "Fix the cause and run \"aiserver " + command + "\" again; it continues the rollback.");
        return print(CommandOutcome.ROLLBACK_INCOMPLETE, reason, changes, List.of());
    }

    void serviceNotRestored() {
        console.notice("A service from the previous setup did not start again. Fix it, or leave it stopped with "
                + again("uninstall --no-restore") + ".");
    }

    private String rolledBack(List<Change> kept) {
        return "All changes were rolled back"
                + (kept.isEmpty() ? "." : ", except for: " + String.join(", ", text.names(kept)) + ".");
    }

    private String next() {
        return command.equals("uninstall")
                ? "Run " + again("uninstall") + " again to continue."
                : "The next " + again("install") + " or " + again("uninstall") + " rolls the changes back.";
    }

    private String again(String what) {
        return "\"aiserver " + what + machine.map(name -> " --host " + name).orElse("") + "\"";
    }

    private int print(CommandOutcome outcome, String reason, List<Map<String, Object>> changes, List<Change> kept) {
        if (json) {
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("error", reason);
            fields.put("changes", changes);
            fields.put("kept", text.names(kept));
            console.print(Json.document(command, outcome, fields));
        }
        return outcome.exitCode();
    }
}
