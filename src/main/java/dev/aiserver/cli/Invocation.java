package dev.aiserver.cli;

import dev.aiserver.report.Console;
import dev.aiserver.report.DebugLog;
import dev.aiserver.report.FleetReport;
import dev.aiserver.report.Json;
import dev.aiserver.report.Report;
import dev.aiserver.server.ExitCode;
import java.util.List;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** Parses the command line and runs one command. Turns an error into one sentence on standard error and an exit code. */
public final class Invocation {
    private final Machines machines;
    private final Console console;
    private final DebugLog debug;
    private final String version;

    public Invocation(Machines machines, Console console, DebugLog debug, String version) {
        this.machines = machines;
        this.console = console;
        this.debug = debug;
        this.version = version;
    }

    /** Runs the command on the hosts that it names, and returns its exit code. */
    public int run(String... args) {
        String name = args.length == 0 ? "" : args[0];
        boolean json = Stream.of(args).anyMatch("--json"::equals);
        try {
            CommandLine commands = CommandTree.of(args, console, debug, version);
            ParseResult parsed = commands.parseArgs(args);
            Integer help = CommandLine.executeHelpRequest(parsed);
            if (help != null) {
                return help;
            }
            if (!parsed.hasSubcommand()) {
                throw new ParameterException(commands, "Missing command");
            }
            CommandSpec command = parsed.subcommand().commandSpec();
            name = command.name();
            return run(name, (HostCommand) command.userObject(), MachineOptions.of(command))
                    .code();
        } catch (ParameterException misuse) {
            return reportMisuse(misuse, json).code();
        } catch (RuntimeException | StackOverflowError | OutOfMemoryError failure) {
            return shown(Failure.of(failure, debug).report(name), json).code();
        }
    }

    private ExitCode run(String name, HostCommand command, MachineOptions options) {
        command.scope().requireConfigUsed(options);
        List<String> hosts = options.hosts(command.scope().config());
        return switch (hosts.size()) {
            case 0 -> one(name, command, options, machines.here());
            case 1 -> there(name, command, options, hosts.get(0));
            default -> several(name, command, options, hosts);
        };
    }

    private ExitCode one(String name, HostCommand command, MachineOptions options, UseCases host) {
        Report report;
        try {
            report = command.run(host, ConsoleUi.of(host, command.scope(), options.verbose, console), console);
        } catch (ParameterException misuse) {
            throw misuse;
        } catch (RuntimeException | StackOverflowError | OutOfMemoryError failure) {
            report = Failure.of(failure, debug).report(name);
        }
        return shown(report, command.scope().common().json);
    }

    private ExitCode there(String name, HostCommand command, MachineOptions options, String host) {
        try (Machines.Remote remote =
                machines.there(host, options.trust(command.scope(), console, Machines.UNSHARED))) {
            ExitCode exitCode = one(name, command, options, remote.useCases());
            if (options.verbose) {
                console.notice(host + ": " + remote.roundTrips() + " round trips");
            }
            return exitCode;
        }
    }

    private ExitCode several(String name, HostCommand command, MachineOptions options, List<String> hosts) {
        Scope scope = command.scope();
        scope.requireAllowedForSeveral(options);
        List<FleetReport.Result> results = new Fleet(machines, name, command, options, console, debug).run(hosts);
        FleetReport report = new FleetReport(console, options.verbose);
        if (scope.common().json) {
            console.print(Json.text(FleetReport.json(name, results)));
        } else {
            console.print((scope.changes() ? "" : report.outputs(results)) + report.table(results));
        }
        return FleetReport.exitCode(results);
    }

    private ExitCode shown(Report report, boolean json) {
        report.print(console, json);
        return report.exitCode();
    }

    private ExitCode reportMisuse(ParameterException misuse, boolean json) {
        CommandSpec command = misuse.getCommandLine().getCommandSpec();
        Failure failure = Failure.misuse(misuse);
        console.notice("aiserver: " + failure.sentence());
        UnmatchedArgumentException.printSuggestions(misuse, console.err());
        console.notice("Run \"" + command.qualifiedName() + " --help\" for usage.");
        if (json) {
            console.print(Json.text(failure.document(command.name())));
        }
        return failure.exitCode();
    }
}
