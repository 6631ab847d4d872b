package dev.aiserver.cli;

import dev.aiserver.app.Ui;
import dev.aiserver.host.UserError;
import dev.aiserver.report.Console;
import dev.aiserver.report.InstallReport;
import dev.aiserver.report.PlanReport;
import dev.aiserver.report.PlanScript;
import dev.aiserver.report.PlanText;
import dev.aiserver.report.Report;
import dev.aiserver.server.App;
import dev.aiserver.server.ExitCode;
import dev.aiserver.server.Install.PlannedInstall;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(name = "install", description = "Install the server on this Mac, or update it to match the configuration.")
final class InstallCommand implements HostCommand {
    @Mixin
    private final CommonOptions common = new CommonOptions();

    @Mixin
    private final ConfirmOptions confirm = new ConfirmOptions();

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

    @Override
    public Report run(UseCases host, Ui ui, Console console) {
        if (rehearse) {
            return rehearse(host);
        }
        PlanOptions.Request request = planning.request(host.machine());
        if (dryRun) {
            return planning.show(host.installer().plan(request.install()), "install", host, console);
        }
        planning.requireOnlyWithDryRun();
        return printCommands
                ? script(request, host, console)
                : host.installer()
                        .run(request.install(), request.approval(), ui)
                        .to(report(host, console));
    }

    static InstallReport report(UseCases host, Console console) {
        return new InstallReport(console, host.machine(), host.layout().home(), host.shellPath());
    }

    private static Report rehearse(UseCases host) {
        if (host.machine().isPresent()) {
            throw new UserError(
                    UserError.Kind.CONFIGURATION,
                    "--rehearse runs on this machine only; leave out --host, --hosts and a configuration that names hosts.");
        }
        return Report.of(host.rehearse() ? ExitCode.DONE : ExitCode.FAILED, "");
    }

    private static Report script(PlanOptions.Request request, UseCases host, Console console) {
        PlannedInstall planned = host.installer().plan(request.install());
        request.approval().accept(planned);
        Path home = host.layout().home();
        PlanScript.requireFinished(planned.unfinished(), "install", host.machine());
        if (planned.needsEditPolicy()) {
            throw PlanReport.undecided(
                    planned, new PlanText(console, home), host.layout().state());
        }
        Optional<Path> program = host.machine().isPresent() ? Optional.empty() : App.file();
        return Report.of(ExitCode.DONE, PlanScript.install(planned.plan(), home, program));
    }

    @Override
    public CommonOptions common() {
        return common;
    }

    @Override
    public ConfirmOptions confirm() {
        return confirm;
    }

    @Override
    public Optional<Path> config() {
        return planning.config();
    }

    @Override
    public boolean changes() {
        return !dryRun;
    }

    @Override
    public void requireConfigUsed(MachineOptions machines) {
        planning.requireConfigUsed(machines);
    }

    @Override
    public void requireAllowedForSeveral() {
        common.requireOneScript(printCommands);
        if (changes()) {
            confirm.requireForSeveral();
        }
    }
}
