package dev.aiserver.cli;

import dev.aiserver.plan.LocalEdit;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Holds the options that decide whether local edits are kept or overwritten. */
final class EditOptions {
    @Option(names = "--keep-local", description = "Keep files that were edited locally.")
    private boolean keepLocal;

    @Option(names = "--overwrite", description = "Replace files that were edited locally; a backup of each is kept.")
    private boolean overwrite;

    @Spec(Spec.Target.MIXEE)
    @SuppressWarnings("NullAway.Init")
    private CommandSpec command;

    LocalEdit.Policy editPolicy() {
        if (keepLocal && overwrite) {
            throw new ParameterException(command.commandLine(), "--keep-local and --overwrite cannot be combined");
        }
        return keepLocal ? LocalEdit.Policy.KEEP : overwrite ? LocalEdit.Policy.OVERWRITE : LocalEdit.Policy.NONE;
    }
}
