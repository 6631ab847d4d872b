package standin.launchd;

import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Owns the one lock that guards all state, and runs delayed actions under it. */
final class LockedScheduler {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final ScheduledExecutorService executor = Executors.newSingleThreadScheduledExecutor(runnable -> {
        Thread thread = new Thread(runnable, "embedded-launchd");
        thread.setDaemon(true);
        return thread;
    });

    private boolean closed;

    /** Runs the action under the lock, then wakes all threads that wait for a change. */
    void locked(Runnable action) {
        lock.lock();
        try {
            if (!closed) {
                action.run();
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Schedules an action. One that is cancelled under the lock never runs, even if it is already due and waiting for the
     * lock.
     */
    Future<?> after(long nanos, Runnable action) {
        FutureTask<@Nullable Void> task = new FutureTask<>(action, null);
        executor.schedule(() -> locked(task), nanos, TimeUnit.NANOSECONDS);
        return task;
    }

    ReentrantLock lock() {
        return lock;
    }

    /** Releases the lock until the condition is true, or until the scheduler is closed. */
    void awaitUntil(BooleanSupplier condition) {
        while (!closed && !condition.getAsBoolean()) {
            changed.awaitUninterruptibly();
        }
    }

    boolean isClosed() {
        return closed;
    }

    /** Runs a last action. No scheduled action and no exit of a process is handled after it. */
    void close(Runnable last) {
        locked(() -> {
            closed = true;
            last.run();
        });
        executor.shutdownNow();
    }
}
