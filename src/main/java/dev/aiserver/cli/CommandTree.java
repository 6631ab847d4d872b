package dev.aiserver.cli;

import dev.aiserver.host.UserError;
import dev.aiserver.report.Console;
import dev.aiserver.report.Controls;
import dev.aiserver.report.DebugLog;
import dev.aiserver.report.FleetReport;
import dev.aiserver.report.Json;
import java.io.BufferedReader;
import java.io.PrintWriter;
import java.io.Reader;
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

/** All commands, and what becomes of their errors: one sentence on standard error and an exit code. */
public final class CommandTree {

    @Command(
            name = "aiserver",
            synopsisSubcommandLabel = "COMMAND",
            description = "Turns this Mac into a private AI server, and proves that it is safe.",
            footer = {
                "",
                "Exit codes:",
                "  0  done, or nothing to do",
                "  1  failed",
                "  2  wrong usage, or a bad configuration",
                "  3  differences or findings",
                "  4  failed and rolled back",
                "  5  failed and not fully rolled back",
                "  6  not reachable",
                "  130  interrupted"
            })
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
            throw new ParameterException(spec.commandLine(), "A command is missing");
        }
    }

    /** How a command is made when it is wanted: to read by reflection what each of them takes is slow. */
    private record Maker(String name, BiFunction<UseCases, Console, Object> make) {}

    private static final List<Maker> MAKERS = List.of(
            new Maker("install", InstallCommand::new),
            new Maker("plan", PlanCommand::new),
            new Maker("uninstall", UninstallCommand::new),
            new Maker("verify", VerifyCommand::new),
            new Maker("warm-models", WarmModelsCommand::new),
            new Maker("status", StatusCommand::new));

    private CommandTree() {}

    /** Runs one command, on the machines that it names, and says its exit code. */
    public static int run(String[] args, Machines machines, Console console, DebugLog debug, String version) {
        CommandLine commands = tree(args, machines.here(), console, debug, version);
        commands.setExecutionStrategy(parsed -> {
            try {
                return execute(args, parsed, machines, console, debug, version);
            } catch (UserError trouble) {
                throw new ExecutionException(command(parsed), trouble.sentence(), trouble);
            }
        });
        return executed(commands, args, console, debug);
    }

    /** The library passes errors on, and the end of a stack or of the memory needs a sentence too. */
    private static int executed(CommandLine commands, String[] args, Console console, DebugLog debug) {
        try {
            return commands.execute(args);
        } catch (StackOverflowError | OutOfMemoryError e) {
            return failed(e, args.length == 0 ? "" : args[0], args, console, debug);
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
        requireSettings(parsed);
        List<String> hosts =
                options.map(given -> given.machines(config(parsed))).orElse(List.of());
        if (options.isEmpty() || hosts.isEmpty()) {
            return new CommandLine.RunLast().execute(parsed);
        }
        boolean mayAsk = !parsed.subcommand().hasMatchedOption("--no-input");
        Fleet fleet = new Fleet(machines, console, debug, options.get(), mayAsk);
        Fleet.Task task = (useCases, own) -> executed(tree(args, useCases, own, debug, version), args, own, debug);
        if (hosts.size() == 1) {
            return fleet.one(hosts.get(0), task);
        }
        String name = parsed.subcommand().commandSpec().name();
        boolean changes = List.of("install", "uninstall").contains(name)
                && !parsed.subcommand().hasMatchedOption("--dry-run");
        requireForSeveral(parsed, changes, options.get());
        List<FleetReport.Result> results = fleet.all(hosts, task);
        FleetReport report = new FleetReport(console, options.get().verbose);
        if (parsed.subcommand().hasMatchedOption("--json")) {
            console.answer(FleetReport.json(name, results));
        } else {
            console.answer((changes ? "" : report.answers(results)) + report.table(results));
        }
        return results.stream().mapToInt(FleetReport.Result::exitCode).max().orElse(ExitCode.DONE);
    }

    /** Settings that stand in a file must not be passed over because it was named as a list of machines only. */
    private static void requireSettings(ParseResult parsed) {
        ParseResult command = parsed.subcommand();
        if (command != null
                && List.of("install", "plan").contains(command.commandSpec().name())
                && command.hasMatchedOption("--hosts")
                && !command.hasMatchedOption("--config")) {
            throw new ParameterException(
                    command(parsed), "--hosts says only where; name the file with --config, which also says what");
        }
    }

    private static void requireForSeveral(ParseResult parsed, boolean changes, MachineOptions options) {
        ParseResult command = parsed.subcommand();
        if (command.hasMatchedOption("--print-commands")) {
            throw new ParameterException(
                    command(parsed), "--print-commands is for one machine at a time; name it with --host");
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
                    "Several machines are not asked about one by one; look at their changes with --dry-run, then add"
                            + " --yes.");
        }
    }

    /** A configuration that names machines is for these. */
    private static Optional<Path> config(ParseResult parsed) {
        return parsed.subcommand().hasMatchedOption("--url")
                ? Optional.empty()
                : Optional.ofNullable(parsed.subcommand().matchedOptionValue("--config", (Path) null));
    }

    static CommandLine tree(String[] args, UseCases useCases, Console console, DebugLog debug, String version) {
        CommandLine commands = new CommandLine(new Root());
        wanted(args, makers(debug, version))
                .forEach(maker -> commands.addSubcommand(maker.make().apply(useCases, console)));
        commands.setOut(console.ownAnswer())
                .setErr(console.err())
                .setColorScheme(CommandLine.Help.defaultColorScheme(
                        console.colours() ? CommandLine.Help.Ansi.ON : CommandLine.Help.Ansi.OFF))
                .setParameterExceptionHandler((exception, arguments) -> misused(exception, args, console))
                .setExecutionExceptionHandler((exception, command, parsed) ->
                        failed(exception, command.getCommandName(), args, console, debug));
        commands.getSubcommands().values().forEach(command -> MachineOptions.addTo(command.getCommandSpec()));
        commands.getCommandSpec().version("aiserver " + version);
        return commands;
    }

    private static List<Maker> makers(DebugLog debug, String version) {
        Maker supportBundle = new Maker(
                "support-bundle",
                (useCases, console) -> new SupportBundleCommand(
                        useCases, console, words -> document(words.toArray(String[]::new), useCases, debug, version)));
        return Stream.concat(MAKERS.stream(), Stream.of(supportBundle)).toList();
    }

    /** Runs a command that answers with a JSON document, and returns that document; an error is one too. */
    private static String document(String[] args, UseCases useCases, DebugLog debug, String version) {
        StringWriter answer = new StringWriter();
        Console own = new Console(
                new BufferedReader(Reader.nullReader()),
                new PrintWriter(answer),
                new PrintWriter(Writer.nullWriter()),
                false,
                false,
                false);
        executed(tree(args, useCases, own, debug, version), args, own, debug);
        return answer.toString();
    }

    /** Returns the command that is named first, or else all. */
    private static List<Maker> wanted(String[] args, List<Maker> makers) {
        List<Maker> named = makers.stream()
                .filter(maker -> args.length > 0 && maker.name().equals(args[0]))
                .toList();
        return named.isEmpty() ? makers : named;
    }

    private static int misused(ParameterException exception, String[] args, Console console) {
        CommandSpec command = exception.getCommandLine().getCommandSpec();
        String sentence =
                Controls.inLine(String.valueOf(exception.getMessage())).replaceFirst("\\.$", "") + ".";
        console.say("aiserver: " + sentence);
        UnmatchedArgumentException.printSuggestions(exception, console.err());
        console.say("Try \"" + command.qualifiedName() + " --help\".");
        answerIfJson(args, command.name(), sentence, console);
        return ExitCode.USAGE;
    }

    private static int failed(Throwable thrown, String command, String[] args, Console console, DebugLog debug) {
        Failure failure = Failure.of(thrown);
        debug.thrown(thrown);
        console.say("aiserver: " + failure.sentence());
        answerIfJson(args, command, failure.sentence(), console);
        return failure.exitCode();
    }

    private static void answerIfJson(String[] args, String command, String sentence, Console console) {
        if (Stream.of(args).anyMatch("--json"::equals)) {
            console.answer(Json.document(command, "failed", Map.of("error", sentence)));
        }
    }
}
