package dev.aiserver.cli;

import dev.aiserver.app.Ui;
import dev.aiserver.report.Console;
import dev.aiserver.report.Report;

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

    /** Returns what must be known before it runs on its hosts. */
    Scope scope();
}
