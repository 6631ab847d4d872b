package dev.aiserver.cli;

import dev.aiserver.host.Trouble;
import dev.aiserver.plan.Applier;
import dev.aiserver.plan.Plan;
import dev.aiserver.report.Console;
import dev.aiserver.report.Console.Colour;
import dev.aiserver.report.Json;
import dev.aiserver.report.PlanText;
import dev.aiserver.server.Uninstall;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "uninstall",
        description = "Take back everything that install changed; models, Homebrew's packages and Tailscale stay.")
final class UninstallCommand implements Callable<Integer> {
    private final UseCases useCases;
    private final Console console;

    @Mixin
    private final CommonOptions common = new CommonOptions();

    @Mixin
    private final Consent consent = new Consent();

    @Option(names = "--dry-run", description = "Show what would be taken back, and change nothing.")
    private boolean dryRun;

    @Option(
            names = "--restore",
            negatable = true,
            description = "Bring back the services that were here before, or leave them stopped and keep their files "
                    + "in ~/.aiserver/earlier-installation.")
    private @Nullable Boolean restore;

    UninstallCommand(UseCases useCases, Console console) {
        this.useCases = useCases;
        this.console = console;
    }

    @Override
    public Integer call() {
        Uninstall uninstall = useCases.uninstall();
        Uninstall.Proposal proposal = uninstall.propose(!Boolean.FALSE.equals(restore));
        if (restore == null && !proposal.exposed().isEmpty()) {
            proposal = decided(uninstall, proposal);
        }
        return takeBack(uninstall, proposal);
    }

    /** With the person's word on whether what is open to other machines shall come back. */
    private Uninstall.Proposal decided(Uninstall uninstall, Uninstall.Proposal proposal) {
        String what = String.join(" and ", proposal.exposed());
        if (dryRun) {
            console.say("With --restore, this comes back open to other machines: " + what + ".");
            return proposal;
        }
        if (consent.yes || consent.noInput || !console.asks()) {
            throw new Trouble(
                    Trouble.Kind.CONFIGURATION,
                    "What was here before is open to other machines, " + what
                            + "; add --restore to have it back, or --no-restore to leave it stopped.");
        }
        console.say("What was here before is open to other machines: " + what + ".");
        boolean comesBack = console.ask("Shall it come back? [y]es, [N]o: ").orElse('n') == 'y';
        return comesBack ? proposal : uninstall.propose(false);
    }

    private int takeBack(Uninstall uninstall, Uninstall.Proposal proposal) {
        Plan plan = proposal.plan();
        PlanText text = new PlanText(console, useCases.layout().home());
        if (dryRun || plan.isEmpty()) {
            Applier.Outcome nothing =
                    dryRun ? new Applier.Outcome(List.of(), List.of()) : uninstall.apply(proposal, c -> {});
            return answer(
                    plan.isEmpty() ? "unchanged" : "planned",
                    proposal,
                    nothing,
                    plan.isEmpty() ? "Nothing is installed.\n" : text.list(plan));
        }
        if (!proposal.fromReceipt()) {
            console.say("There is no receipt, so this goes by the known labels and paths.");
        }
        console.say("To be taken back:\n" + text.list(plan));
        if (!consent.isGiven(console, "Take these " + plan.changes().size() + " back?", () -> text.diffs(plan))) {
            console.say("Nothing was changed.");
            return ExitCode.FAILED;
        }
        Applier.Outcome removal = uninstall.apply(
                proposal, change -> console.say("  " + console.paint(Colour.GREEN, "done") + "  " + text.line(change)));
        removal.failures()
                .forEach(failure -> console.say("  " + console.paint(Colour.RED, "FAILED") + "  "
                        + text.line(failure.change()) + ": " + failure.reason()));
        boolean good = removal.failures().isEmpty();
        String summary =
                removal.done().size() + " taken back, " + removal.failures().size() + " failed.\n";
        return answer(good ? "uninstalled" : "failed", proposal, removal, summary);
    }

    private int answer(String outcome, Uninstall.Proposal proposal, Applier.Outcome removal, String summary) {
        if (common.json) {
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("changes", Json.changes(proposal.plan()));
            fields.put("exposed", proposal.exposed());
            fields.put("left", proposal.left());
            fields.put(
                    "failures",
                    removal.failures().stream().map(Applier.Failure::reason).toList());
            console.answer(Json.document("uninstall", outcome, fields));
        } else {
            StringBuilder text = new StringBuilder(summary);
            proposal.left().forEach(left -> text.append("  left  ").append(left).append('\n'));
            text.append("  left  models in ~/.ollama, Homebrew and its packages, Tailscale\n");
            console.answer(text.toString());
        }
        return removal.failures().isEmpty() ? ExitCode.DONE : ExitCode.FAILED;
    }
}
