package dev.aiserver.cli;

import dev.aiserver.app.Ui;
import dev.aiserver.report.Console;
import dev.aiserver.report.Report;
import java.nio.file.Path;
import java.util.Optional;
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
        PlanOptions.Request request = planning.request(host.machine());
        return planning.show(host.installer().plan(request.install()), "plan", host, console);
    }

    @Override
    public CommonOptions common() {
        return common;
    }

    @Override
    public Optional<Path> config() {
        return planning.config();
    }

    @Override
    public void requireConfigUsed(MachineOptions machines) {
        planning.requireConfigUsed(machines);
    }
}
