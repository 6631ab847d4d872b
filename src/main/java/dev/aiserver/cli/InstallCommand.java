package dev.aiserver.cli;

import dev.aiserver.app.Ui;
import dev.aiserver.report.Console;
import dev.aiserver.report.InstallReport;
import dev.aiserver.report.Report;
import dev.aiserver.server.App;
import dev.aiserver.server.ExitCode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(name = "install", description = "Install the server on this Mac, or update it to match the configuration.")
final class InstallCommand implements HostCommand {
    @Mixin
    private final CommonOptions common = new CommonOptions();

    @Mixin
    private final ChangeOptions changing = new ChangeOptions();

    @Mixin
    private final PlanOptions planning = new PlanOptions();

    @Option(names = "--dry-run", description = "Show the plan with a diff of every file; change nothing.")
    private boolean dryRun;

    @Option(
            names = "--rehearse",
            description =
                    "Run install, verify and uninstall in a temporary home; nothing else is changed. Only for ./install.")
    private boolean rehearse;

    @Override
    public Report run(UseCases host, Ui ui, Console console) {
        if (rehearse) {
            return Report.of(host.rehearse() ? ExitCode.DONE : ExitCode.FAILED, "");
        }
        if (dryRun) {
            return planning.show("install", host, console);
        }
        planning.requireOnlyWithDryRun();
        PlanOptions.Request request = planning.request(host.machine());
        InstallReport report = new InstallReport(console, host.machine(), host.layout(), host.shellPath());
        return changing.printCommands
                ? report.script(request.approved(host.installer()), App.file())
                : host.installer()
                        .run(request.install(), request.approval(), ui)
                        .to(report);
    }

    @Override
    public Scope scope() {
        return changing.in(planning.in(Scope.of(common)), dryRun);
    }
}
