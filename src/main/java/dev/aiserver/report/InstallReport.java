package dev.aiserver.report;

import dev.aiserver.app.ChangeFailure;
import dev.aiserver.app.InstallResult;
import dev.aiserver.layout.Layout;
import dev.aiserver.server.ExitCode;
import dev.aiserver.server.Install.PlannedInstall;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Presents the result of an install. */
public final class InstallReport implements InstallResult.Cases<Report> {
    private final Console console;
    private final Optional<String> machine;
    private final Layout layout;
    private final ShellPath shell;

    /**
     * Creates the presentation for one host.
     *
     * @param machine the host as given to {@code --host}; empty for this machine
     * @param shell how your shell on this machine finds commands
     */
    public InstallReport(Console console, Optional<String> machine, Layout layout, ShellPath shell) {
        this.console = console;
        this.machine = machine;
        this.layout = layout;
        this.shell = shell;
    }

    @Override
    public Report verified(InstallResult.Verified result) {
        VerdictText text = new VerdictText(console);
        return Report.of(
                        result.exitCode(),
                        text.summary(result.verdicts()) + (result.changed() ? nextSteps(result.planned()) : ""),
                        () -> document(result))
                .noticing(text.brief(result.verdicts()))
                .because(VerdictText.fixFirst(result.verdicts()).orElse(""));
    }

    @Override
    public Report declined() {
        return Report.declined();
    }

    @Override
    public Report failed(ChangeFailure failure) {
        return new FailureText("install", machine, plans()).report(failure);
    }

    private PlanText plans() {
        return new PlanText(console, layout.home());
    }

    /**
     * Returns the plan as a script.
     *
     * @param program the file of aiserver on this machine
     * @throws dev.aiserver.host.UserError if a script cannot carry out the plan
     */
    public Report script(PlannedInstall planned, Optional<Path> program) {
        PlanScript.requireFinished(planned.unfinished(), "install", machine);
        if (planned.needsEditPolicy()) {
            throw PlanReport.undecided(planned, plans(), layout.state());
        }
        Optional<Path> copied = machine.isPresent() ? Optional.empty() : program;
        return Report.of(ExitCode.DONE, PlanScript.install(planned.plan(), layout.home(), copied));
    }

    private static Map<String, Object> document(InstallResult.Verified result) {
        Map<String, Object> fields = new LinkedHashMap<>(PlanReport.fields(
                result.planned(),
                result.changed() ? Json.changes(result.planned().plan()) : List.of()));
        fields.put("checks", Json.verdicts(result.verdicts()));
        return Json.document("install", result.outcome(), fields);
    }

    private String nextSteps(PlannedInstall planned) {
        String address = planned.facts().address();
        return machine.isPresent()
                ? NextSteps.of(planned.spec(), address, layout.home())
                : NextSteps.of(planned.spec(), address, layout.home(), shell);
    }
}
