package dev.aiserver.report;

import dev.aiserver.app.Event;
import dev.aiserver.plan.Journal;
import dev.aiserver.preflight.OutdatedProcess;
import dev.aiserver.report.Console.Colour;
import dev.aiserver.server.Uninstall.PlannedUninstall;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Writes the events of a use case for a terminal, in one or more lines; empty for an event that needs no words. */
public final class EventText implements Event.Cases<String> {
    private final Console console;
    private final PlanText text;
    private final boolean verbose;

    /**
     * Creates the texts for one host.
     *
     * @param home folder on the host that is written as {@code ~}
     * @param verbose whether plans list unchanged resources
     */
    public EventText(Console console, Path home, boolean verbose) {
        this.console = console;
        this.text = new PlanText(console, home);
        this.verbose = verbose;
    }

    @Override
    public String planned(Event.Planned event) {
        List<String> parts = new ArrayList<>();
        event.planned().unfinished().map(EventText::rollingBack).ifPresent(parts::add);
        if (!event.planned().plan().isEmpty()) {
            parts.add(PlanReport.heading(event.planned())
                    + text.list(event.planned().plan())
                    + text.unchanged(event.planned().plan(), verbose));
        }
        return String.join("\n", parts);
    }

    @Override
    public String removalPlanned(Event.RemovalPlanned event) {
        PlannedUninstall planned = event.planned();
        List<String> parts = new ArrayList<>();
        if (planned.resumes()) {
            parts.add(continuing());
        } else {
            planned.unfinished().map(EventText::rollingBack).ifPresent(parts::add);
            if (!planned.fromReceipt()) {
                parts.add((planned.damaged() ? "The receipt cannot be read." : "There is no receipt.")
                        + " Using the known labels and paths instead.");
            }
        }
        parts.add("To be reverted:\n" + text.list(planned.plan())
                + (event.purgesLogs() ? UninstallReport.logsToDelete(planned) : ""));
        return String.join("\n", parts);
    }

    @Override
    public String planOutdated() {
        return "This machine has changed since the plan was made. This is the new plan:";
    }

    @Override
    public String waiting(Event.Waiting event) {
        return "Waiting for " + event.holder().description() + ", which is changing this installation ...";
    }

    @Override
    public String rollingBack(Event.RollingBack event) {
        return rollingBack(event.journal());
    }

    private static String rollingBack(Journal journal) {
        return journal.unfinished() + ". Rolling it back first.";
    }

    @Override
    public String continuing() {
        return "A previous uninstall did not finish. Continuing it.";
    }

    @Override
    public String installingPackages(Event.InstallingPackages event) {
        return "Installing " + String.join(" and ", event.names())
                + " with Homebrew. This can take several minutes ...";
    }

    @Override
    public String done(Event.Done event) {
        return "  " + console.paint(Colour.GREEN, "done") + "  " + text.line(event.change());
    }

    @Override
    public String verifying(Event.Verifying event) {
        List<String> parts = new ArrayList<>();
        if (!event.everything()) {
            parts.add("No changes.");
        }
        event.outdated().map(OutdatedProcess::description).ifPresent(parts::add);
        parts.add(
                event.everything()
                        ? "Verifying:"
                        : "Verifying that the server answers (run \"aiserver verify\" for all checks):");
        return String.join("\n", parts);
    }
}
