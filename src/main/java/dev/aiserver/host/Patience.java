package dev.aiserver.host;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits for a condition by asking for it again and again, never for a fixed time. */
public final class Patience {
    private final Duration interval;

    /** @param interval between two questions */
    public Patience(Duration interval) {
        this.interval = interval;
    }

    /** Whether the condition came true within the limit; it is asked at least once. */
    public boolean await(Duration limit, BooleanSupplier condition) {
        long deadline = System.nanoTime() + limit.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - deadline >= 0 || Thread.currentThread().isInterrupted()) {
                return false;
            }
            LockSupport.parkNanos(interval.toNanos());
        }
        return true;
    }
}
