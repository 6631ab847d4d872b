package dev.aiserver.rehearsal.launchd;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/** A loaded job and its process, from load to removal. Every method is called under the lock of {@link LockedScheduler}. */
final class Job {

    enum State {
        NOT_RUNNING("not running"),
        SPAWN_SCHEDULED("spawn scheduled"),
        RUNNING("running"),
        SIGTERMED("SIGTERMed"),
        SIGKILLED("SIGKILLed");

        final String word;

        State(String word) {
            this.word = word;
        }
    }

    final JobDefinition definition;
    private final Spawner spawner;
    private final LockedScheduler timers;
    private final double timeScale;
    private final Map<String, String> session;

    private State state = State.NOT_RUNNING;
    private @Nullable Process process;
    private ExitStatus ending = new ExitStatus.Never();
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

    /** @param session variables of the session, live */
    Job(
            JobDefinition definition,
            Spawner spawner,
            LockedScheduler timers,
            double timeScale,
            Map<String, String> session) {
        this.definition = definition;
        this.spawner = spawner;
        this.timers = timers;
        this.timeScale = timeScale;
        this.session = session;
    }

    State state() {
        return state;
    }

    OptionalLong pid() {
        return process == null ? OptionalLong.empty() : OptionalLong.of(process.pid());
    }

    int runs() {
        return runs;
    }

    ExitStatus ending() {
        return ending;
    }

    String reason() {
        return reason;
    }

    /** launchd's second opinion on the state, of the last attempt to run. */
    String attempt() {
        if (spawnFailed) {
            return "spawn failed";
        }
        return process != null ? "running" : runs == 0 ? "uninitialized" : "exited";
    }

    boolean isRemoving() {
        return afterRemoval != null;
    }

    /** Starts the process, unless it runs, as soon as the throttle permits. */
    void demand(String why) {
        if (process == null && respawn == null) {
            reason = why;
            spawnWhenPermitted();
        }
    }

    /** Starts the process each time that the interval of its property list is over, if it has one. */
    void startEveryInterval() {
        definition
                .startIntervalSeconds()
                .ifPresent(seconds -> nextInterval = timers.after(nanos(seconds), () -> {
                    demand("interval");
                    startEveryInterval();
                }));
    }

    /** Ends the process if there is one and starts another. */
    void restart() {
        if (process == null) {
            demand("non-ipc demand");
            return;
        }
        restartWanted = true;
        terminate(false);
    }

    /**
     * Ends the process and then calls back; at once when there is none.
     *
     * @param forever whether SIGKILL never follows
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

    /** Sends a signal to the main process alone; false when there is none. */
    boolean signal(String name) throws IOException {
        if (process == null) {
            return false;
        }
        spawner.signal(name, process.pid());
        return true;
    }

    /** Ends everything below this job, now. */
    void destroy() {
        cancel(respawn);
        cancel(nextInterval);
        cancel(escalation);
        if (process != null) {
            process.destroyForcibly();
            spawner.awaitEnd(process);
            killRestOf(process);
        }
    }

    private void spawnWhenPermitted() {
        long permitted = runs == 0 ? 0 : launchedAt + nanos(definition.throttleSeconds()) - System.nanoTime();
        if (permitted <= 0) {
            spawn();
        } else {
            state = State.SPAWN_SCHEDULED;
            respawn = timers.after(permitted, this::spawn);
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
            state = State.RUNNING;
            started.onExit().thenAccept(ended -> timers.locked(() -> ended(ended)));
        } catch (IOException e) {
            // The real one reports every such failure as this exit code, and never says which it was.
            spawnFailed = true;
            ending = new ExitStatus.Exited(ExitStatus.EX_CONFIG);
            next();
        }
    }

    private void ended(Process ended) {
        process = null;
        ending = ExitStatus.of(ended.exitValue());
        cancel(escalation);
        killRestOf(ended);
        if (afterRemoval != null) {
            if (lingerNanos > 0) {
                timers.after(lingerNanos, afterRemoval);
            } else {
                afterRemoval.run();
            }
            return;
        }
        next();
    }

    private void next() {
        if (restartWanted || definition.keepAlive().wantsRestart(ending)) {
            reason = restartWanted ? "non-ipc demand" : "inefficient";
            restartWanted = false;
            spawnWhenPermitted();
        } else {
            state = State.NOT_RUNNING;
        }
    }

    private void terminate(boolean forever) {
        Process running = process;
        if (running == null) {
            return;
        }
        state = State.SIGTERMED;
        running.destroy();
        if (!forever && definition.exitTimeOutSeconds() > 0) {
            escalation = timers.after(nanos(definition.exitTimeOutSeconds()), () -> {
                state = State.SIGKILLED;
                running.destroyForcibly();
            });
        }
    }

    /** What an ended process left behind in its group. */
    private void killRestOf(Process ended) {
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
