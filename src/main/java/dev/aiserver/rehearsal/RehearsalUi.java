package dev.aiserver.rehearsal;

import dev.aiserver.app.Event;
import dev.aiserver.app.Ui;
import dev.aiserver.plan.LocalEdit;
import dev.aiserver.plan.Plan;
import dev.aiserver.report.Console;
import dev.aiserver.report.Console.Colour;
import dev.aiserver.report.PlanText;
import dev.aiserver.server.Install.PlannedInstall;
import java.util.List;
import java.util.Optional;

/** Agrees to everything, and prints each change that was made. */
record RehearsalUi(Console console, PlanText text) implements Ui {

    @Override
    public boolean prompts() {
        return false;
    }

    @Override
    public boolean confirm(Plan plan) {
        return true;
    }

    @Override
    public Optional<LocalEdit.Policy> decide(PlannedInstall planned) {
        return Optional.of(LocalEdit.Policy.OVERWRITE);
    }

    @Override
    public boolean restore(List<String> exposed) {
        return true;
    }

    @Override
    public void event(Event event) {
        if (event instanceof Event.Done done) {
            console.notice("  " + console.paint(Colour.GREEN, "done") + "  " + text.line(done.change()));
        }
    }
}
