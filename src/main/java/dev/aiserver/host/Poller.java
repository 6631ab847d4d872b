package dev.aiserver.host;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;

/** Waits for a condition by asking for it again and again, never for a fixed time. */
public final class Poller {
    private final Duration interval;

    /** @param interval between two questions */
    public Poller(Duration interval) {
        this.interval = interval;
    }

    /** Whether the condition came true within the limit; it is asked at least once. */
    public boolean await(Duration limit, BooleanSupplier condition) {
        return await(limit, condition, UnaryOperator.identity());
    }

    /** @param pause until the next question, given the usual one, of a condition that knows when it can come true */
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
