package dev.aiserver.cli;

import dev.aiserver.report.Console;
import picocli.CommandLine.Option;

/** Holds the options that confirm changes. */
final class ConfirmOptions {
    @Option(
            names = {"-y", "--yes"},
            description = "Make the changes without asking for confirmation.")
    boolean yes;

    @Option(names = "--no-input", description = "Never prompt, not even on a terminal; changes then require --yes.")
    boolean noInput;

    /** Returns whether you can be prompted: on a terminal, and neither {@code --yes} nor {@code --no-input} is given. */
    boolean canPrompt(Console console) {
        return !yes && !noInput && console.interactive();
    }
}
