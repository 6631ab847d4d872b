package dev.aiserver.rehearsal.launchd;

import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** The one lock under which all state changes, and what happens later under it. */
final class LockedScheduler {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final ScheduledExecutorService executor = Executors.newSingleThreadScheduledExecutor(runnable -> {
        Thread thread = new Thread(runnable, "embedded-launchd");
        thread.setDaemon(true);
        return thread;
    });

    private boolean closed;

    /** Runs the action alone, and wakes who waits for a change. */
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

    /** What is cancelled under the lock never runs, also when it is due and waits for the lock. */
    Future<?> after(long nanos, Runnable action) {
        FutureTask<@Nullable Void> task = new FutureTask<>(action, null);
        executor.schedule(() -> locked(task), nanos, TimeUnit.NANOSECONDS);
        return task;
    }

    ReentrantLock lock() {
        return lock;
    }

    /** Gives the lock up until the condition is true, or until nothing will change any more. */
    void awaitUntil(BooleanSupplier condition) {
        while (!closed && !condition.getAsBoolean()) {
            changed.awaitUninterruptibly();
        }
    }

    boolean isClosed() {
        return closed;
    }

    /** Runs a last action; nothing that was planned, and no end of a process, comes after it. */
    void close(Runnable last) {
        locked(() -> {
            closed = true;
            last.run();
        });
        executor.shutdownNow();
    }
}
