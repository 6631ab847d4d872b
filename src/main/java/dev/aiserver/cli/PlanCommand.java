package dev.aiserver.cli;

import dev.aiserver.report.Console;
import dev.aiserver.report.PlanText;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(name = "plan", description = "Show what install would change, with a diff of every file; change nothing.")
final class PlanCommand implements Callable<Integer> {
    private final UseCases useCases;
    private final Console console;

    @Mixin
    private final CommonOptions common = new CommonOptions();

    @Mixin
    private final PlanOptions planning = new PlanOptions();

    PlanCommand(UseCases useCases, Console console) {
        this.useCases = useCases;
        this.console = console;
    }

    @Override
    public Integer call() {
        PlanText text = new PlanText(console, useCases.layout().home());
        return planning.show(
                useCases.install().plan(planning.request(useCases.machine())), "plan", common.json, console, text);
    }
}
