package dev.aiserver.cli;

import dev.aiserver.app.Ui;
import dev.aiserver.report.Console;
import dev.aiserver.report.Report;
import dev.aiserver.report.StatusText;
import dev.aiserver.server.Status;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(name = "status", description = "Show services, sockets, local edits and models.")
final class StatusCommand implements HostCommand {
    @Mixin
    private final CommonOptions common = new CommonOptions();

    @Override
    public Report run(UseCases host, Ui ui, Console console) {
        Status.Snapshot snapshot = host.status().look();
        return new StatusText(console, host.layout().home()).report(snapshot);
    }

    @Override
    public Scope scope() {
        return Scope.of(common);
    }
}
