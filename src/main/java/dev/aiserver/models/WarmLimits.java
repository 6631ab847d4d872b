package dev.aiserver.models;

import dev.aiserver.spec.ServerSpec;
import dev.aiserver.value.GoDuration;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/**
 * The timeouts and retry limits for warming models.
 *
 * @param stall how long a download may make no progress
 * @param retries how often an interrupted download or load is retried
 * @param load for one load; zero means no limit
 * @param ollamaTimeout how long Ollama may not answer
 * @param pause before the second attempt; each later pause is twice as long, up to thirty times this one
 * @param busyRetries how often a load is retried while Ollama is too busy
 * @param models how many models Ollama keeps in memory at once
 */
public record WarmLimits(
        Duration stall,
        int retries,
        Duration load,
        Duration ollamaTimeout,
        Duration pause,
        int busyRetries,
        int models) {

    private static final int MAX_PAUSE_FACTOR = 30;

    /**
     * Derives the limits from a configuration. Ollama cancels a load that makes no progress for {@code OLLAMA_LOAD_TIMEOUT},
     * by default five minutes. A load that does make progress may take longer, so its limit here is six times that value.
     */
    public static WarmLimits of(ServerSpec spec, Duration stall, int retries, Duration ollamaTimeout) {
        String timeout = spec.ollamaEnvironment().getOrDefault("OLLAMA_LOAD_TIMEOUT", "5m");
        Duration loadTimeout = GoDuration.orSeconds(timeout).orElse(Duration.ofMinutes(5));
        Duration load = loadTimeout.isNegative() ? Duration.ZERO : loadTimeout.multipliedBy(6);
        String models = spec.ollamaEnvironment().getOrDefault(ServerSpec.MAX_LOADED_MODELS, "");
        // Zero and anything that is not a number mean Ollama's default.
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
        long factor = Math.min(MAX_PAUSE_FACTOR, 1L << Math.min(attempts - 1, 8));
        long end = System.nanoTime() + pause.multipliedBy(factor).toNanos();
        for (long left = end - System.nanoTime(); left > 0; left = end - System.nanoTime()) {
            if (Thread.currentThread().isInterrupted()) {
                return;
            }
            LockSupport.parkNanos(left);
        }
    }
}
