package dev.aiserver.cli;

import dev.aiserver.host.Content;
import dev.aiserver.host.FirstLine;
import dev.aiserver.host.UserError;
import dev.aiserver.plan.LocalEdit;
import dev.aiserver.report.CommandOutcome;
import dev.aiserver.report.Console;
import dev.aiserver.report.ExistingServicesText;
import dev.aiserver.report.ExitCode;
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

/** Holds the options that decide what is planned, and shows and saves the plan. */
final class PlanOptions {
    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "The configuration file (default: the installed configuration, or the built-in defaults).")
    private @Nullable Path config;

    @Mixin
    private final EditOptions edits = new EditOptions();

    @Option(
            names = "--plan",
            paramLabel = "FILE",
            description = "Apply exactly the plan saved with --out; refuse if the host has changed since.")
    private @Nullable Path plan;

    @Option(
            names = "--out",
            paramLabel = "FILE",
            description = "With --dry-run: also save the plan to this file, for --plan.")
    private @Nullable Path out;

    @Option(names = "--exit-code", description = "With --dry-run: exit with 3 if there are changes.")
    private boolean exitCode;

    @Spec(Spec.Target.MIXEE)
    @SuppressWarnings("NullAway.Init")
    private CommandSpec command;

    private Optional<SavedPlan> approved = Optional.empty();

    /**
     * Returns what to install: from the saved plan, the configuration file, or the installed configuration.
     *
     * @param machine the host as given to {@code --host}; empty for this machine
     * @throws UserError of kind CONFIGURATION if a file cannot be read or is not valid
     */
    Install.InstallRequest request(Optional<String> machine) {
        LocalEdit.Policy policy = edits.editPolicy();
        if (plan != null) {
            require(
                    config == null && policy == LocalEdit.Policy.NONE,
                    "--plan already contains the configuration and the policy for local edits; leave out the other options");
            approved = Optional.of(SavedPlan.parse(plan.toString(), read(plan)));
            return approved.get().request();
        }
        return new Install.InstallRequest(
                Optional.ofNullable(config).map(file -> ConfigurationFile.read(file, machine)), policy);
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
        require(out == null, "--out requires --dry-run");
        require(!exitCode, "--exit-code requires --dry-run");
    }

    private void require(boolean met, String sentence) {
        if (!met) {
            throw new ParameterException(command.commandLine(), sentence);
        }
    }

    /** @throws UserError if this plan differs from the one given with {@code --plan} */
    void requireApproved(Install.PlannedInstall planned) {
        approved.ifPresent(saved -> saved.requireSame(planned));
    }

    /** Returns whether {@code --verbose} is given. */
    boolean verbose() {
        return MachineOptions.isVerbose(command);
    }

    /** Prints the plan, saves it if {@code --out} is given, and returns the exit code. */
    int show(Install.PlannedInstall planned, String name, boolean json, Console console, PlanText text) {
        String document = Json.document(
                name,
                planned.changesNothing() ? CommandOutcome.UNCHANGED : CommandOutcome.PLANNED,
                fields(planned, true));
        if (out != null) {
            require(
                    !planned.needsEditPolicy(),
                    "--out requires --keep-local or --overwrite, because these files were edited locally: "
                            + text.edited(planned.edits()));
            save(out, SavedPlan.of(planned));
        }
        if (json) {
            console.print(document);
        } else {
            console.print(planned.changesNothing() ? "No changes.\n" : unfinished(planned) + heading(planned));
            console.print(text.list(planned.plan()) + text.unchanged(planned.plan(), verbose()));
            if (planned.editPolicy() == LocalEdit.Policy.NONE) {
                console.print(text.sideBySide(planned.edits(), planned.plan()));
            }
            console.print(text.diffs(planned.plan()));
        }
        return exitCode && !planned.changesNothing() ? ExitCode.FINDINGS.code() : ExitCode.DONE.code();
    }

    /** Saves the plan readable by its owner only, because it contains the text of the files. */
    private static void save(Path file, String document) {
        try {
            PrivateFile.write(file, document);
        } catch (IOException e) {
            throw new UserError(
                    "--out " + file + ": could not write the plan (" + PrivateFile.reason(e)
                            + "). Name a file in a folder that exists and that you may write to.",
                    e);
        }
    }

    private static String unfinished(Install.PlannedInstall planned) {
        return planned.unfinished()
                .map(journal -> "A previous " + journal.operation() + " (started " + journal.since()
                        + ") did not finish. It would be rolled back first.\n")
                .orElse("");
    }

    static String heading(Install.PlannedInstall planned) {
        ServerSpec spec = planned.spec();
        HostFacts facts = planned.facts();
        String found = ExistingServicesText.of(facts.existing()).stream()
                .map(sentence -> sentence + "\n")
                .collect(Collectors.joining());
        String settings =
                planned.settings().stream().map(sentence -> sentence + "\n").collect(Collectors.joining());
        String oldLogs = planned.oldLogs().isEmpty()
                ? ""
                : "The services will write their logs to another folder. The old logs are kept until you delete them: "
                        + planned.oldLogs().stream().map(Path::toString).collect(Collectors.joining(", ")) + "\n";
        return found + settings + oldLogs + "The proxy will listen on " + facts.address() + ":"
                + spec.proxy().port() + ", Ollama on 127.0.0.1:" + spec.ollama().port() + ". The plan:\n";
    }

    /**
     * Returns the fields of the JSON document of {@code plan} and {@code install}.
     *
     * @param changed whether the changes of the plan were made, or would be
     */
    static Map<String, Object> fields(Install.PlannedInstall planned, boolean changed) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("address", planned.facts().address());
        fields.put(
                "url",
                "http://" + planned.spec().name() + ":" + planned.spec().proxy().port());
        fields.put("existingServices", ExistingServicesText.of(planned.facts().existing()));
        fields.put("settings", planned.settings());
        fields.put("oldLogs", planned.oldLogs().stream().map(Path::toString).toList());
        fields.put("changes", changed ? Json.changes(planned.plan()) : List.of());
        fields.put("unchanged", planned.plan().unchanged().size());
        fields.put("unchangedResources", Json.unchanged(planned.plan()));
        fields.put("edited", Json.edited(planned.edits()));
        fields.put(
                "outdated",
                planned.outdated().map(OutdatedProcess::description).stream().toList());
        return fields;
    }
}
