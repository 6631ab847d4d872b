package dev.aiserver.cli;

import dev.aiserver.plan.Applier;
import dev.aiserver.plan.Change;
import dev.aiserver.plan.Plan;
import dev.aiserver.report.Console;
import dev.aiserver.report.Console.Colour;
import dev.aiserver.report.EarlierText;
import dev.aiserver.report.Json;
import dev.aiserver.report.NextSteps;
import dev.aiserver.report.PlanText;
import dev.aiserver.report.VerdictText;
import dev.aiserver.server.Install;
import dev.aiserver.verify.Verdict;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "install",
        description =
                "Plan, show, apply and verify the server on this Mac; a second time: bring it to the configuration.")
final class InstallCommand implements Callable<Integer> {
    private final UseCases useCases;
    private final Console console;

    @Mixin
    private final CommonOptions common;

    @Mixin
    private final Consent consent;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "The configuration; without it the installed one, or the defaults.")
    private @Nullable Path config;

    @Option(names = "--dry-run", description = "Show the plan with a diff of every file, and change nothing.")
    private boolean dryRun;

    @Option(names = "--exit-code", description = "With --dry-run: exit 3 when something would change.")
    private boolean exitCode;

    @Option(
            names = "--rehearse",
            description = "Live the whole life in a throw-away home on any Mac or Linux; touch nothing else.")
    private boolean rehearse;

    InstallCommand(UseCases useCases, Console console) {
        this(useCases, console, new CommonOptions(), new Consent());
    }

    /** For a command that changes one setting of an installation, with its own options. */
    InstallCommand(UseCases useCases, Console console, CommonOptions common, Consent consent) {
        this.common = common;
        this.consent = consent;
        this.useCases = useCases;
        this.console = console;
    }

    @Override
    public Integer call() {
        if (rehearse) {
            return useCases.rehearse() ? ExitCode.DONE : ExitCode.FAILED;
        }
        Install install = useCases.install();
        Install.Proposal proposal = install.propose(Optional.ofNullable(config).map(ConfigurationFile::read));
        return dryRun ? show(proposal) : carryOut(install, proposal);
    }

    private int show(Install.Proposal proposal) {
        Plan plan = proposal.plan();
        PlanText text = planText();
        if (common.json) {
            console.answer(document(plan.isEmpty() ? "unchanged" : "planned", proposal, List.of()));
        } else if (plan.isEmpty()) {
            console.answer("No changes.\n");
        } else {
            console.answer(heading(proposal) + text.list(plan) + text.diffs(plan));
        }
        return exitCode && !plan.isEmpty() ? ExitCode.FINDINGS : ExitCode.DONE;
    }

    private PlanText planText() {
        return new PlanText(console, useCases.layout().home());
    }

    private static String heading(Install.Proposal proposal) {
        String found = EarlierText.of(proposal.around().earlier()).stream()
                .map(sentence -> sentence + "\n")
                .collect(Collectors.joining());
        return found + "The proxy will listen on " + proposal.around().address() + ":"
                + proposal.spec().proxy().port() + ", Ollama on 127.0.0.1:"
                + proposal.spec().ollama().port() + ". The plan:\n";
    }

    /** Shows the plan, asks, and changes. */
    int carryOut(Install install, Install.Proposal proposal) {
        Plan plan = proposal.plan();
        PlanText text = planText();
        if (plan.isEmpty()) {
            install.apply(proposal, change -> {});
            console.say("No changes.");
        } else {
            console.say(heading(proposal) + text.list(plan));
            if (!consent.isGiven(
                    console, "Make these " + plan.changes().size() + " changes?", () -> text.diffs(plan))) {
                console.say("Nothing was changed.");
                return ExitCode.FAILED;
            }
            if (!proposal.around().missingPackages().isEmpty()) {
                console.say("Homebrew gets "
                        + String.join(" and ", proposal.around().missingPackages())
                        + " first, which can take some minutes ...");
            }
            Applier.Result result = install.apply(proposal, change -> done(text, change));
            if (!(result instanceof Applier.Result.Applied)) {
                return failed(result, text, proposal);
            }
        }
        List<Verdict> verdicts = verify();
        boolean good = verdicts.stream().allMatch(Verdict::isGood);
        if (common.json) {
            console.answer(document(plan.isEmpty() ? "unchanged" : "installed", proposal, verdicts));
        } else {
            console.answer(new VerdictText(console).summary(verdicts));
            if (!plan.isEmpty()) {
                console.answer(NextSteps.of(proposal.spec(), proposal.around().address()));
            }
        }
        return good ? ExitCode.DONE : ExitCode.FINDINGS;
    }

    private void done(PlanText text, Change change) {
        console.say("  " + console.paint(Colour.GREEN, "done") + "  " + text.line(change));
    }

    private List<Verdict> verify() {
        console.say("Verifying:");
        List<Verdict> verdicts = useCases.verify().verify(verdict -> {});
        console.say(new VerdictText(console).brief(verdicts));
        return verdicts;
    }

    private int failed(Applier.Result result, PlanText text, Install.Proposal proposal) {
        if (result instanceof Applier.Result.RolledBack rolledBack) {
            console.say("Failed: " + text.line(rolledBack.failed()) + ": " + rolledBack.reason()
                    + "\nEverything that was begun was undone; this machine is as it was before.");
            answerIfJson("rolled-back", rolledBack.reason(), proposal);
            return ExitCode.ROLLED_BACK;
        }
        Applier.Result.Stuck stuck = (Applier.Result.Stuck) result;
        console.say(
                "Failed: " + text.line(stuck.failed()) + ": " + stuck.reason() + "\nAnd this could not be undone:\n  - "
                        + String.join("\n  - ", stuck.left())
                        + "\nPut it right, then run \"aiserver install\" again, or \"aiserver uninstall\".");
        answerIfJson("stuck", stuck.reason(), proposal);
        return ExitCode.STUCK;
    }

    private void answerIfJson(String outcome, String reason, Install.Proposal proposal) {
        if (common.json) {
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("error", reason);
            fields.put("changes", Json.changes(proposal.plan()));
            console.answer(Json.document("install", outcome, fields));
        }
    }

    private String document(String outcome, Install.Proposal proposal, List<Verdict> verdicts) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("address", proposal.around().address());
        fields.put(
                "url",
                "http://" + proposal.spec().name() + ":"
                        + proposal.spec().proxy().port());
        fields.put("found", EarlierText.of(proposal.around().earlier()));
        fields.put("changes", Json.changes(proposal.plan()));
        fields.put("checks", Json.verdicts(verdicts));
        return Json.document("install", outcome, fields);
    }
}
