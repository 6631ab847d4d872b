package dev.aiserver.cli;

import dev.aiserver.app.Installer;
import dev.aiserver.host.Content;
import dev.aiserver.host.FirstLine;
import dev.aiserver.host.UserError;
import dev.aiserver.plan.LocalEdit;
import dev.aiserver.report.Console;
import dev.aiserver.report.PlanReport;
import dev.aiserver.report.PlanText;
import dev.aiserver.report.Report;
import dev.aiserver.report.SavedPlan;
import dev.aiserver.server.Install.InstallRequest;
import dev.aiserver.server.Install.PlannedInstall;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;
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

    /**
     * A request that is made on one host.
     *
     * @param approval throws an error for a plan that differs from the one given with {@code --plan}
     */
    record Request(InstallRequest install, Consumer<PlannedInstall> approval) {

        /** Returns the plan of the request, if it is approved. */
        PlannedInstall approved(Installer installer) {
            PlannedInstall planned = installer.plan(install);
            approval.accept(planned);
            return planned;
        }
    }

    /** Returns the scope of a command that plans what the configuration says. */
    Scope in(Scope scope) {
        return scope.configuredBy(Optional.ofNullable(config));
    }

    /**
     * Returns what to install: from the saved plan, the configuration file, or the installed configuration.
     *
     * @param machine the host as given to {@code --host}; empty for this machine
     * @throws UserError of kind CONFIGURATION if a file cannot be read or is not valid
     */
    Request request(Optional<String> machine) {
        LocalEdit.Policy policy = edits.editPolicy();
        if (plan != null) {
            require(
                    config == null && policy == LocalEdit.Policy.NONE,
                    "--plan already contains the configuration and the policy for local edits; leave out the other options");
            SavedPlan saved = SavedPlan.parse(plan.toString(), read(plan));
            return new Request(saved.request(), saved::requireSame);
        }
        return new Request(
                new InstallRequest(
                        Optional.ofNullable(config).map(file -> ConfigurationFile.read(file, machine)), policy),
                any -> {});
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

    /**
     * Plans, saves the plan if {@code --out} is given, and returns it as it is shown.
     *
     * @param name of the command
     */
    Report show(String name, UseCases host, Console console) {
        PlannedInstall planned = host.installer().plan(request(host.machine()).install());
        PlanText text = new PlanText(console, host.layout().home());
        if (out != null) {
            require(
                    !planned.needsEditPolicy(),
                    "--out requires --keep-local or --overwrite, because these files were edited locally: "
                            + text.edited(planned.edits()));
            save(out, SavedPlan.of(planned));
        }
        return PlanReport.of(planned, name, text, MachineOptions.of(command).verbose, exitCode);
    }

    /** Saves the plan readable by its owner only, because it contains the text of the files. */
    private static void save(Path file, String document) {
        try {
            PrivateFile.write(file, document);
        } catch (IOException e) {
            throw new UserError(PrivateFile.failure("--out " + file, "plan", e), e);
        }
    }
}
