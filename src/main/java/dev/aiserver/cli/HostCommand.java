package dev.aiserver.cli;

import dev.aiserver.app.Ui;
import dev.aiserver.report.Console;
import dev.aiserver.report.Report;
import java.nio.file.Path;
import java.util.Optional;

/** A command with its options, parsed once. It keeps nothing of a run, because it can run on several hosts in parallel. */
interface HostCommand {

    /**
     * Runs on one host, and returns its result as it is shown.
     *
     * @param console whose colors the report has
     * @throws dev.aiserver.host.UserError if it could not be carried out
     * @throws picocli.CommandLine.ParameterException if the options do not fit each other or the host
     */
    Report run(UseCases host, Ui ui, Console console);

    CommonOptions common();

    default ConfirmOptions confirm() {
        return new ConfirmOptions();
    }

    /** Returns the configuration, which may name hosts. */
    default Optional<Path> config() {
        return Optional.empty();
    }

    /** Returns whether it changes its hosts, so that the outputs of several hosts are shown while it runs. */
    default boolean changes() {
        return false;
    }

    /** Rejects {@code --hosts} where the settings of the same file would be ignored without notice. */
    default void requireConfigUsed(MachineOptions machines) {}

    /** Rejects several hosts where the options work for one only. */
    default void requireAllowedForSeveral() {}
}
