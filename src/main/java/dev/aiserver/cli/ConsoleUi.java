package dev.aiserver.cli;

import dev.aiserver.app.Event;
import dev.aiserver.app.Ui;
import dev.aiserver.host.UserError;
import dev.aiserver.models.WarmEvent;
import dev.aiserver.plan.LocalEdit;
import dev.aiserver.plan.Plan;
import dev.aiserver.report.Console;
import dev.aiserver.report.EventText;
import dev.aiserver.report.FleetProgress;
import dev.aiserver.report.PlanReport;
import dev.aiserver.report.PlanText;
import dev.aiserver.report.VerdictText;
import dev.aiserver.report.WarmBars;
import dev.aiserver.report.WarmJson;
import dev.aiserver.report.WarmLines;
import dev.aiserver.report.WarmReport;
import dev.aiserver.server.Install.PlannedInstall;
import dev.aiserver.verify.Verdict;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Prompts you, and prints what happens on one host. */
final class ConsoleUi implements Ui {
    private final UseCases host;
    private final Console console;
    private final Consumer<String> notices;
    private final ConfirmOptions confirm;
    private final boolean json;
    private final boolean verbose;
    private final VerdictText verdicts;
    private @Nullable WarmReport warming;

    private ConsoleUi(UseCases host, Scope scope, boolean verbose, Console console, Consumer<String> notices) {
        this.host = host;
        this.console = console;
        this.notices = notices;
        this.confirm = scope.confirm();
        this.json = scope.common().json;
        this.verbose = verbose;
        this.verdicts = new VerdictText(console);
    }

    /** Returns the one of the only host. */
    static ConsoleUi of(UseCases host, Scope scope, boolean verbose, Console console) {
        return new ConsoleUi(host, scope, verbose, console, console::notice);
    }

    /**
     * Returns the one of one of several hosts, which never prompts.
     *
     * @param name of the host
     * @param console whose standard output is not used
     */
    static ConsoleUi amongOthers(
            UseCases host, Scope scope, boolean verbose, Console console, FleetProgress progress, String name) {
        return new ConsoleUi(host, scope, verbose, console, text -> progress.show(name, text));
    }

    @Override
    public boolean prompts() {
        return confirm.canPrompt(console);
    }

    @Override
    public boolean confirm(Plan plan) {
        if (confirm.yes) {
            return true;
        }
        if (!prompts()) {
            throw new UserError(
                    UserError.Kind.CONFIGURATION,
                    "Confirmation is required but there is no terminal. Review with --dry-run, then run again with --yes.");
        }
        String changes = plan.changes().size() == 1
                ? "this change"
                : "these " + plan.changes().size() + " changes";
        while (true) {
            char answer =
                    console.ask("Make " + changes + "? [y]es, [N]o, [d]iff: ").orElse('n');
            if (answer != 'd') {
                return answer == 'y';
            }
            console.notice(plans().diffs(plan));
        }
    }

    @Override
    public Optional<LocalEdit.Policy> decide(PlannedInstall planned) {
        if (!prompts()) {
            throw PlanReport.undecided(planned, plans(), host.layout().state());
        }
        console.notice(plans().sideBySide(planned.edits(), planned.plan()));
        return switch (console.ask("[k]eep your version, [o]verwrite it, [N]either: ")
                .orElse('n')) {
            case 'k' -> Optional.of(LocalEdit.Policy.KEEP);
            case 'o' -> Optional.of(LocalEdit.Policy.OVERWRITE);
            default -> Optional.empty();
        };
    }

    @Override
    public boolean restore(List<String> exposed) {
        String reachable =
                "The previous setup is reachable from other machines: " + String.join(" and ", exposed) + ".";
        if (!prompts()) {
            throw new UserError(
                    UserError.Kind.CONFIGURATION,
                    reachable + " Use --restore to bring it back or --no-restore to leave it stopped.");
        }
        console.notice(reachable);
        return console.ask("Restore it? [y]es, [N]o: ").orElse('n') == 'y';
    }

    private PlanText plans() {
        return new PlanText(console, host.layout().home());
    }

    @Override
    public void event(Event event) {
        String text = event.to(new EventText(console, host.layout().home(), verbose));
        if (!text.isEmpty()) {
            notices.accept(text);
        }
    }

    @Override
    public void checked(Verdict verdict) {
        if (!json) {
            console.print(verdicts.line(verdict) + "\n");
        }
    }

    @Override
    public synchronized void warming(WarmEvent event) {
        if (warming == null) {
            warming = json ? new WarmJson(notices) : console.redraws() ? new WarmBars(console) : new WarmLines(notices);
        }
        warming.accept(event);
    }

    @Override
    public synchronized void warmed(boolean interrupted) {
        if (warming != null) {
            warming.close();
        }
        if (interrupted) {
            notices.accept("Interrupted. Run the command again to resume the downloads.");
        }
    }
}
