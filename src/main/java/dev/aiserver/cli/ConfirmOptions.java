package dev.aiserver.cli;

import dev.aiserver.host.UserError;
import dev.aiserver.report.Console;
import java.util.function.Supplier;
import picocli.CommandLine.Option;

/** Holds the options that confirm changes, and asks for confirmation where they are not given. */
final class ConfirmOptions {
    @Option(
            names = {"-y", "--yes"},
            description = "Make the changes without asking for confirmation.")
    boolean yes;

    @Option(names = "--no-input", description = "Never prompt, not even on a terminal; changes then require --yes.")
    boolean noInput;

    /**
     * Returns whether you confirmed the changes, with {@code --yes} or by answering the question.
     *
     * @param diffs shown when you answer {@code d}
     * @throws UserError if confirmation is required and there is no terminal
     */
    boolean isConfirmed(Console console, String question, Supplier<String> diffs) {
        if (yes) {
            return true;
        }
        if (!canPrompt(console)) {
            throw new UserError(
                    UserError.Kind.CONFIGURATION,
                    "Confirmation is required but there is no terminal. Review with --dry-run, then run again with --yes.");
        }
        while (true) {
            char answer = console.ask(question + " [y]es, [N]o, [d]iff: ").orElse('n');
            if (answer != 'd') {
                return answer == 'y';
            }
            console.notice(diffs.get());
        }
    }

    /** Returns whether you can be prompted: on a terminal, and neither {@code --yes} nor {@code --no-input} is given. */
    boolean canPrompt(Console console) {
        return !yes && !noInput && console.interactive();
    }
}
