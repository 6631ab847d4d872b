package dev.aiserver.cli;

import dev.aiserver.app.Ui;
import dev.aiserver.report.Console;
import dev.aiserver.report.Report;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(name = "plan", description = "Show what install would change, with a diff of every file; change nothing.")
final class PlanCommand implements HostCommand {
    @Mixin
    private final CommonOptions common = new CommonOptions();

    @Mixin
    private final PlanOptions planning = new PlanOptions();

    @Override
    public Report run(UseCases host, Ui ui, Console console) {
        return planning.show("plan", host, console);
    }

    @Override
    public Scope scope() {
        return planning.in(Scope.of(common));
    }
}
