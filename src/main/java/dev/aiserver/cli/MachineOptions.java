package dev.aiserver.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParseResult;

/** On which machines a command does its work; without any of these, on this one. */
final class MachineOptions {
    private static final String KEY = "machines";

    @Option(
            names = "--host",
            paramLabel = "[USER@]HOST",
            description = "Do it on that machine, over SSH; may be given several times.")
    private List<String> hosts = List.of();

    @Option(
            names = "--hosts",
            paramLabel = "FILE",
            description = "Do it on the machines that this configuration names under hosts.")
    private @Nullable Path inventory;

    @Option(
            names = "--accept-new-host-key",
            description =
                    "Take a machine that ssh does not know yet for the right one; a changed key is always refused.")
    boolean acceptNewHostKey;

    @Option(
            names = "--parallel-hosts",
            paramLabel = "N",
            defaultValue = "8",
            description = "On how many machines at once (default: 8).")
    int parallel;

    @Option(names = "--fail-fast", description = "Begin with no further machine after one has failed.")
    boolean failFast;

    @Option(
            names = {"-v", "--verbose"},
            description = "With --host: also say how often that machine was asked something.")
    boolean verbose;

    /** Makes a command know these options. */
    static void addTo(CommandSpec command) {
        command.addMixin(KEY, CommandSpec.forAnnotatedObject(new MachineOptions()));
    }

    /** Those of the command that was typed. */
    static Optional<MachineOptions> of(ParseResult parsed) {
        return Optional.ofNullable(parsed.subcommand())
                .map(command -> command.commandSpec().mixins().get(KEY))
                .map(mixin -> (MachineOptions) mixin.userObject());
    }

    /** Empty for this machine. */
    List<String> machines(Optional<Path> config) {
        if (!hosts.isEmpty()) {
            return hosts.stream().distinct().toList();
        }
        return Optional.ofNullable(inventory)
                .or(() -> config)
                .map(file -> ConfigurationFile.inventory(file).names())
                .orElse(List.of());
    }
}
