package dev.aiserver.cli;

import dev.aiserver.host.UserError;
import dev.aiserver.report.Console;
import java.util.function.Supplier;
import picocli.CommandLine.Option;

/** Options by which a person agrees to changes, and the question where they have not yet. */
final class ConfirmOptions {
    @Option(
            names = {"-y", "--yes"},
            description = "Make the changes without asking.")
    boolean yes;

    @Option(names = "--no-input", description = "Never ask, also on a terminal; what needs consent then needs --yes.")
    boolean noInput;

    /**
     * @param diffs shown when the person asks for them
     * @throws UserError when nobody can be asked
     */
    boolean isGiven(Console console, String question, Supplier<String> diffs) {
        if (yes) {
            return true;
        }
        if (!canAsk(console)) {
            throw new UserError(
                    UserError.Kind.CONFIGURATION,
                    "These changes need your consent and nobody can be asked here; look at them with --dry-run, then add --yes.");
        }
        while (true) {
            char answer = console.ask(question + " [y]es, [N]o, [d]iff: ").orElse('n');
            if (answer != 'd') {
                return answer == 'y';
            }
            console.say(diffs.get());
        }
    }

    /** Whether there is somebody to be asked, who has not agreed to everything beforehand. */
    boolean canAsk(Console console) {
        return !yes && !noInput && console.asks();
    }
}
