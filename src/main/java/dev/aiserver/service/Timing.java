package dev.aiserver.service;

import java.time.Duration;
import java.util.List;

/**
 * Time limits for launchd.
 *
 * @param window how long one process must run before it counts as started
 * @param deadline within which a service must be started and ready
 * @param pauses between attempts to load a job; each is followed by one more attempt
 * @param reloadGrace for reading a new configuration, until the signal is sent again
 * @param drainGrace beyond a job's own exit timeout, until it is killed
 * @param killGrace after SIGKILL, and for the process to end after its record is gone
 */
public record Timing(
        Duration window,
        Duration deadline,
        List<Duration> pauses,
        Duration reloadGrace,
        Duration drainGrace,
        Duration killGrace) {

    public Timing {
        pauses = List.copyOf(pauses);
    }

    /** Returns the defaults. The pauses add up to 12 s, longer than any drain after which a load was seen to fail. */
    public static Timing defaults() {
        return new Timing(
                Duration.ofSeconds(1),
                Duration.ofSeconds(30),
                List.of(
                        Duration.ofMillis(200),
                        Duration.ofMillis(500),
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(2),
                        Duration.ofSeconds(3),
                        Duration.ofSeconds(5)),
                Duration.ofSeconds(2),
                Duration.ofSeconds(10),
                Duration.ofSeconds(5));
    }
}
