package dev.aiserver.report;

import static dev.aiserver.report.Controls.inLine;

import dev.aiserver.app.ChangeFailure;
import dev.aiserver.app.UninstallResult;
import dev.aiserver.app.Uninstaller.UninstallRequest;
import dev.aiserver.layout.Layout;
import dev.aiserver.server.CommandOutcome;
import dev.aiserver.server.ExitCode;
import dev.aiserver.server.Uninstall.PlannedUninstall;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Presents the plan and the result of an uninstall. */
public final class UninstallReport implements UninstallResult.Cases<Report> {
    private static final String NOTHING = "Nothing is installed.\n";

    private final PlanText text;
    private final Optional<String> machine;
    private final Layout layout;

    /** @param machine the host as given to {@code --host}; empty for this machine */
    public UninstallReport(Console console, Optional<String> machine, Layout layout) {
        this.text = new PlanText(console, layout.home());
        this.machine = machine;
        this.layout = layout;
    }

    /**
     * Returns the plan as a script.
     *
     * @throws dev.aiserver.host.UserError if a script cannot carry out the plan
     */
    public Report script(PlannedUninstall planned) {
        PlanScript.requireFinished(planned.unfinished(), "uninstall", machine);
        return Report.of(ExitCode.DONE, PlanScript.uninstall(planned.plan(), layout.home(), layout.state()));
    }

    /** Returns the report of a plan that is only shown. */
    public Report planned(PlannedUninstall planned, UninstallRequest request) {
        CommandOutcome outcome = planned.changesNothing() ? CommandOutcome.UNCHANGED : CommandOutcome.PLANNED;
        String plan = planned.changesNothing()
                ? NOTHING
                : text.list(planned.plan()) + (request.purgesLogs() ? logsToDelete(planned) : "");
        return Report.of(
                        outcome.exitCode(),
                        plan + kept(planned) + (request.purgesLogs() ? "" : logs(planned, false)) + kept(),
                        () -> document(planned, outcome, false))
                .noticing(
                        request.restores().isEmpty() && !planned.exposed().isEmpty()
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
