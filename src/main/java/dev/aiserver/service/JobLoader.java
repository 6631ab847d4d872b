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
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Loads and unloads the jobs of a user. launchctl returns before anything has happened, so each method waits until its
 * effect is visible.
 */
final class JobLoader {
    private static final Set<Integer> RETRYABLE = Set.of(INPUT_OUTPUT_ERROR, FILE_EXISTS, ALREADY_IN_PROGRESS);
    private static final Set<Integer> UNLOADED_OR_UNLOADING =
            Set.of(0, NO_SUCH_PROCESS, IN_PROGRESS, ALREADY_IN_PROGRESS, NO_SUCH_SERVICE);

    private final Host host;
    private final Poller poller;
    private final Timing timing;
    private final Launchctl launchctl;
    private final LaunchctlCalls calls;
    private final LoadDiagnosis diagnosis;

    JobLoader(Host host, Launchctl launchctl, Poller poller, Timing timing) {
        this.host = host;
        this.poller = poller;
        this.timing = timing;
        this.launchctl = launchctl;
        this.calls = new LaunchctlCalls(host, launchctl);
        this.diagnosis = new LoadDiagnosis(host, launchctl, launchctl.uid());
    }

    /** Sets whether launchd may start the job at login. A running job is not affected. */
    void allowAtLogin(String label, boolean allowed) {
        String verb = allowed ? "enable" : "disable";
        calls.requireSuccess(calls.run(verb, calls.target(label)), verb, label);
    }

    /**
     * Loads the job from its file, without waiting until it runs. A loaded copy is unloaded first.
     *
     * @throws UserError without a desktop session, or when launchd rejects the job
     */
    void load(String label, Path plist) {
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

    /** Loads a job that was not loaded a moment ago. Looks for a loaded copy only when launchd rejects the job. */
    void loadUnloaded(String label, Path plist) {
        if (!enabledAndThen(bootstrapping(plist), label).succeeded()) {
            load(label, plist);
        }
    }

    /**
     * Unloads the job and waits until launchd's record and the process are gone. A job that is not loaded is not an
     * error. A job that ignores SIGTERM is killed. System services are not touched.
     */
    void stop(String label) {
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
        List<CommandResult> answers = host.runAll(List.of(Launchctl.command("enable", calls.target(label)), attempt));
        calls.requireSuccess(answers.get(0), "enable", label);
        return answers.get(1);
    }

    /**
     * Returns whether the job is loaded from this file. launchd was seen to report a failure although it had loaded the
     * job.
     */
    private boolean isLoadedFrom(Path plist, String label) {
        return calls.probe(launchctl.desktop(), label) instanceof Probe.Loaded loaded
                && !loaded.print().isDraining()
                && loaded.print().plist().equals(Optional.of(plist));
    }

    private void bootOut(String domain, String label, LaunchctlPrint before) {
        String target = domain + "/" + label;
        CommandResult answer = calls.run("bootout", target);
        if (!UNLOADED_OR_UNLOADING.contains(answer.exitCode())
                && calls.probe(domain, label) instanceof Probe.Loaded loaded
                && !loaded.print().isDraining()) {
            throw new UserError("launchd did not unload " + label + ": launchctl bootout " + target + " "
                    + Launchctl.outcome(answer) + ". Run that command yourself for details.");
        }
        if (!poller.await(before.exitTimeout().plus(timing.drainGrace()), () -> isGone(domain, label))) {
            calls.run("kill", "SIGKILL", target);
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
        return !(calls.probe(domain, label) instanceof Probe.Loaded);
    }

    private static String processOf(LaunchctlPrint print) {
        return print.pid().isPresent() ? " (process " + print.pid().getAsInt() + ")" : "";
    }
}
