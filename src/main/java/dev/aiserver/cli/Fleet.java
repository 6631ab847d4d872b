package dev.aiserver.cli;

import dev.aiserver.host.UserError;
import dev.aiserver.report.Console;
import dev.aiserver.report.DebugLog;
import dev.aiserver.report.ExitCode;
import dev.aiserver.report.FleetProgress;
import dev.aiserver.report.FleetReport;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;

/** Runs one command over SSH: on one host as if it ran there, on several hosts in parallel. */
final class Fleet {
    /** The terminal of a single host, on which nothing else is drawn. */
    private static final Machines.Terminal UNSHARED = new Machines.Terminal() {
        @Override
        public void take() {}

        @Override
        public void giveBack() {}
    };

    private final Machines machines;
    private final Console console;
    private final DebugLog debug;
    private final MachineOptions options;
    private final boolean mayPrompt;

    /** @param mayPrompt whether prompts are allowed, that is, {@code --no-input} is not given */
    Fleet(Machines machines, Console console, DebugLog debug, MachineOptions options, boolean mayPrompt) {
        this.machines = machines;
        this.console = console;
        this.debug = debug;
        this.options = options;
        this.mayPrompt = mayPrompt;
    }

    /** Runs the command once, for one host. */
    @FunctionalInterface
    interface Task {
        /** Returns the exit code. */
        int run(UseCases useCases, Console console);
    }

    /** Runs the command on one host, and returns its exit code. */
    int one(String host, Task task) {
        try (Machines.Remote remote = machines.there(host, trust(UNSHARED))) {
            int exitCode = task.run(remote.useCases(), console);
            if (options.verbose) {
                console.notice(host + ": " + remote.roundTrips() + " round trips");
            }
            return exitCode;
        }
    }

    private Machines.Trust trust(Machines.Terminal terminal) {
        return new Machines.Trust(options.acceptNewHostKey, mayPrompt && console.interactive(), terminal);
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
    List<FleetReport.Result> all(List<String> hosts, Task task) {
        AtomicBoolean stopped = new AtomicBoolean();
        ExecutorService pool = Executors.newFixedThreadPool(options.parallel);
        try (FleetProgress progress = FleetProgress.on(console, hosts)) {
            List<Future<FleetReport.Result>> running = new ArrayList<>();
            for (String host : hosts) {
                running.add(pool.submit(() -> {
                    if (stopped.get()) {
                        return FleetReport.Result.notStarted(host);
                    }
                    FleetReport.Result result = run(host, task, progress);
                    boolean interrupted = result.exitCode().equals(Optional.of(ExitCode.INTERRUPTED));
                    if (interrupted || options.failFast && !result.isGood()) {
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

    private FleetReport.Result run(String host, Task task, FleetProgress progress) {
        long start = System.nanoTime();
        StringWriter out = new StringWriter();
        FleetProgress.Lines err = progress.start(host);
        Console own = Console.unattended(new PrintWriter(out), new PrintWriter(err, true));
        int exitCode;
        int roundTrips = 0;
        try (Machines.Remote remote = machines.there(host, trust(shared(progress)))) {
            exitCode = task.run(remote.useCases(), own);
            roundTrips = remote.roundTrips();
        } catch (RuntimeException | Error failure) {
            // An Error fails this host only: the stack or memory that it used up is free again once the run ends.
            Failure reported = Failure.of(failure);
            debug.thrown(failure);
            own.notice("aiserver: " + reported.sentence());
            exitCode = reported.exitCode().code();
        }
        own.out().flush();
        return new FleetReport.Result(
                host,
                Optional.of(ExitCode.of(exitCode)),
                out.toString(),
                err.last().replaceFirst("^aiserver: ", ""),
                (System.nanoTime() - start) / 1_000_000,
                roundTrips);
    }
}
