package dev.aiserver.cli;

import dev.aiserver.host.UserError;
import dev.aiserver.report.CommandOutcome;
import dev.aiserver.report.Console;
import dev.aiserver.report.Controls;
import dev.aiserver.report.DebugLog;
import dev.aiserver.report.ExitCode;
import dev.aiserver.report.FleetReport;
import dev.aiserver.report.Json;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.Writer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExecutionException;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/** Parses the command line and runs one command. Turns an error into one sentence on standard error and an exit code. */
public final class CommandTree {

    @Command(
            name = "aiserver",
            synopsisSubcommandLabel = "COMMAND",
            description = "Turns this Mac into a private AI server and verifies that it is safe.")
    private static final class Root implements Runnable {
        @Spec
        @SuppressWarnings("NullAway.Init")
        private CommandSpec spec;

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

        @Override
        public void run() {
            throw new ParameterException(spec.commandLine(), "Missing command");
        }
    }

    /** Creates a command on demand, because picocli reads the options of each command by slow reflection. */
    private record Factory(String name, BiFunction<UseCases, Console, Object> create) {}

    private static final List<Factory> FACTORIES = List.of(
            new Factory("install", InstallCommand::new),
            new Factory("plan", PlanCommand::new),
            new Factory("uninstall", UninstallCommand::new),
            new Factory("verify", VerifyCommand::new),
            new Factory("warm-models", WarmModelsCommand::new),
            new Factory("status", StatusCommand::new));

    private CommandTree() {}

    /** Runs one command on the hosts that it names, and returns its exit code. */
    public static int run(String[] args, Machines machines, Console console, DebugLog debug, String version) {
        CommandLine commands = tree(args, machines.here(), console, debug, version);
        commands.setExecutionStrategy(parsed -> {
            try {
                return execute(args, parsed, machines, console, debug, version);
            } catch (UserError error) {
                throw new ExecutionException(command(parsed), error.sentence(), error);
            }
        });
        return execute(commands, args, console, debug);
    }

    /** Runs picocli, which does not handle errors such as a stack overflow; these are reported in one sentence too. */
    private static int execute(CommandLine commands, String[] args, Console console, DebugLog debug) {
        try {
            return commands.execute(args);
        } catch (StackOverflowError | OutOfMemoryError e) {
            return reportFailure(e, args.length == 0 ? "" : args[0], args, console, debug);
        }
    }

    private static CommandLine command(ParseResult parsed) {
        return parsed.hasSubcommand()
                ? command(parsed.subcommand())
                : parsed.commandSpec().commandLine();
    }

    private static int execute(
            String[] args, ParseResult parsed, Machines machines, Console console, DebugLog debug, String version) {
        Optional<MachineOptions> options = MachineOptions.of(parsed);
        requireConfigNotIgnored(parsed);
        List<String> hosts = options.map(given -> given.hosts(config(parsed))).orElse(List.of());
        if (options.isEmpty() || hosts.isEmpty()) {
            return new CommandLine.RunLast().execute(parsed);
        }
        boolean mayPrompt = !parsed.subcommand().hasMatchedOption("--no-input");
        Fleet fleet = new Fleet(machines, console, debug, options.get(), mayPrompt);
        Fleet.Task task = (useCases, own) -> execute(tree(args, useCases, own, debug, version), args, own, debug);
        if (hosts.size() == 1) {
            return fleet.one(hosts.get(0), task);
        }
        String name = parsed.subcommand().commandSpec().name();
        boolean changes = List.of("install", "uninstall").contains(name)
                && !parsed.subcommand().hasMatchedOption("--dry-run");
        requireAllowedForSeveral(parsed, changes, options.get());
        List<FleetReport.Result> results = fleet.all(hosts, task);
        FleetReport report = new FleetReport(console, options.get().verbose);
        if (parsed.subcommand().hasMatchedOption("--json")) {
            console.print(FleetReport.json(name, results));
        } else {
            console.print((changes ? "" : report.outputs(results)) + report.table(results));
        }
        return FleetReport.exitCode(results).code();
    }

    /** Rejects {@code --hosts} where the settings of the same file would be ignored without notice. */
    private static void requireConfigNotIgnored(ParseResult parsed) {
        ParseResult command = parsed.subcommand();
        if (command != null
                && List.of("install", "plan").contains(command.commandSpec().name())
                && command.hasMatchedOption("--hosts")
                && !command.hasMatchedOption("--config")) {
            throw new ParameterException(
                    command(parsed),
                    "install and plan read hosts from --config; --hosts would ignore the settings in that file");
        }
    }

    private static void requireAllowedForSeveral(ParseResult parsed, boolean changes, MachineOptions options) {
        ParseResult command = parsed.subcommand();
        if (command.hasMatchedOption("--print-commands")) {
            throw new ParameterException(
                    command(parsed), "--print-commands works for one host at a time; name it with --host");
        }
        if (command.commandSpec().name().equals("support-bundle")) {
            throw new ParameterException(
                    command(parsed), "support-bundle writes one archive for one machine; name it with --host");
        }
        if (options.parallel < 1) {
            throw new ParameterException(command(parsed), "--parallel-hosts must be 1 or more");
        }
        if (changes && !command.hasMatchedOption("--yes")) {
            throw new UserError(
                    UserError.Kind.CONFIGURATION,
                    "Changing several hosts requires --yes. Review the changes with --dry-run first.");
        }
    }

    /** Returns the configuration that may name hosts; with {@code --url}, it describes another server. */
    private static Optional<Path> config(ParseResult parsed) {
        return parsed.subcommand().hasMatchedOption("--url")
                ? Optional.empty()
                : Optional.ofNullable(parsed.subcommand().matchedOptionValue("--config", (Path) null));
    }

    static CommandLine tree(String[] args, UseCases useCases, Console console, DebugLog debug, String version) {
        CommandLine commands = new CommandLine(new Root());
        factories(args, factories(debug, version))
                .forEach(factory -> commands.addSubcommand(factory.create().apply(useCases, console)));
        commands.setOut(console.trustedOut())
                .setErr(console.err())
                .setColorScheme(CommandLine.Help.defaultColorScheme(
                        console.colored() ? CommandLine.Help.Ansi.ON : CommandLine.Help.Ansi.OFF))
                .setParameterExceptionHandler((exception, arguments) -> reportMisuse(exception, args, console))
                .setExecutionExceptionHandler((exception, command, parsed) ->
                        reportFailure(exception, command.getCommandName(), args, console, debug));
        commands.getSubcommands().values().forEach(command -> MachineOptions.addTo(command.getCommandSpec()));
        commands.getCommandSpec().version("aiserver " + version).usageMessage().footer(exitCodes());
        return commands;
    }

    private static List<Factory> factories(DebugLog debug, String version) {
        Factory supportBundle = new Factory(
                "support-bundle",
                (useCases, console) -> new SupportBundleCommand(
                        useCases,
                        console,
                        version,
                        words -> document(words.toArray(String[]::new), useCases, debug, version)));
        return Stream.concat(FACTORIES.stream(), Stream.of(supportBundle)).toList();
    }

    /** Runs a command that prints a JSON document, and returns that document, also after an error. */
    private static String document(String[] args, UseCases useCases, DebugLog debug, String version) {
        StringWriter output = new StringWriter();
        Console own = Console.unattended(new PrintWriter(output), new PrintWriter(Writer.nullWriter()));
        execute(tree(args, useCases, own, debug, version), args, own, debug);
        return output.toString();
    }

    private static String[] exitCodes() {
        Stream<String> codes =
                Stream.of(ExitCode.values()).map(each -> "  %-3d  %s".formatted(each.code(), each.meaning()));
        return Stream.concat(Stream.of("", "Exit codes:"), codes).toArray(String[]::new);
    }

    /** Returns the factory of the command that the first argument names, or all of them. */
    private static List<Factory> factories(String[] args, List<Factory> all) {
        List<Factory> named = all.stream()
                .filter(factory -> args.length > 0 && factory.name().equals(args[0]))
                .toList();
        return named.isEmpty() ? all : named;
    }

    private static int reportMisuse(ParameterException exception, String[] args, Console console) {
        CommandSpec command = exception.getCommandLine().getCommandSpec();
        String sentence =
                Controls.inLine(String.valueOf(exception.getMessage())).replaceFirst("\\.$", "") + ".";
        console.notice("aiserver: " + sentence);
        UnmatchedArgumentException.printSuggestions(exception, console.err());
        console.notice("Run \"" + command.qualifiedName() + " --help\" for usage.");
        printIfJson(args, command.name(), sentence, console);
        return ExitCode.REJECTED.code();
    }

    private static int reportFailure(Throwable thrown, String command, String[] args, Console console, DebugLog debug) {
        Failure failure = Failure.of(thrown);
        debug.thrown(thrown);
        console.notice("aiserver: " + failure.sentence());
        printIfJson(args, command, failure.sentence(), console);
        return failure.exitCode().code();
    }

    private static void printIfJson(String[] args, String command, String sentence, Console console) {
        if (Stream.of(args).anyMatch("--json"::equals)) {
            console.print(Json.document(command, CommandOutcome.FAILED, Map.of("error", sentence)));
        }
    }
}
