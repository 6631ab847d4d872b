package dev.aiserver.cli;

import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Holds the options of commands that make a plan of changes, or print it as a script. */
final class ChangeOptions {
    @Mixin
    private final ConfirmOptions confirm = new ConfirmOptions();

    @Option(
            names = "--print-commands",
            description = "Print the plan as a shell script that you can read and run; change nothing.")
    boolean printCommands;

    /**
     * Returns the scope of the command.
     *
     * @param dryRun whether it only shows the plan
     */
    Scope in(Scope scope, boolean dryRun) {
        return scope.confirmedBy(confirm)
                .changing(!dryRun)
                .forOneHost(printCommands ? "--print-commands works for one host at a time; name it with --host" : "");
    }
}
