package dev.aiserver.cli;

import dev.aiserver.app.Ui;
import dev.aiserver.app.Uninstaller.UninstallRequest;
import dev.aiserver.report.Console;
import dev.aiserver.report.PlanScript;
import dev.aiserver.report.PlanText;
import dev.aiserver.report.Report;
import dev.aiserver.report.UninstallReport;
import dev.aiserver.server.ExitCode;
import dev.aiserver.server.Layout;
import dev.aiserver.server.Uninstall.PlannedUninstall;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "uninstall",
        description = "Revert everything that install changed; models, Homebrew packages and Tailscale are kept.")
final class UninstallCommand implements HostCommand {
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

    @Override
    public Report run(UseCases host, Ui ui, Console console) {
        UninstallRequest request = new UninstallRequest(Optional.ofNullable(restore), purgeLogs);
        Layout layout = host.layout();
        UninstallReport report = new UninstallReport(host.machine(), new PlanText(console, layout.home()));
        if (dryRun) {
            return report.planned(host.uninstaller().plan(request), restore == null, purgeLogs);
        }
        if (printCommands) {
            PlannedUninstall planned = host.uninstaller().plan(request, ui);
            PlanScript.requireFinished(planned.unfinished(), "uninstall", host.machine());
            return Report.of(ExitCode.DONE, PlanScript.uninstall(planned.plan(), layout.home(), layout.state()));
        }
        return host.uninstaller().run(request, ui).to(report);
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
    public boolean changes() {
        return !dryRun;
    }

    @Override
    public void requireAllowedForSeveral() {
        common.requireOneScript(printCommands);
        if (changes()) {
            confirm.requireForSeveral();
        }
    }
}
