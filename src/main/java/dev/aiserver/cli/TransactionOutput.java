package dev.aiserver.cli;

import dev.aiserver.host.UserError;
import dev.aiserver.plan.Applier;
import dev.aiserver.plan.Change;
import dev.aiserver.plan.Journal;
import dev.aiserver.plan.LockFile;
import dev.aiserver.plan.Rollback;
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

/** What commands that change the machine say while they do, and how they end when it does not go well. */
record TransactionOutput(String command, Optional<String> machine, Console console, PlanText text, boolean json) {

    void waitingFor(LockFile.Holder holder) {
        console.say("Waiting for " + holder.words() + ", which is changing this installation ...");
    }

    void undoing(Journal journal) {
        console.say(
                "The " + journal.operation() + " that began " + journal.since()
                        + " did not end: it was killed, its connection was lost, the machine went down, or not all of it could be undone. What it had begun is undone first.");
    }

    /** What undoing needs is known only while it is done. */
    void refuseScript(Journal journal) {
        throw new UserError("The " + journal.operation() + " that began " + journal.since()
                + " did not end, and what undoes it is no script; run " + again(command) + " first.");
    }

    void done(Change change) {
        console.say("  " + console.paint(Colour.GREEN, "done") + "  " + text.line(change));
    }

    /** @return the exit code */
    int failed(Applier.Result result, List<Map<String, Object>> changes) {
        if (result instanceof Applier.Result.RolledBack back) {
            console.say("Failed: " + text.line(back.failed()) + ": " + Controls.inLine(back.reason()) + "\n"
                    + undone(back.kept()));
            answer("rolled-back", back.reason(), changes, back.kept());
            return ExitCode.ROLLED_BACK;
        }
        if (result instanceof Applier.Result.Interrupted interrupted) {
            console.say("Interrupted. " + undone(interrupted.kept()));
            answer("interrupted", "interrupted", changes, interrupted.kept());
            return ExitCode.INTERRUPTED;
        }
        if (result instanceof Applier.Result.Lost lost) {
            console.say("The connection to " + machine.orElse("the machine") + " was lost in the middle of \""
                    + text.words(lost.during()) + "\"; " + next());
            answer("lost", lost.reason(), changes, List.of());
            return ExitCode.UNREACHABLE;
        }
        Applier.Result.RollbackIncomplete stuck = (Applier.Result.RollbackIncomplete) result;
        console.say("Failed: " + text.line(stuck.failed()) + ": " + Controls.inLine(stuck.reason()));
        return stuck(stuck.failures(), stuck.reason(), changes);
    }

    /** @return the exit code */
    int stuck(List<Rollback.Failure> left, String reason, List<Map<String, Object>> changes) {
        console.say("And this could not be undone:\n"
                + left.stream()
                        .map(each -> "  - " + text.line(each.inverse()) + ": " + Controls.inLine(each.reason())
                                + "\n    by hand:\n"
                                + each.manualSteps().stream()
                                        .map(command -> "      " + command + "\n")
                                        .collect(Collectors.joining()))
                        .collect(Collectors.joining())
                + "Put right what stands in the way, then run \"aiserver " + command
                + "\" again: it knows what is left to undo.");
        answer("stuck", reason, changes, List.of());
        return ExitCode.STUCK;
    }

    void notComingBack() {
        console.say(
                "What was here before does not run any more as it did then; put that right, or leave it stopped with "
                        + again("uninstall --no-restore") + ".");
    }

    private String undone(List<Change> stays) {
        return "Everything that was begun was undone; this machine is as it was before"
                + (stays.isEmpty() ? "." : ", but this stays: " + String.join(", ", text.names(stays)) + ".");
    }

    private String next() {
        return command.equals("uninstall")
                ? "run " + again("uninstall") + " again, and it goes on where it stood."
                : "what was begun is undone at the next contact: run " + again("install") + " or " + again("uninstall")
                        + ".";
    }

    private String again(String what) {
        return "\"aiserver " + what + machine.map(name -> " --host " + name).orElse("") + "\"";
    }

    private void answer(String outcome, String reason, List<Map<String, Object>> changes, List<Change> stays) {
        if (json) {
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("error", reason);
            fields.put("changes", changes);
            fields.put("stays", text.names(stays));
            console.answer(Json.document(command, outcome, fields));
        }
    }
}
