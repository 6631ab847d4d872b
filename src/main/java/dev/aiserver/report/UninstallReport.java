package dev.aiserver.report;

import static dev.aiserver.report.Controls.inLine;

import dev.aiserver.app.ChangeFailure;
import dev.aiserver.app.UninstallResult;
import dev.aiserver.server.CommandOutcome;
import dev.aiserver.server.Uninstall.PlannedUninstall;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Presents the plan and the result of an uninstall. */
public final class UninstallReport implements UninstallResult.Cases<Report> {
    private static final String NOTHING = "Nothing is installed.\n";

    private final Optional<String> machine;
    private final PlanText text;

    /** @param machine the host as given to {@code --host}; empty for this machine */
    public UninstallReport(Optional<String> machine, PlanText text) {
        this.machine = machine;
        this.text = text;
    }

    /**
     * Returns the report of a plan that is only shown.
     *
     * @param undecided whether it is still to be decided if the existing services are restored
     * @param purgesLogs whether the logs would be deleted
     */
    public Report planned(PlannedUninstall planned, boolean undecided, boolean purgesLogs) {
        CommandOutcome outcome = planned.changesNothing() ? CommandOutcome.UNCHANGED : CommandOutcome.PLANNED;
        String plan = planned.changesNothing()
                ? NOTHING
                : text.list(planned.plan()) + (purgesLogs ? logsToDelete(planned) : "");
        return Report.of(
                        outcome.exitCode(),
                        plan + kept(planned) + (purgesLogs ? "" : logs(planned, false)) + kept(),
                        () -> document(planned, outcome, false))
                .noticing(
                        undecided && !planned.exposed().isEmpty()
                                ? "With --restore, this service becomes reachable from other machines again: "
                                        + String.join(" and ", planned.exposed()) + "."
                                : "");
    }

    @Override
    public Report uninstalled(UninstallResult.Uninstalled result) {
        PlannedUninstall planned = result.planned();
        String summary = planned.changesNothing()
                ? NOTHING
                : "Uninstalled: " + planned.plan().changes().size() + " changes.\n";
        return Report.of(
                result.exitCode(),
                summary + kept(planned) + logs(planned, result.purged()) + kept(),
                () -> document(planned, result.outcome(), result.purged()));
    }

    @Override
    public Report declined() {
        return Report.declined();
    }

    @Override
    public Report failed(ChangeFailure failure) {
        return new FailureText("uninstall", machine, text).report(failure);
    }

    /** Returns a line for each log. */
    static String logsToDelete(PlannedUninstall planned) {
        return planned.logs().stream()
                .map(log -> "  delete   " + log + "  (no backup)\n")
                .collect(Collectors.joining());
    }

    private static String kept(PlannedUninstall planned) {
        return planned.kept().stream()
                .map(sentence -> "  kept  " + inLine(sentence) + "\n")
                .collect(Collectors.joining());
    }

    private static String logs(PlannedUninstall planned, boolean purged) {
        return planned.logs().stream()
                .map(log -> purged ? "  deleted  " + log + "\n" : "  kept  " + log + " (log)\n")
                .collect(Collectors.joining());
    }

    private static String kept() {
        return "  kept  models in ~/.ollama, Homebrew and its packages, Tailscale\n";
    }

    private static Map<String, Object> document(PlannedUninstall planned, CommandOutcome outcome, boolean purged) {
        Map<String, Object> logs = new LinkedHashMap<>();
        logs.put("purged", purged);
        logs.put("files", planned.logs().stream().map(Path::toString).toList());
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("changes", Json.changes(planned.plan()));
        fields.put("exposed", planned.exposed());
        fields.put("kept", planned.kept());
        fields.put("logs", logs);
        return Json.document("uninstall", outcome, fields);
    }
}
