package dev.aiserver.verify;

import dev.aiserver.host.Poller;
import dev.aiserver.net.KeepAliveConnection;
import dev.aiserver.net.RawHttpResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;

/** How much time the proxy adds to a request on a kept connection, measured side by side with Ollama itself. */
final class LatencyCheck {
    private static final int PAIRS = 50;

    private static final double USUALLY_AT_MOST_MILLIS = 1;

    /** A machine that is busy for a moment is no slow proxy: the best round counts. */
    private static final Duration TO_FIND_A_QUIET_ROUND = Duration.ofSeconds(2);

    /** To ask on at once would keep it busy. */
    private static final Duration BETWEEN_ROUNDS = Duration.ofMillis(200);

    static final Check CHECK = Check.onServer(
                    "performance.latency",
                    "the proxy adds less than 1 ms, or what --max-latency says",
                    LatencyCheck::prove)
            .with(Check.Trait.ALONE);

    private LatencyCheck() {}

    private record Added(double median, double p99) {}

    private static Outcome prove(VerifyContext subject, ServerHost server) throws IOException {
        double most = subject.mostAddedMillis().orElse(USUALLY_AT_MOST_MILLIS);
        long start = System.nanoTime();
        Added best = measure(subject, server);
        while (best.median() > most
                && System.nanoTime() - start < TO_FIND_A_QUIET_ROUND.toNanos()
                && !Thread.currentThread().isInterrupted()) {
            new Poller(BETWEEN_ROUNDS).await(BETWEEN_ROUNDS, () -> false);
            Added again = measure(subject, server);
            best = again.median() < best.median() ? again : best;
        }
        String numbers = "median %.2f ms, p99 %.2f ms more than loopback".formatted(best.median(), best.p99());
        if (best.median() <= most) {
            return new Outcome.Passed(numbers);
        }
        String advice = "look for what else keeps this machine busy, then verify again";
        return subject.mostAddedMillis().isPresent()
                ? new Outcome.Failed(numbers, advice)
                : new Outcome.Warned(numbers, advice + "; with --max-latency a higher one is a failure");
    }

    private static Added measure(VerifyContext subject, ServerHost server) throws IOException {
        LivenessRequest knock = subject.client().knock();
        double[] through = new double[PAIRS];
        double[] direct = new double[PAIRS];
        try (KeepAliveConnection proxy = subject.proxy(server).keepAlive();
                KeepAliveConnection ollama = subject.ollama(server).keepAlive()) {
            for (int i = 0; i < PAIRS; i++) {
                through[i] = millis(proxy, knock, subject.host());
                direct[i] = millis(ollama, knock, VerifyContext.ollamaHost(server));
            }
        }
        Arrays.sort(through);
        Arrays.sort(direct);
        return new Added(at(through, 50) - at(direct, 50), at(through, 99) - at(direct, 99));
    }

    private static double millis(KeepAliveConnection connection, LivenessRequest knock, String host)
            throws IOException {
        long start = System.nanoTime();
        RawHttpResponse answer = connection.send(knock.call(host));
        if (!knock.isAnsweredBy(answer)) {
            throw new IOException(knock + " gets " + ProxyResponses.shown(answer));
        }
        return (System.nanoTime() - start) / 1e6;
    }

    private static double at(double[] sorted, int percent) {
        return sorted[Math.min(sorted.length - 1, sorted.length * percent / 100)];
    }
}
