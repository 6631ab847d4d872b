package dev.aiserver.cli;

import dev.aiserver.host.UserError;
import dev.aiserver.report.Console;
import dev.aiserver.report.DebugLog;
import dev.aiserver.report.FleetProgress;
import dev.aiserver.report.FleetReport;
import dev.aiserver.report.Report;
import dev.aiserver.server.ExitCode;
import java.io.PrintWriter;
import java.io.Writer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;

/** Runs one command over SSH on several hosts in parallel. */
final class Fleet {
    /** Gives texts their form; prints nothing. */
    private static final Console STYLE =
            Console.unattended(new PrintWriter(Writer.nullWriter()), new PrintWriter(Writer.nullWriter()));

    private final Machines machines;
    private final String name;
    private final HostCommand command;
    private final MachineOptions options;
    private final Console console;
    private final DebugLog debug;

    /** @param name of the command */
    Fleet(
            Machines machines,
            String name,
            HostCommand command,
            MachineOptions options,
            Console console,
            DebugLog debug) {
        this.machines = machines;
        this.name = name;
        this.command = command;
        this.options = options;
        this.console = console;
        this.debug = debug;
    }

    private static Machines.Terminal shared(FleetProgress progress) {
        return new Machines.Terminal() {
            @Override
            public void take() {
                progress.pause();
            }

            @Override
            public void giveBack() {
                progress.resume();
            }
        };
    }

    /**
     * Runs the command on each host independently: a host that is slow, fails or cannot be reached neither delays nor
     * affects the others.
     *
     * @return the results in the order of the hosts
     */
    List<FleetReport.Result> run(List<String> hosts) {
        AtomicBoolean stopped = new AtomicBoolean();
        ExecutorService pool = Executors.newFixedThreadPool(options.parallel);
        try (FleetProgress progress = FleetProgress.on(console, hosts)) {
            List<Future<FleetReport.Result>> running = new ArrayList<>();
            for (String host : hosts) {
                running.add(pool.submit(() -> {
                    if (stopped.get()) {
                        return FleetReport.Result.notStarted(host);
                    }
                    FleetReport.Result result = run(host, progress);
                    if (result.endedWith(ExitCode.INTERRUPTED) || options.failFast && !result.isGood()) {
                        stopped.set(true);
                    }
                    progress.finished(result);
                    return result;
                }));
            }
            List<FleetReport.Result> results = new ArrayList<>();
            for (Future<FleetReport.Result> each : running) {
                results.add(each.get());
            }
            return results;
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UserError(UserError.Kind.INTERRUPTED, "Interrupted.", e);
        } finally {
            pool.shutdownNow();
        }
    }

    private FleetReport.Result run(String host, FleetProgress progress) {
        long start = System.nanoTime();
        progress.start(host);
        Report report;
        int roundTrips = 0;
        try (Machines.Remote remote = machines.there(host, options.trust(command.scope(), console, shared(progress)))) {
            report = run(remote.useCases(), host, progress);
            roundTrips = remote.roundTrips();
        } catch (RuntimeException | Error failure) {
            // An Error fails this host only: the stack or memory that it used up is free again once the run ends.
            report = Failure.of(failure, debug).report(name).withoutDocument();
        }
        progress.show(host, report.notices());
        return new FleetReport.Result(host, Optional.of(report), (System.nanoTime() - start) / 1_000_000, roundTrips);
    }

    private Report run(UseCases host, String hostName, FleetProgress progress) {
        ConsoleUi ui = ConsoleUi.amongOthers(host, command.scope(), options.verbose, STYLE, progress, hostName);
        try {
            return command.run(host, ui, STYLE);
        } catch (RuntimeException | Error failure) {
            return Failure.of(failure, debug).report(name);
        }
    }
}
