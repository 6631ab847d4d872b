package dev.aiserver.service;

import static dev.aiserver.service.Launchctl.ALREADY_IN_PROGRESS;
import static dev.aiserver.service.Launchctl.FILE_EXISTS;
import static dev.aiserver.service.Launchctl.INPUT_OUTPUT_ERROR;
import static dev.aiserver.service.Launchctl.IN_PROGRESS;
import static dev.aiserver.service.Launchctl.NO_SUCH_PROCESS;
import static dev.aiserver.service.Launchctl.NO_SUCH_SERVICE;
import static dev.aiserver.service.Launchctl.SERVICE_DISABLED;

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
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Controls a user's launchd agents. launchctl returns before anything has happened, so each method waits until its
 * effect is visible. Decisions rest on exit codes alone. An unclear state is a {@link UserError}, never a guess.
 */
public final class Launchd {

    private static final Set<Integer> RETRYABLE = Set.of(INPUT_OUTPUT_ERROR, FILE_EXISTS, ALREADY_IN_PROGRESS);
    private static final Set<Integer> UNLOADED_OR_UNLOADING =
            Set.of(0, NO_SUCH_PROCESS, IN_PROGRESS, ALREADY_IN_PROGRESS, NO_SUCH_SERVICE);

    /** HAProxy 2.6 to 3.0 missed 7 of 20 signals sent in a row. */
    private static final int RELOAD_SIGNALS = 5;

    /** HAProxy tries 200 times within 2 s to bind an address, and the machine may be busy. */
    private static final Duration RELOAD_RESULT_LIMIT = Duration.ofSeconds(20);

    private final Host host;
    private final LoadedJobs jobs;
    private final Poller poller;
    private final Timing timing;
    private final Launchctl launchctl;
    private final LoadDiagnosis diagnosis;

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
        this.diagnosis = new LoadDiagnosis(host, launchctl, uid);
    }

    /** Returns the reads of this control. */
    public LoadedJobs jobs() {
        return jobs;
    }

    /** Sets whether launchd may start the job at login. A running job is not affected. */
    public void allowAtLogin(String label, boolean allowed) {
        String verb = allowed ? "enable" : "disable";
        requireSuccess(run(verb, target(label)), verb, label);
    }

    /** Returns the command for doing this by hand. */
    public Command allowAtLoginByHand(String label, boolean allowed) {
        return Command.of("launchctl", allowed ? "enable" : "disable", target(label));
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
        if (!enabledAndThen(bootstrapping(plist), label).succeeded()) {
            load(label, plist);
        }
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

    /**
     * Loads the job from its file like {@link #start}, without waiting until it runs.
     *
     * @throws UserError without a desktop session, or when launchd rejects the job
     */
    public void load(String label, Path plist) {
        Domains domains = host.ask(domains(label));
        if (domains.desktop() instanceof Probe.NoDomain) {
            throw launchctl.noDesktop();
        }
        if (domains.system() instanceof Probe.Loaded) {
            throw new UserError(label + " is already loaded as a system service; remove that service first: sudo"
                    + " launchctl bootout system/" + label);
        }
        if (!domains.isLoaded()) {
            bootstrap(label, plist, true);
        } else {
            enable(label);
            stop(label, domains);
            bootstrap(label, plist, false);
        }
    }

    /**
     * Unloads the job and waits until launchd's record and the process are gone. A job that is not loaded is not an
     * error. A job that ignores SIGTERM is killed. System services are not touched.
     */
    public void stop(String label) {
        stop(label, host.ask(domains(label)));
    }

    private void stop(String label, Domains domains) {
        if (domains.desktop() instanceof Probe.Loaded loaded) {
            bootOut(launchctl.desktop(), label, loaded.print());
        }
        if (domains.background() instanceof Probe.Loaded loaded) {
            bootOut(launchctl.background(), label, loaded.print());
        }
    }

    /** A job in each domain; it may be loaded in several. */
    private record Domains(Probe desktop, Probe background, Probe system) {
        boolean isLoaded() {
            return Stream.of(desktop, background, system).anyMatch(Probe.Loaded.class::isInstance);
        }
    }

    private Query<Domains> domains(String label) {
        return Query.all(List.of(
                        launchctl.probe(launchctl.desktop(), label),
                        launchctl.probe(launchctl.background(), label),
                        launchctl.probe(LoadedJobs.SYSTEM, label)))
                .map(probes -> new Domains(probes.get(0), probes.get(1), probes.get(2)));
    }

    private CommandResult run(String... arguments) {
        return host.run(Launchctl.command(arguments));
    }

    private Probe probe(String domain, String label) {
        return host.ask(launchctl.probe(domain, label));
    }

    /** Restarts the process with the definition that launchd has loaded. A changed file needs {@link #start}. */
    public void restart(String label, Readiness readiness) {
        LaunchctlPrint before = loaded(label);
        // -k was seen to answer only after the old process is dead.
        CommandResult answer =
                host.run(Launchctl.blockingCommand(before.exitTimeout(), "kickstart", "-k", target(label)));
        requireSuccess(answer, "restart", label);
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
            CommandResult sent = run("kill", "SIGUSR2", target(label));
            if (sent.exitCode() == NO_SUCH_PROCESS) {
                // It died of an earlier signal, and launchd has not restarted it yet.
                awaitStartup(label, StartupWatch.Process.NEW, Optional.of(before), readiness, timing.window());
                return true;
            }
            requireSuccess(sent, "reload", label);
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
        return List.of(Command.of("launchctl", "bootout", target(label)));
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
            return probe(launchctl.desktop(), label) instanceof Probe.Loaded;
        } catch (UserError error) {
            return true;
        }
    }

    /**
     * Enables the job. The disabled state persists after unloading, across removal of the file and reboots, so it is
     * cleared before every load.
     */
    private void enable(String label) {
        allowAtLogin(label, true);
    }

    /**
     * Loads the job, with several attempts.
     *
     * @param enables whether to enable the job before the first attempt
     */
    private void bootstrap(String label, Path plist, boolean enables) {
        Iterator<Duration> pauses = timing.pauses().iterator();
        boolean enabledAgain = false;
        Command attempt = bootstrapping(plist);
        boolean first = enables;
        while (true) {
            CommandResult answer = first ? enabledAndThen(attempt, label) : host.run(attempt);
            first = false;
            if (answer.succeeded() || isLoadedFrom(plist, label)) {
                return;
            }
            launchctl.requireDesktop(answer);
            if (!enabledAgain && (answer.exitCode() == SERVICE_DISABLED || diagnosis.isDisabled(label))) {
                enable(label);
                enabledAgain = true;
                continue;
            }
            if (!RETRYABLE.contains(answer.exitCode())
                    || !pauses.hasNext()
                    || diagnosis.cause(label, plist).isPresent()) {
                throw diagnosis.error(label, plist, answer);
            }
            if (poller.await(pauses.next(), () -> isLoadedFrom(plist, label))) {
                return;
            }
        }
    }

    private Command bootstrapping(Path plist) {
        return Launchctl.command("bootstrap", launchctl.desktop(), plist.toString());
    }

    private CommandResult enabledAndThen(Command attempt, String label) {
        List<CommandResult> answers = host.runAll(List.of(Launchctl.command("enable", target(label)), attempt));
        requireSuccess(answers.get(0), "enable", label);
        return answers.get(1);
    }

    /**
     * Returns whether the job is loaded from this file. launchd was seen to report a failure although it had loaded the
     * job.
     */
    private boolean isLoadedFrom(Path plist, String label) {
        return probe(launchctl.desktop(), label) instanceof Probe.Loaded loaded
                && !loaded.print().isDraining()
                && loaded.print().plist().equals(Optional.of(plist));
    }

    private void bootOut(String domain, String label, LaunchctlPrint before) {
        String target = domain + "/" + label;
        CommandResult answer = run("bootout", target);
        if (!UNLOADED_OR_UNLOADING.contains(answer.exitCode())
                && probe(domain, label) instanceof Probe.Loaded loaded
                && !loaded.print().isDraining()) {
            throw new UserError("launchd did not unload " + label + ": launchctl bootout " + target + " "
                    + Launchctl.outcome(answer) + ". Run that command yourself for details.");
        }
        if (!poller.await(before.exitTimeout().plus(timing.drainGrace()), () -> isGone(domain, label))) {
            run("kill", "SIGKILL", target);
            if (!poller.await(timing.killGrace(), () -> isGone(domain, label))) {
                throw new UserError(label + " cannot be stopped: launchd still has " + target + processOf(before)
                        + " after SIGKILL. Restart the Mac, or inspect the job with: launchctl print " + target);
            }
        }
        before.pid().ifPresent(pid -> requireEnded(label, pid));
    }

    private void requireEnded(String label, int pid) {
        Command command = Command.of("/bin/sh", "-c", "kill -0 \"$1\"", "sh", Integer.toString(pid));
        if (poller.await(timing.killGrace(), () -> isNegative(host.ask(Query.command(command))))) {
            return;
        }
        CommandResult answer = host.ask(Query.command(command));
        if (answer.succeeded()) {
            throw new UserError(label + " is unloaded, but its process " + pid + " is still running; stop it with: "
                    + "kill " + pid);
        }
        if (!isNegative(answer)) {
            throw answer.inconclusive(command, "whether process " + pid + " of " + label + " has ended");
        }
    }

    private static boolean isNegative(CommandResult answer) {
        return !answer.succeeded() && answer.incompleteReason().isEmpty();
    }

    private boolean isGone(String domain, String label) {
        return !(probe(domain, label) instanceof Probe.Loaded);
    }

    private static String processOf(LaunchctlPrint print) {
        return print.pid().isPresent() ? " (process " + print.pid().getAsInt() + ")" : "";
    }

    private LaunchctlPrint loaded(String label) {
        Probe probe = probe(launchctl.desktop(), label);
        if (probe instanceof Probe.Loaded loaded) {
            return loaded.print();
        }
        if (probe instanceof Probe.NoDomain) {
            throw launchctl.noDesktop();
        }
        throw new UserError(label + " is not loaded; start it first.");
    }

    private String target(String label) {
        return launchctl.desktop() + "/" + label;
    }

    private void requireSuccess(CommandResult answer, String verb, String label) {
        launchctl.requireDesktop(answer);
        if (!answer.succeeded()) {
            throw new UserError("Cannot " + verb + " " + label + ": launchctl " + Launchctl.outcome(answer)
                    + ". Inspect the job with: launchctl print " + target(label));
        }
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
