package dev.aiserver.service;

import static dev.aiserver.service.Launchctl.NO_SUCH_PROCESS;

import dev.aiserver.host.Command;
import dev.aiserver.host.CommandResult;
import dev.aiserver.host.Host;
import dev.aiserver.host.Poller;
import dev.aiserver.host.Query;
import dev.aiserver.host.UserError;
import dev.aiserver.service.Launchctl.Probe;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;

/**
 * Controls a user's launchd agents. launchctl returns before anything has happened, so each method waits until its
 * effect is visible. Decisions rest on exit codes alone. An unclear state is a {@link UserError}, never a guess.
 */
public final class Launchd {

    /** HAProxy 2.6 to 3.0 missed 7 of 20 signals sent in a row. */
    private static final int RELOAD_SIGNALS = 5;

    /** HAProxy tries 200 times within 2 s to bind an address, and the machine may be busy. */
    private static final Duration RELOAD_RESULT_LIMIT = Duration.ofSeconds(20);

    private final Host host;
    private final LoadedJobs jobs;
    private final Poller poller;
    private final Timing timing;
    private final Launchctl launchctl;
    private final LaunchctlCalls calls;
    private final JobLoader loader;

    /**
     * Creates the control of a user's agents.
     *
     * @param uid of the user
     */
    public Launchd(Host host, int uid, Poller poller) {
        this(host, uid, poller, Timing.defaults());
    }

    public Launchd(Host host, int uid, Poller poller, Timing timing) {
        this.host = host;
        this.jobs = new LoadedJobs(uid);
        this.poller = poller;
        this.timing = timing;
        this.launchctl = new Launchctl(uid);
        this.calls = new LaunchctlCalls(host, launchctl);
        this.loader = new JobLoader(host, launchctl, poller, timing);
    }

    /** Returns the reads of this control. */
    public LoadedJobs jobs() {
        return jobs;
    }

    /** Sets whether launchd may start the job at login. A running job is not affected. */
    public void allowAtLogin(String label, boolean allowed) {
        loader.allowAtLogin(label, allowed);
    }

    /**
     * Loads the job from its file like {@link #start}, without waiting until it runs.
     *
     * @throws UserError without a desktop session, or when launchd rejects the job
     */
    public void load(String label, Path plist) {
        loader.load(label, plist);
    }

    /**
     * Unloads the job and waits until launchd's record and the process are gone. A job that is not loaded is not an
     * error. A job that ignores SIGTERM is killed. System services are not touched.
     */
    public void stop(String label) {
        loader.stop(label);
    }

    /** Returns the command for {@link #allowAtLogin} by hand. */
    public Command allowAtLoginByHand(String label, boolean allowed) {
        return Command.of("launchctl", allowed ? "enable" : "disable", calls.target(label));
    }

    /**
     * Loads the job from its file and waits until it is up. A loaded copy is unloaded first, because launchd reads the
     * file only when it loads the job.
     *
     * @throws UserError without a desktop session, when launchd rejects the job, or when it is not ready in time
     */
    public void start(String label, Path plist, Readiness readiness) {
        load(label, plist);
        awaitStartup(label, StartupWatch.Process.NEW, Optional.empty(), readiness, timing.window());
    }

    /**
     * Starts the job like {@link #start}, but does not wait to see whether it stays up. {@link #exited} checks that for
     * several jobs in the time of one.
     *
     * @throws UserError without a desktop session, when launchd rejects the job, or when it is not ready in time
     */
    public void startNoWait(String label, Path plist, Readiness readiness) {
        load(label, plist);
        awaitStartup(label, StartupWatch.Process.NEW, Optional.empty(), readiness, Duration.ZERO);
    }

    /**
     * Starts a job like {@link #startNoWait} that was not loaded a moment ago. Looks for a loaded copy only when
     * launchd rejects the job.
     */
    public void startUnloadedNoWait(String label, Path plist, Readiness readiness) {
        loader.loadUnloaded(label, plist);
        awaitStartup(label, StartupWatch.Process.NEW, Optional.empty(), readiness, Duration.ZERO);
    }

    /**
     * A job that does not stay up.
     *
     * @param error how it ended
     */
    public record Exited(String label, UserError error) {}

    /** Returns those of these jobs whose processes do not run for the time after which a job counts as started. */
    public List<Exited> exited(List<String> labels) {
        if (labels.isEmpty()) {
            return List.of();
        }
        Map<String, OptionalInt> before = new LinkedHashMap<>();
        printAll(labels).forEach((label, print) -> before.put(label, runningPid(print)));
        Duration window = timing.window();
        poller.await(window, () -> Thread.currentThread().isInterrupted(), usual -> window);
        List<Exited> exited = new ArrayList<>();
        printAll(labels).forEach((label, print) -> {
            OptionalInt pid = runningPid(print);
            if (pid.isEmpty() || !pid.equals(before.get(label))) {
                exited.add(new Exited(label, StartupWatch.doesNotStayUp(label, print)));
            }
        });
        return exited;
    }

    private Map<String, Optional<LaunchctlPrint>> printAll(List<String> labels) {
        List<Probe> probes = host.ask(Query.all(labels.stream()
                .map(label -> launchctl.probe(launchctl.desktop(), label))
                .toList()));
        Map<String, Optional<LaunchctlPrint>> prints = new LinkedHashMap<>();
        for (int i = 0; i < labels.size(); i++) {
            prints.put(
                    labels.get(i),
                    probes.get(i) instanceof Probe.Loaded loaded ? Optional.of(loaded.print()) : Optional.empty());
        }
        return prints;
    }

    private static OptionalInt runningPid(Optional<LaunchctlPrint> print) {
        return print.filter(LaunchctlPrint::isRunning).map(LaunchctlPrint::pid).orElse(OptionalInt.empty());
    }

    /** Restarts the process with the definition that launchd has loaded. A changed file needs {@link #start}. */
    public void restart(String label, Readiness readiness) {
        LaunchctlPrint before = loaded(label);
        // -k was seen to answer only after the old process is dead.
        CommandResult answer =
                host.run(Launchctl.blockingCommand(before.exitTimeout(), "kickstart", "-k", calls.target(label)));
        calls.requireSuccess(answer, "restart", label);
        awaitStartup(label, StartupWatch.Process.REPLACED, Optional.of(before), readiness, timing.window());
    }

    /**
     * Makes the process reload its configuration (SIGUSR2 for HAProxy's master) without closing its connections. A
     * master that has just started was seen to miss the signal, so the signal is sent again while it has no effect.
     * launchd restarts a master that dies of the signal, with the new configuration.
     *
     * @param readiness of the new configuration; it must not be satisfied by the old one
     * @param address that it serves, {@code 127.0.0.1:11434}
     * @param serving whether it serves with either configuration; it pauses during an attempt to reload
     * @return whether the configuration was reloaded. If not, the process keeps running unchanged, and only {@link
     *     #restart} helps: HAProxy 3.1 to 3.3.0 ignore signals after one failed reload (its issue 3229), and 3.4.0 does
     *     not hand its own address over after one.
     * @throws UserError when it dies and is not ready again; {@link UserError.Kind#REFUSED} when it reports that it
     *     cannot apply the configuration, which a restart would not change
     */
    public boolean reload(String label, String address, Readiness serving, Readiness readiness) {
        LaunchctlPrint before = loaded(label);
        Optional<ReloadLog> log = before.log().flatMap(file -> ReloadLog.from(host, file));
        for (int signal = 0; signal < RELOAD_SIGNALS; signal++) {
            CommandResult sent = calls.run("kill", "SIGUSR2", calls.target(label));
            if (sent.exitCode() == NO_SUCH_PROCESS) {
                // It died of an earlier signal, and launchd has not restarted it yet.
                awaitStartup(label, StartupWatch.Process.NEW, Optional.of(before), readiness, timing.window());
                return true;
            }
            calls.requireSuccess(sent, "reload", label);
            boolean taken = poller.await(timing.reloadGrace(), readiness::isReady);
            boolean started = !taken && log.map(ReloadLog::hasStarted).orElse(false);
            if (started) {
                // HAProxy tries for seconds to bind an address in use; another signal would only restart that.
                poller.await(
                        RELOAD_RESULT_LIMIT,
                        () -> readiness.isReady()
                                || log.map(ReloadLog::hasFailed).orElse(false));
                taken = readiness.isReady();
            }
            Optional<String> refusal = log.flatMap(since -> since.refusal(address));
            if (refusal.isPresent() && poller.await(RELOAD_RESULT_LIMIT, serving::isReady)) {
                throw new UserError(
                        UserError.Kind.REFUSED,
                        label + " rejected its new configuration and keeps running with the old one: " + refusal.get()
                                + StartupWatch.seeLog(before) + ".");
            }
            if (taken || !runningPid(Optional.of(loaded(label))).equals(before.pid())) {
                awaitStartup(label, StartupWatch.Process.NEW, Optional.of(before), readiness, timing.window());
                return true;
            }
            if (started) {
                return false;
            }
        }
        return false;
    }

    /** Returns the commands for unloading a job by hand. */
    public List<Command> stopByHand(String label) {
        return List.of(Command.of("launchctl", "bootout", calls.target(label)));
    }

    /** Returns the commands for loading a job by hand. A loaded job must be unloaded first. */
    public List<Command> startByHand(String label, Path plist) {
        Command load = Command.of("launchctl", "bootstrap", launchctl.desktop(), plist.toString());
        return mayBeLoaded(label)
                ? Stream.concat(stopByHand(label).stream(), Stream.of(load)).toList()
                : List.of(load);
    }

    private boolean mayBeLoaded(String label) {
        try {
            return calls.probe(launchctl.desktop(), label) instanceof Probe.Loaded;
        } catch (UserError error) {
            return true;
        }
    }

    private LaunchctlPrint loaded(String label) {
        Probe probe = calls.probe(launchctl.desktop(), label);
        if (probe instanceof Probe.Loaded loaded) {
            return loaded.print();
        }
        if (probe instanceof Probe.NoDomain) {
            throw launchctl.noDesktop();
        }
        throw new UserError(label + " is not loaded; start it first.");
    }

    private void awaitStartup(
            String label,
            StartupWatch.Process process,
            Optional<LaunchctlPrint> before,
            Readiness readiness,
            Duration window) {
        StartupWatch watch = new StartupWatch(host, launchctl, label, process, before, readiness, window);
        if (!poller.await(timing.deadline(), watch, watch::pause)) {
            throw watch.timeout(timing.deadline());
        }
    }
}
