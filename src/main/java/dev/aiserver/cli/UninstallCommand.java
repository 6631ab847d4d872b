package dev.aiserver.cli;

import dev.aiserver.app.Ui;
import dev.aiserver.app.Uninstaller.UninstallRequest;
import dev.aiserver.report.Console;
import dev.aiserver.report.Report;
import dev.aiserver.report.UninstallReport;
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
    private final ChangeOptions changing = new ChangeOptions();

    @Option(names = "--dry-run", description = "Show what would be reverted; change nothing.")
    private boolean dryRun;

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
        UninstallReport report = new UninstallReport(console, host.machine(), host.layout());
        if (dryRun) {
            return report.planned(host.uninstaller().plan(request), request);
        }
        return changing.printCommands
                ? report.script(host.uninstaller().plan(request, ui))
                : host.uninstaller().run(request, ui).to(report);
    }

    @Override
    public Scope scope() {
        return changing.in(Scope.of(common), dryRun);
    }
}
