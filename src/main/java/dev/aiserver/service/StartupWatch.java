package dev.aiserver.service;

import dev.aiserver.host.Host;
import dev.aiserver.host.Poller;
import dev.aiserver.host.UserError;
import dev.aiserver.service.Launchctl.Probe;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.BooleanSupplier;

/**
 * Watches a job until one process has run for a while and is ready. launchctl also reports success for a program that
 * is missing or exits at once, so only this watch shows that a service is up.
 */
final class StartupWatch implements BooleanSupplier {

    /** Tells whether the process that ran before must have been replaced. */
    enum Process {
        NEW,
        REPLACED
    }

    private static final int RUNS_OF_A_CRASH_LOOP = 3;

    /** The service is polled more often than launchd, which may cost a round trip. */
    private static final Poller READINESS_POLLER = new Poller(Duration.ofMillis(50));

    private static final Duration LAUNCHD_INTERVAL = Duration.ofMillis(400);

    private final Host host;
    private final Launchctl launchctl;
    private final String label;
    private final Process process;
    private final Optional<LaunchctlPrint> before;
    private final Readiness readiness;
    private final Duration window;

    private OptionalInt steadyPid = OptionalInt.empty();
    private long steadySince;
    private String problem = "launchd did not start it";

    /**
     * Creates the watch.
     *
     * @param before the job's state before the start, empty when it was not loaded
     */
    StartupWatch(
            Host host,
            Launchctl launchctl,
            String label,
            Process process,
            Optional<LaunchctlPrint> before,
            Readiness readiness,
            Duration window) {
        this.host = host;
        this.launchctl = launchctl;
        this.label = label;
        this.process = process;
        this.before = before;
        this.readiness = readiness;
        this.window = window;
    }

    /**
     * Returns whether the service is up.
     *
     * @throws UserError as soon as further waiting is useless
     */
    @Override
    public boolean getAsBoolean() {
        LaunchctlPrint now = print();
        rejectHopeless(now);
        if (!now.isRunning() || process == Process.REPLACED && isOldProcess(now)) {
            steadyPid = OptionalInt.empty();
            problem = now.isRunning()
                    ? "the old process is still running"
                    : "it is not running (state: " + now.state() + ", last exit: "
                            + now.lastExit().description() + ")";
            return false;
        }
        if (!now.pid().equals(steadyPid)) {
            steadyPid = now.pid();
            steadySince = System.nanoTime();
        }
        if (System.nanoTime() - steadySince < window.toNanos()) {
            problem = "it keeps restarting";
            return false;
        }
        return READINESS_POLLER.await(LAUNCHD_INTERVAL, this::isReady);
    }

    private boolean isReady() {
        Optional<String> notReady = readiness.problem();
        notReady.ifPresent(text -> problem = "it is running, but " + text);
        return notReady.isEmpty();
    }

    /**
     * Returns the time until the next poll. A process that only has to keep running is not polled before it has run
     * long enough.
     */
    Duration pause(Duration usual) {
        long left = window.toNanos() - (System.nanoTime() - steadySince);
        return steadyPid.isPresent() && left > 0 ? Duration.ofNanos(left) : usual;
    }

    UserError timeout(Duration deadline) {
        return new UserError(
                label + " was not ready within " + deadline.toSeconds() + " s: " + problem + seeLog(print()) + ".");
    }

    private LaunchctlPrint print() {
        if (host.ask(launchctl.probe(launchctl.desktop(), label)) instanceof Probe.Loaded loaded) {
            return loaded.print();
        }
        throw new UserError(
                label + " was unloaded while it was starting: another program controls it or the user logged out."
                        + " Run this command again.");
    }

    private boolean isOldProcess(LaunchctlPrint now) {
        return before.map(LaunchctlPrint::pid).orElse(OptionalInt.empty()).equals(now.pid());
    }

    private void rejectHopeless(LaunchctlPrint now) {
        int runs = now.runs() - before.map(LaunchctlPrint::runs).orElse(1);
        boolean endedSince = before.isEmpty() || runs > 0;
        if (runs >= RUNS_OF_A_CRASH_LOOP
                || !now.isRunning() && endedSince && now.lastExit().isHopeless()) {
            throw doesNotStayUp(label, Optional.of(now));
        }
    }

    static UserError doesNotStayUp(String label, Optional<LaunchctlPrint> now) {
        return new UserError(label + " does not stay up: "
                + now.map(print -> print.lastExit().description() + seeLog(print))
                        .orElse("it was unloaded") + ".");
    }

    static String seeLog(LaunchctlPrint now) {
        return now.log().map(log -> "; see " + log).orElse("");
    }
}
