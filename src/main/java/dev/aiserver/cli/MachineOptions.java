package dev.aiserver.cli;

import dev.aiserver.report.Console;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** Holds the options that name the hosts of a command; without any, it works on this machine. */
final class MachineOptions {
    private static final String KEY = "machines";

    @Option(
            names = "--host",
            paramLabel = "[USER@]HOST",
            description = "Run on this host over SSH; repeat the option for several hosts.")
    private List<String> hosts = List.of();

    @Option(
            names = "--hosts",
            paramLabel = "FILE",
            description = "Run on the hosts listed under hosts in this configuration.")
    private @Nullable Path inventory;

    @Option(
            names = "--accept-new-host-key",
            description = "Accept the key of a host that is not in known_hosts yet; a changed key is always rejected.")
    boolean acceptNewHostKey;

    @Option(
            names = "--parallel-hosts",
            paramLabel = "N",
            defaultValue = "8",
            description = "How many hosts to work on in parallel (default: 8).")
    int parallel;

    @Option(names = "--fail-fast", description = "Start no further host after one has failed.")
    boolean failFast;

    @Option(
            names = {"-v", "--verbose"},
            description = "List unchanged resources in plans; with --host, print the number of round trips.")
    boolean verbose;

    /** Adds these options to a command. */
    static void addTo(CommandSpec command) {
        command.addMixin(KEY, CommandSpec.forAnnotatedObject(new MachineOptions()));
    }

    /** Returns the options of a command to which they were added. */
    static MachineOptions of(CommandSpec command) {
        return (MachineOptions)
                Objects.requireNonNull(command.mixins().get(KEY)).userObject();
    }

    /** Returns whether {@code --hosts} is given. */
    boolean hasInventory() {
        return inventory != null;
    }

    /** Returns what a connection may accept and ask. */
    Machines.Trust trust(Scope scope, Console console, Machines.Terminal terminal) {
        return new Machines.Trust(acceptNewHostKey, !scope.confirm().noInput && console.interactive(), terminal);
    }

    /** Returns the hosts to work on; empty for this machine. */
    List<String> hosts(Optional<Path> config) {
        if (!hosts.isEmpty()) {
            return hosts.stream().distinct().toList();
        }
        return Optional.ofNullable(inventory)
                .or(() -> config)
                .map(file -> ConfigurationFile.inventory(file).names())
                .orElse(List.of());
    }
}
