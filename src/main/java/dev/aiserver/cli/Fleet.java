package dev.aiserver.cli;

import dev.aiserver.host.UserError;
import dev.aiserver.report.Console;
import dev.aiserver.report.DebugLog;
import dev.aiserver.report.FleetProgress;
import dev.aiserver.report.FleetReport;
import java.io.BufferedReader;
import java.io.PrintWriter;
import java.io.Reader;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;

/** Runs one command on other machines: on one as if one sat there, on several side by side. */
final class Fleet {
    private static final Machines.Terminal ALONE = new Machines.Terminal() {
        @Override
        public void take() {}

        @Override
        public void giveBack() {}
    };

    private final Machines machines;
    private final Console console;
    private final DebugLog debug;
    private final MachineOptions options;
    private final boolean mayAsk;

    /** @param mayAsk whether the person allows questions */
    Fleet(Machines machines, Console console, DebugLog debug, MachineOptions options, boolean mayAsk) {
        this.machines = machines;
        this.console = console;
        this.debug = debug;
        this.options = options;
        this.mayAsk = mayAsk;
    }

    /** One run of the command. */
    @FunctionalInterface
    interface Task {
        /** @return the exit code */
        int run(UseCases useCases, Console console);
    }

    /** @return the exit code of the command there */
    int one(String host, Task task) {
        try (Machines.Remote remote = machines.there(host, trust(ALONE))) {
            int exitCode = task.run(remote.useCases(), console);
            if (options.verbose) {
                console.say(host + ": " + remote.roundTrips() + " round trips");
            }
            return exitCode;
        }
    }

    private Machines.Trust trust(Machines.Terminal terminal) {
        return new Machines.Trust(options.acceptNewHostKey, mayAsk && console.asks(), terminal);
    }

    private static Machines.Terminal shared(FleetProgress board) {
        return new Machines.Terminal() {
            @Override
            public void take() {
                board.pause();
            }

            @Override
            public void giveBack() {
                board.goOn();
            }
        };
    }

    /**
     * Each machine is a run of its own: one that is slow, fails or cannot be reached neither delays nor spoils the
     * others.
     *
     * @return the results in the order of the machines
     */
    List<FleetReport.Result> all(List<String> hosts, Task task) {
        AtomicBoolean over = new AtomicBoolean();
        ExecutorService pool = Executors.newFixedThreadPool(options.parallel);
        try (FleetProgress board = FleetProgress.on(console, hosts)) {
            List<Future<FleetReport.Result>> running = new ArrayList<>();
            for (String host : hosts) {
                running.add(pool.submit(() -> {
                    if (over.get()) {
                        return FleetReport.Result.notBegun(host);
                    }
                    FleetReport.Result result = run(host, task, board);
                    boolean interrupted = result.exitCode() == ExitCode.INTERRUPTED;
                    if (interrupted || options.failFast && !result.isGood()) {
                        over.set(true);
                    }
                    board.ended(result);
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

    private FleetReport.Result run(String host, Task task, FleetProgress board) {
        long start = System.nanoTime();
        StringWriter out = new StringWriter();
        FleetProgress.Lines err = board.begin(host);
        Console own = new Console(
                new BufferedReader(Reader.nullReader()),
                new PrintWriter(out),
                new PrintWriter(err, true),
                false,
                false,
                false);
        int exitCode;
        int roundTrips = 0;
        try (Machines.Remote remote = machines.there(host, trust(shared(board)))) {
            exitCode = task.run(remote.useCases(), own);
            roundTrips = remote.roundTrips();
        } catch (RuntimeException | Error failure) {
            // An error too is this machine's alone: what has used up stack or memory is gone with its run.
            Failure itsOwn = Failure.of(failure);
            debug.thrown(failure);
            own.say("aiserver: " + itsOwn.sentence());
            exitCode = itsOwn.exitCode();
        }
        own.out().flush();
        return new FleetReport.Result(
                host,
                exitCode,
                out.toString(),
                err.last().replaceFirst("^aiserver: ", ""),
                (System.nanoTime() - start) / 1_000_000,
                roundTrips);
    }
}
