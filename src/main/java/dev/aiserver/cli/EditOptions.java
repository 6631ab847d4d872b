package dev.aiserver.cli;

import dev.aiserver.plan.LocalEdit;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What a person wants of the files that they edited since the installation. */
final class EditOptions {
    @Option(names = "--keep-local", description = "Leave files that you edited as they are.")
    private boolean keepLocal;

    @Option(names = "--overwrite", description = "Replace files that you edited; a copy of each is kept.")
    private boolean overwrite;

    @Spec(Spec.Target.MIXEE)
    @SuppressWarnings("NullAway.Init")
    private CommandSpec command;

    LocalEdit.Policy editPolicy() {
        if (keepLocal && overwrite) {
            throw new ParameterException(command.commandLine(), "--keep-local and --overwrite exclude each other");
        }
        return keepLocal ? LocalEdit.Policy.KEEP : overwrite ? LocalEdit.Policy.OVERWRITE : LocalEdit.Policy.NONE;
    }
}
