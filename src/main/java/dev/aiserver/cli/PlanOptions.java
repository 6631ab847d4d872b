package dev.aiserver.cli;

import dev.aiserver.host.Content;
import dev.aiserver.host.FirstLine;
import dev.aiserver.host.UserError;
import dev.aiserver.plan.LocalEdit;
import dev.aiserver.report.Console;
import dev.aiserver.report.ExistingServicesText;
import dev.aiserver.report.Json;
import dev.aiserver.report.PlanText;
import dev.aiserver.report.SavedPlan;
import dev.aiserver.server.HostFacts;
import dev.aiserver.server.Install;
import dev.aiserver.server.OutdatedProcess;
import dev.aiserver.spec.ServerSpec;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What an installation is planned from, and how its plan is shown and saved. */
final class PlanOptions {
    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "The configuration; without it the installed one, or the defaults.")
    private @Nullable Path config;

    @Mixin
    private final EditOptions edits = new EditOptions();

    @Option(
            names = "--plan",
            paramLabel = "FILE",
            description = "Carry out exactly the plan that --out saved there, or refuse because the machine moved on.")
    private @Nullable Path plan;

    @Option(names = "--out", paramLabel = "FILE", description = "With --dry-run: also save the plan there, for --plan.")
    private @Nullable Path out;

    @Option(names = "--exit-code", description = "With --dry-run: exit 3 when something would change.")
    private boolean exitCode;

    @Spec(Spec.Target.MIXEE)
    @SuppressWarnings("NullAway.Init")
    private CommandSpec command;

    private Optional<SavedPlan> approved = Optional.empty();

    /**
     * @param machine as {@code --host} names it; empty for this one
     * @throws UserError of configuration when a file cannot be used
     */
    Install.InstallRequest wish(Optional<String> machine) {
        LocalEdit.Policy decision = edits.editPolicy();
        if (plan != null) {
            require(
                    config == null && decision == LocalEdit.Policy.NONE,
                    "--plan brings its configuration and decisions along");
            approved = Optional.of(SavedPlan.parse(plan.toString(), read(plan)));
            return approved.get().wish();
        }
        return new Install.InstallRequest(
                Optional.ofNullable(config).map(file -> ConfigurationFile.read(file, machine)), decision);
    }

    private static String read(Path file) {
        try {
            return Content.read(file).text();
        } catch (NoSuchFileException e) {
            throw new UserError(UserError.Kind.CONFIGURATION, "The plan " + file + " does not exist.");
        } catch (IOException e) {
            throw new UserError(
                    UserError.Kind.CONFIGURATION,
                    "The plan " + file + " cannot be read: " + FirstLine.of(String.valueOf(e.getMessage())) + ".");
        }
    }

    void requireOnlyWithDryRun() {
        require(out == null, "--out goes with --dry-run");
        require(!exitCode, "--exit-code goes with --dry-run");
    }

    private void require(boolean right, String sentence) {
        if (!right) {
            throw new ParameterException(command.commandLine(), sentence);
        }
    }

    /** @throws UserError when another plan was approved */
    void requireApproved(Install.PlannedInstall proposal) {
        approved.ifPresent(saved -> saved.requireSame(proposal));
    }

    /** @return the exit code */
    int show(Install.PlannedInstall proposal, String name, boolean json, Console console, PlanText text) {
        String document =
                Json.document(name, proposal.changesNothing() ? "unchanged" : "planned", fields(proposal, true));
        if (out != null) {
            require(
                    !proposal.needsEditPolicy(),
                    "--out saves one plan, so add --keep-local or --overwrite for what was edited since the installation: "
                            + text.edited(proposal.edits()));
            save(out, SavedPlan.of(proposal));
        }
        if (json) {
            console.answer(document);
        } else {
            console.answer(proposal.changesNothing() ? "No changes.\n" : unfinished(proposal) + heading(proposal));
            console.answer(text.list(proposal.plan()) + text.unchanged(proposal.plan()));
            if (proposal.editPolicy() == LocalEdit.Policy.NONE) {
                console.answer(text.sideBySide(proposal.edits(), proposal.plan()));
            }
            console.answer(text.diffs(proposal.plan()));
        }
        return exitCode && !proposal.changesNothing() ? ExitCode.FINDINGS : ExitCode.DONE;
    }

    /** It says what is in the user's files. */
    private static void save(Path file, String document) {
        try {
            PrivateFile.write(file, document);
        } catch (IOException e) {
            throw new UserError(
                    "--out " + file + ": the plan cannot be written (" + PrivateFile.reason(e)
                            + "); name a file in a folder that exists and is yours.",
                    e);
        }
    }

    private static String unfinished(Install.PlannedInstall proposal) {
        return proposal.unfinished()
                .map(journal -> "The " + journal.operation() + " that began " + journal.since()
                        + " did not end; it would be undone first.\n")
                .orElse("");
    }

    static String heading(Install.PlannedInstall proposal) {
        ServerSpec spec = proposal.spec();
        HostFacts facts = proposal.facts();
        String found = ExistingServicesText.of(facts.existing()).stream()
                .map(sentence -> sentence + "\n")
                .collect(Collectors.joining());
        String settings =
                proposal.settings().stream().map(sentence -> sentence + "\n").collect(Collectors.joining());
        String oldLogs = proposal.oldLogs().isEmpty()
                ? ""
                : "The services will write their logs elsewhere; these stay until you delete them: "
                        + proposal.oldLogs().stream().map(Path::toString).collect(Collectors.joining(", ")) + "\n";
        return found + settings + oldLogs + "The proxy will listen on " + facts.address() + ":"
                + spec.proxy().port() + ", Ollama on 127.0.0.1:" + spec.ollama().port() + ". The plan:\n";
    }

    /** For programs. */
    static Map<String, Object> fields(Install.PlannedInstall proposal, boolean changed) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("address", proposal.facts().address());
        fields.put(
                "url",
                "http://" + proposal.spec().name() + ":"
                        + proposal.spec().proxy().port());
        fields.put("found", ExistingServicesText.of(proposal.facts().existing()));
        fields.put("settings", proposal.settings());
        fields.put("oldLogs", proposal.oldLogs().stream().map(Path::toString).toList());
        fields.put("changes", changed ? Json.changes(proposal.plan()) : List.of());
        fields.put("unchanged", Json.unchanged(proposal.plan()));
        fields.put("edited", Json.edited(proposal.edits()));
        fields.put(
                "outdated",
                proposal.outdated().map(OutdatedProcess::words).stream().toList());
        return fields;
    }
}
