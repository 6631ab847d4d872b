package dev.aiserver.host;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;

/** Waits for a condition by polling it, never for a fixed time. */
public final class Poller {
    private final Duration interval;

    /**
     * Creates a poller.
     *
     * @param interval between two polls
     */
    public Poller(Duration interval) {
        this.interval = interval;
    }

    /** Returns whether the condition became true within the limit. It is polled at least once. */
    public boolean await(Duration limit, BooleanSupplier condition) {
        return await(limit, condition, UnaryOperator.identity());
    }

    /**
     * Waits like {@link #await(Duration, BooleanSupplier)}, for a condition that knows when it can become true.
     *
     * @param pause computes the time until the next poll from the usual interval
     */
    public boolean await(Duration limit, BooleanSupplier condition, UnaryOperator<Duration> pause) {
        long deadline = System.nanoTime() + limit.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - deadline >= 0 || Thread.currentThread().isInterrupted()) {
                return false;
            }
            LockSupport.parkNanos(Math.min(pause.apply(interval).toNanos(), deadline - System.nanoTime()));
        }
        return true;
    }
}
