package dev.aiserver.cli;

import dev.aiserver.report.Console;
import dev.aiserver.report.DebugLog;
import dev.aiserver.server.ExitCode;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** Describes the command line: the commands and their options. */
final class CommandTree {

    @Command(
            name = "aiserver",
            synopsisSubcommandLabel = "COMMAND",
            description = "Turns this Mac into a private AI server and verifies that it is safe.")
    private static final class Root {
        @Option(
                names = {"-h", "--help"},
                usageHelp = true,
                description = "Show this help.")
        private boolean help;

        @Option(
                names = {"-V", "--version"},
                versionHelp = true,
                description = "Show the version.")
        private boolean version;

        @Option(
                names = "--debug",
                scope = ScopeType.INHERIT,
                description =
                        "Print each program that runs on standard error, with host, exit code and duration, and the"
                                + " stack trace of a bug. AISERVER_DEBUG=1 does this too.")
        private boolean debug;
    }

    /** Creates a command on demand, because picocli reads the options of each command by slow reflection. */
    private record Factory(String name, Supplier<HostCommand> create) {}

    private CommandTree() {}

    /** Returns the command that the first argument names, or all commands. */
    static CommandLine of(String[] args, Console console, DebugLog debug, String version) {
        List<Factory> all = List.of(
                new Factory("install", InstallCommand::new),
                new Factory("plan", PlanCommand::new),
                new Factory("uninstall", UninstallCommand::new),
                new Factory("verify", VerifyCommand::new),
                new Factory("warm-models", WarmModelsCommand::new),
                new Factory("status", StatusCommand::new),
                new Factory("support-bundle", () -> new SupportBundleCommand(new SupportCollector(debug, version))));
        List<Factory> named = all.stream()
                .filter(factory -> args.length > 0 && factory.name().equals(args[0]))
                .toList();
        CommandLine commands = new CommandLine(new Root());
        (named.isEmpty() ? all : named)
                .forEach(factory -> commands.addSubcommand(factory.create().get()));
        commands.setOut(console.trustedOut())
                .setErr(console.err())
                .setColorScheme(CommandLine.Help.defaultColorScheme(
                        console.colored() ? CommandLine.Help.Ansi.ON : CommandLine.Help.Ansi.OFF));
        commands.getSubcommands().values().forEach(command -> MachineOptions.addTo(command.getCommandSpec()));
        commands.getCommandSpec().version("aiserver " + version).usageMessage().footer(exitCodes());
        return commands;
    }

    private static String[] exitCodes() {
        Stream<String> codes =
                Stream.of(ExitCode.values()).map(each -> "  %-3d  %s".formatted(each.code(), each.meaning()));
        return Stream.concat(Stream.of("", "Exit codes:"), codes).toArray(String[]::new);
    }
}
