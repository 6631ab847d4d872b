package dev.aiserver.report;

import static dev.aiserver.report.Controls.inLine;

import dev.aiserver.app.ChangeFailure;
import dev.aiserver.plan.Change;
import dev.aiserver.plan.Rollback;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Presents how an install or uninstall failed, and what to do next. */
final class FailureText implements ChangeFailure.Cases<FailureText.Words> {
    private final String command;
    private final Optional<String> machine;
    private final PlanText text;

    /**
     * Creates the text for one host.
     *
     * @param command that failed: install or uninstall
     * @param machine the host as given to {@code --host}; empty for this machine
     */
    FailureText(String command, Optional<String> machine, PlanText text) {
        this.command = command;
        this.machine = machine;
        this.text = text;
    }

    /** The sentences about a failure: why, and all of them. */
    record Words(String reason, String all) {
        static Words of(String reason, String next) {
            return new Words(reason, reason + next);
        }
    }

    Report report(ChangeFailure failure) {
        Words words = failure.to(this);
        return Report.of(failure.exitCode(), "", () -> Json.document(command, failure.outcome(), fields(failure)))
                .noticing(words.all())
                .because(words.reason());
    }

    private Map<String, Object> fields(ChangeFailure failure) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("error", failure.reason());
        fields.put("changes", Json.changes(failure.plan()));
        fields.put("kept", text.names(failure.kept()));
        return fields;
    }

    @Override
    public Words rolledBack(ChangeFailure.RolledBack failure) {
        return Words.of(
                failed(failure.failed(), failure.reason()),
                "\n" + rolledBack(failure.kept())
                        + (startsRestoredService(failure.failed()) ? "\n" + serviceNotRestored() : ""));
    }

    @Override
    public Words interrupted(ChangeFailure.Interrupted failure) {
        return Words.of("Interrupted. " + rolledBack(failure.kept()), "");
    }

    @Override
    public Words unreachable(ChangeFailure.Unreachable failure) {
        return Words.of(
                "Lost the connection to " + machine.orElse("the host") + " during \"" + text.words(failure.during())
                        + "\". "
                        + (command.equals("uninstall")
                                ? "Run " + again("uninstall") + " again to continue."
                                : "The next " + again("install") + " or " + again("uninstall")
                                        + " rolls the changes back."),
                "");
    }

    @Override
    public Words rollbackIncomplete(ChangeFailure.RollbackIncomplete failure) {
        String incomplete = "Rollback incomplete:\n"
                + failure.failures().stream().map(this::byHand).collect(Collectors.joining())
                + "Fix the cause and run \"aiserver " + command + "\" again; it continues the rollback.";
        return failure.failed()
                .map(change -> Words.of(failed(change, failure.reason()), "\n" + incomplete))
                .orElseGet(() -> new Words("Rollback incomplete: " + failure.reason() + ".", incomplete));
    }

    private String failed(Change change, String reason) {
        return "Failed: " + text.line(change) + ": " + inLine(reason);
    }

    private String byHand(Rollback.Failure failure) {
        return "  - " + text.line(failure.inverse()) + ": " + inLine(failure.reason()) + "\n    by hand:\n"
                + failure.manualSteps().stream()
                        .map(step -> "      " + step + "\n")
                        .collect(Collectors.joining());
    }

    private String rolledBack(List<Change> kept) {
        return "All changes were rolled back"
                + (kept.isEmpty() ? "." : ", except for: " + String.join(", ", text.names(kept)) + ".");
    }

    /** Returns whether the change starts a service in an uninstall, which starts only services that it restores. */
    private boolean startsRestoredService(Change change) {
        return command.equals("uninstall")
                && switch (change.verb()) {
                    case START, RESTART, RELOAD -> true;
                    case INSTALL, CREATE, UPDATE, DELETE, STOP, ENABLE, DISABLE -> false;
                };
    }

    private String serviceNotRestored() {
        return "A service from the previous setup did not start again. Fix it, or leave it stopped with "
                + again("uninstall --no-restore") + ".";
    }

    private String again(String what) {
        return "\"aiserver " + what + machine.map(name -> " --host " + name).orElse("") + "\"";
    }
}
