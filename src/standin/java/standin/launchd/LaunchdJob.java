package standin.launchd;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/** Runs a loaded job and its process, from load to removal. Call every method under the lock of {@link LockedScheduler}. */
final class LaunchdJob {

    enum Phase {
        NOT_RUNNING("not running"),
        SPAWN_SCHEDULED("spawn scheduled"),
        RUNNING("running"),
        SIGTERMED("SIGTERMed"),
        SIGKILLED("SIGKILLed");

        final String word;

        Phase(String word) {
            this.word = word;
        }
    }

    final JobDefinition definition;
    private final Spawner spawner;
    private final LockedScheduler scheduler;
    private final double timeScale;
    private final Map<String, String> session;

    private Phase state = Phase.NOT_RUNNING;
    private @Nullable Process process;
    private ExitStatus exitStatus = new ExitStatus.Never();
    private boolean spawnFailed;
    private int runs;
    private long launchedAt;
    private String reason = "";
    private boolean restartWanted;
    private @Nullable Runnable afterRemoval;
    private long lingerNanos;
    private @Nullable Future<?> respawn;
    private @Nullable Future<?> escalation;
    private @Nullable Future<?> nextInterval;

    /** @param session variables that {@code launchctl setenv} sets; read at each start */
    LaunchdJob(
            JobDefinition definition,
            Spawner spawner,
            LockedScheduler scheduler,
            double timeScale,
            Map<String, String> session) {
        this.definition = definition;
        this.spawner = spawner;
        this.scheduler = scheduler;
        this.timeScale = timeScale;
        this.session = session;
    }

    Phase state() {
        return state;
    }

    OptionalLong pid() {
        return process == null ? OptionalLong.empty() : OptionalLong.of(process.pid());
    }

    int runs() {
        return runs;
    }

    ExitStatus exitStatus() {
        return exitStatus;
    }

    String reason() {
        return reason;
    }

    /** Returns {@code job state}, which launchd prints besides {@code state}: the outcome of the last attempt to run. */
    String attempt() {
        if (spawnFailed) {
            return "spawn failed";
        }
        return process != null ? "running" : runs == 0 ? "uninitialized" : "exited";
    }

    boolean isRemoving() {
        return afterRemoval != null;
    }

    /** Starts the process as soon as the throttle interval permits, unless it is running or scheduled. */
    void demand(String why) {
        if (process == null && respawn == null) {
            reason = why;
            spawnWhenPermitted();
        }
    }

    /** Starts the process at every {@code StartInterval}, if the property list has one. */
    void startEveryInterval() {
        definition
                .startIntervalSeconds()
                .ifPresent(seconds -> nextInterval = scheduler.after(nanos(seconds), () -> {
                    demand("interval");
                    startEveryInterval();
                }));
    }

    /** Stops the process if it is running, and starts it again. */
    void restart() {
        if (process == null) {
            demand("non-ipc demand");
            return;
        }
        restartWanted = true;
        terminate(false);
    }

    /**
     * Stops the process and then runs the callback, at once if no process is running.
     *
     * @param forever true to never send SIGKILL after SIGTERM
     * @param linger nanoseconds between the end of the process and the callback
     */
    void remove(boolean forever, long linger, Runnable callback) {
        afterRemoval = callback;
        lingerNanos = linger;
        cancel(respawn);
        cancel(nextInterval);
        respawn = null;
        if (process == null) {
            callback.run();
        } else {
            terminate(forever);
        }
    }

    /** Sends a signal to the main process only. Returns false when no process is running. */
    boolean signal(String name) throws IOException {
        if (process == null) {
            return false;
        }
        spawner.signal(name, process.pid());
        return true;
    }

    /** Kills the process of this job and all its child processes immediately. */
    void destroy() {
        cancel(respawn);
        cancel(nextInterval);
        cancel(escalation);
        if (process != null) {
            process.destroyForcibly();
            spawner.awaitEnd(process);
            killGroup(process);
        }
    }

    private void spawnWhenPermitted() {
        long permitted = runs == 0 ? 0 : launchedAt + nanos(definition.throttleSeconds()) - System.nanoTime();
        if (permitted <= 0) {
            spawn();
        } else {
            state = Phase.SPAWN_SCHEDULED;
            respawn = scheduler.after(permitted, this::spawn);
        }
    }

    private void spawn() {
        respawn = null;
        runs++;
        launchedAt = System.nanoTime();
        try {
            Process started = spawner.spawn(definition, session);
            process = started;
            spawnFailed = false;
            state = Phase.RUNNING;
            started.onExit().thenAccept(ended -> scheduler.locked(() -> ended(ended)));
        } catch (IOException e) {
            // launchd reports every spawn failure as this exit code, and never says which one it was.
            spawnFailed = true;
            exitStatus = new ExitStatus.Exited(ExitStatus.EX_CONFIG);
            restartIfWanted();
        }
    }

    private void ended(Process ended) {
        process = null;
        exitStatus = ExitStatus.of(ended.exitValue());
        cancel(escalation);
        killGroup(ended);
        if (afterRemoval != null) {
            if (lingerNanos > 0) {
                scheduler.after(lingerNanos, afterRemoval);
            } else {
                afterRemoval.run();
            }
            return;
        }
        restartIfWanted();
    }

    private void restartIfWanted() {
        if (restartWanted || definition.keepAlive().wantsRestart(exitStatus)) {
            reason = restartWanted ? "non-ipc demand" : "inefficient";
            restartWanted = false;
            spawnWhenPermitted();
        } else {
            state = Phase.NOT_RUNNING;
        }
    }

    private void terminate(boolean forever) {
        Process running = process;
        if (running == null) {
            return;
        }
        state = Phase.SIGTERMED;
        running.destroy();
        if (!forever && definition.exitTimeOutSeconds() > 0) {
            escalation = scheduler.after(nanos(definition.exitTimeOutSeconds()), () -> {
                state = Phase.SIGKILLED;
                running.destroyForcibly();
            });
        }
    }

    /** Kills what an ended process left running in its process group. */
    private void killGroup(Process ended) {
        try {
            spawner.signal("KILL", -ended.pid());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private long nanos(int seconds) {
        return (long) (seconds * timeScale * 1e9);
    }

    private static void cancel(@Nullable Future<?> future) {
        if (future != null) {
            future.cancel(false);
        }
    }
}
