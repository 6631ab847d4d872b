package dev.aiserver.server;

import dev.aiserver.spec.GoDuration;
import dev.aiserver.spec.ServerSpec;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/**
 * How long and how often warming models tries.
 *
 * @param stall how long a download may stand still
 * @param retries how often a download or a load is tried again after it broke off
 * @param load for one load; zero is none
 * @param absence how long Ollama may be away
 * @param pause before the second attempt; each further one is twice as long, up to thirty times this
 * @param busyRetries how often a load is tried again while Ollama has too much to do
 * @param models how many Ollama keeps in memory at once
 */
public record WarmLimits(
        Duration stall,
        int retries,
        Duration load,
        Duration ollamaTimeout,
        Duration pause,
        int busyRetries,
        int models) {

    private static final int LONGEST_PAUSE = 30;

    /**
     * Ollama gives up a load that makes no progress for {@code OLLAMA_LOAD_TIMEOUT}, five minutes if not set; one that
     * does make progress may take longer, so this waits for six times that before it gives up Ollama itself.
     */
    public static WarmLimits of(ServerSpec spec, Duration stall, int retries, Duration ollamaTimeout) {
        String timeout = spec.ollamaEnvironment().getOrDefault("OLLAMA_LOAD_TIMEOUT", "5m");
        Duration loadTimeout = timeout.matches("-?\\d{1,9}")
                ? Duration.ofSeconds(Integer.parseInt(timeout))
                : GoDuration.parse(timeout).orElse(Duration.ofMinutes(5));
        Duration load = loadTimeout.isNegative() ? Duration.ZERO : loadTimeout.multipliedBy(6);
        String models = spec.ollamaEnvironment().getOrDefault(ServerSpec.MAX_LOADED_MODELS, "");
        // Ollama takes zero, and what is not a number, for its default.
        int limit = models.matches("\\d{1,9}") ? Integer.parseInt(models) : 0;
        return new WarmLimits(
                stall,
                retries,
                load,
                ollamaTimeout,
                Duration.ofSeconds(1),
                8,
                limit == 0 ? ServerSpec.DEFAULT_MAX_LOADED_MODELS : limit);
    }

    /** @param attempts so far */
    void pauseAfter(int attempts) {
        long factor = Math.min(LONGEST_PAUSE, 1L << Math.min(attempts - 1, 8));
        long end = System.nanoTime() + pause.multipliedBy(factor).toNanos();
        for (long left = end - System.nanoTime(); left > 0; left = end - System.nanoTime()) {
            if (Thread.currentThread().isInterrupted()) {
                return;
            }
            LockSupport.parkNanos(left);
        }
    }
}
