package dev.aiserver.verify;

import dev.aiserver.host.Poller;
import dev.aiserver.net.KeepAliveConnection;
import dev.aiserver.net.RawHttpResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;

/** Measures the latency that the proxy adds to a request on a kept connection, compared with Ollama itself. */
final class LatencyCheck {
    private static final int PAIRS = 50;

    private static final double DEFAULT_MAX_MILLIS = 1;

    /** Allows more rounds in this time, of which the best counts: a busy moment does not make the proxy slow. */
    private static final Duration RETRY_TIME = Duration.ofSeconds(2);

    /** Lets the machine rest between rounds; the requests themselves keep it busy. */
    private static final Duration PAUSE = Duration.ofMillis(200);

    static final Check CHECK = Check.onServer(
                    "performance.latency",
                    "the proxy adds at most 1 ms, or the limit of --max-latency",
                    LatencyCheck::prove)
            .with(Check.Trait.ALONE);

    private LatencyCheck() {}

    private record Added(double median, double p99) {}

    private static Outcome prove(VerifyContext context, ServerHost server) throws IOException {
        double max = context.maxLatencyMillis().orElse(DEFAULT_MAX_MILLIS);
        long start = System.nanoTime();
        Added best = measure(context, server);
        while (best.median() > max
                && System.nanoTime() - start < RETRY_TIME.toNanos()
                && !Thread.currentThread().isInterrupted()) {
            new Poller(PAUSE).await(PAUSE, () -> false);
            Added again = measure(context, server);
            best = again.median() < best.median() ? again : best;
        }
        String numbers = "adds %.2f ms (median) and %.2f ms (p99) compared with Ollama itself"
                .formatted(best.median(), best.p99());
        if (best.median() <= max) {
            return new Outcome.Passed(numbers);
        }
        String advice = "find what else keeps this machine busy, then verify again";
        return context.maxLatencyMillis().isPresent()
                ? new Outcome.Failed(numbers, advice)
                : new Outcome.Warned(numbers, advice + "; use --max-latency to make this a failure");
    }

    private static Added measure(VerifyContext context, ServerHost server) throws IOException {
        LivenessRequest liveness = context.client().livenessRequest();
        double[] proxied = new double[PAIRS];
        double[] direct = new double[PAIRS];
        try (KeepAliveConnection proxy = context.proxy(server).keepAlive();
                KeepAliveConnection ollama = context.ollama(server).keepAlive()) {
            for (int i = 0; i < PAIRS; i++) {
                proxied[i] = millis(proxy, liveness, context.host());
                direct[i] = millis(ollama, liveness, VerifyContext.ollamaHost(server));
            }
        }
        Arrays.sort(proxied);
        Arrays.sort(direct);
        return new Added(
                percentile(proxied, 50) - percentile(direct, 50), percentile(proxied, 99) - percentile(direct, 99));
    }

    private static double millis(KeepAliveConnection connection, LivenessRequest liveness, String host)
            throws IOException {
        long start = System.nanoTime();
        RawHttpResponse response = connection.send(liveness.request(host));
        if (!liveness.isAnsweredBy(response)) {
            throw new IOException(liveness + " returns " + ProxyResponses.shown(response));
        }
        return (System.nanoTime() - start) / 1e6;
    }

    private static double percentile(double[] sorted, int percent) {
        return sorted[Math.min(sorted.length - 1, sorted.length * percent / 100)];
    }
}
