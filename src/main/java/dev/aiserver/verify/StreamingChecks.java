package dev.aiserver.verify;

import dev.aiserver.net.AbandonedRequest;
import dev.aiserver.net.HttpExchange;
import dev.aiserver.net.RawHttpRequest;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/** Checks that streams are not buffered, and that generation stops when the client disconnects. */
final class StreamingChecks {
    private static final String FIX = "run \"aiserver install\" to rewrite haproxy.cfg";
    private static final int TOKENS = 24;
    private static final int ROUNDS = 3;

    /** Keeps a model generating long enough that a disconnect at the first token is noticed before the end. */
    private static final int MANY_TOKENS = 2000;

    private static final Duration STOP_LIMIT = Duration.ofSeconds(3);

    /** Long enough for the request to reach the model, shorter than the model needs to process a long prompt. */
    private static final Duration ARRIVAL_TIME = Duration.ofMillis(100);

    /** A shorter stream cannot show whether the proxy buffers it. */
    private static final double MIN_SPREAD_MILLIS = 20;

    /** Longer than a busy moment of the machine; after a stream of this length, further rounds use no more tokens. */
    private static final Duration LONG_STREAM = Duration.ofSeconds(1);

    private static final double TOLERANCE_MILLIS = 40;

    /** Allows this difference of the median gap between words, or half of the median gap at Ollama if that is more. */
    private static final double MEDIAN_TOLERANCE_MILLIS = 3;

    private static final Pattern GIN = Pattern.compile("\\| +(\\d{3}) \\| +(\\S+) \\|");

    /** Matches a duration of a second or more in Ollama's log; a shorter generation may be too fast to be stopped. */
    private static final Pattern SECONDS = Pattern.compile(".*\\ds");

    private StreamingChecks() {}

    static List<Check> all(ServerView client) {
        if (!client.opens("POST", "/v1/chat/completions")) {
            return List.of();
        }
        return List.of(
                Check.ofModel(
                                "streaming.flow",
                                "streamed words arrive one by one",
                                Models.Ability.COMPLETION,
                                StreamingChecks::isNotBuffered)
                        .with(Check.Trait.ALONE),
                Check.ofModelOnServer(
                                "streaming.side-by-side",
                                "words arrive as evenly as from Ollama itself",
                                Models.Ability.COMPLETION,
                                StreamingChecks::sideBySide)
                        .with(Check.Trait.ALONE),
                Check.ofModelOnServer(
                                "streaming.cancel",
                                "generation stops when the client disconnects",
                                Models.Ability.COMPLETION,
                                StreamingChecks::stopsGeneration)
                        .with(Check.Trait.ALONE),
                Check.ofModelOnServer(
                                "streaming.cancel-early",
                                "generation stops when the client disconnects before the first word",
                                Models.Ability.COMPLETION,
                                StreamingChecks::stopsEarly)
                        .with(Check.Trait.ALONE));
    }

    /**
     * Streams up to three responses, with more tokens each time while they are short. A proxy that buffers sends every
     * response at once, however long it is. A busy machine does so only with responses shorter than its busy moment.
     */
    private static Outcome isNotBuffered(VerifyContext context, String model) throws IOException {
        int tokens = TOKENS;
        long start = System.nanoTime();
        Outcome outcome = flow(context, model, tokens);
        for (int round = 1; round < ROUNDS && !(outcome instanceof Outcome.Passed); round++) {
            tokens *= System.nanoTime() - start < LONG_STREAM.toNanos() ? 4 : 1;
            outcome = flow(context, model, tokens);
        }
        return outcome;
    }

    /** Describes the arrival of a stream, in milliseconds. */
    private record Flow(int events, double total, double spread) {
        static Flow of(EventStream stream, long start) {
            return new Flow(stream.events().size(), (System.nanoTime() - start) / 1e6, stream.spread());
        }

        boolean isBuffered() {
            return spread <= total / 4;
        }

        @Override
        public String toString() {
            return isBuffered()
                    ? "%d events within %.1f ms, after %.0f ms without any".formatted(events, spread, total - spread)
                    : "%d events over %.0f ms".formatted(events, spread);
        }
    }

    private static Outcome flow(VerifyContext context, String model, int tokens) throws IOException {
        String query = context.nonce() + "&allowed";
        long start = System.nanoTime();
        Flow flow = Flow.of(context.stream(OpenAiChecks.longChat(context.host(), model, tokens, query)), start);
        if (flow.events() < 3) {
            return new Outcome.Failed("the stream has only " + flow.events() + " events", FIX);
        }
        if (flow.total() < MIN_SPREAD_MILLIS) {
            return new Outcome.Skipped(model + " finishes in " + Math.round(flow.total()) + " ms, too fast to tell");
        }
        if (!flow.isBuffered()) {
            return new Outcome.Passed(flow.toString());
        }
        return context.server().isPresent()
                ? compareWithOllama(flow, direct(context, context.server().get(), model, tokens, query))
                : new Outcome.Warned(
                        flow.toString(),
                        "run \"aiserver verify\" on the server to find out whether the proxy is the cause");
    }

    /** Fails only if the words arrive one by one without the proxy. */
    private static Outcome compareWithOllama(Flow proxied, Flow direct) {
        return direct.isBuffered()
                ? new Outcome.Warned(
                        proxied + "; Ollama itself: " + direct,
                        "the model is too fast or this machine is too busy to tell; verify again when the machine "
                                + "is idle")
                : new Outcome.Failed(proxied + "; Ollama itself: " + direct, FIX);
    }

    private static Flow direct(VerifyContext context, ServerHost server, String model, int tokens, String query)
            throws IOException {
        long start = System.nanoTime();
        RawHttpRequest request = OpenAiChecks.longChat(VerifyContext.ollamaHost(server), model, tokens, query);
        try (HttpExchange exchange = context.openOllama(server, request)) {
            return Flow.of(EventStream.read(exchange, Integer.MAX_VALUE), start);
        }
    }

    /** Counts the best round, because a busy moment of the machine also delays words. */
    private static Outcome sideBySide(VerifyContext context, ServerHost server, String model) throws IOException {
        Outcome outcome = compare(context, server, model);
        for (int round = 1;
                round < ROUNDS && (outcome instanceof Outcome.Failed || outcome instanceof Outcome.Warned);
                round++) {
            Outcome again = compare(context, server, model);
            outcome = outcome instanceof Outcome.Failed || again instanceof Outcome.Passed ? again : outcome;
        }
        return outcome;
    }

    private static Outcome compare(VerifyContext context, ServerHost server, String model) throws IOException {
        EventStream source;
        RawHttpRequest toOllama =
                OpenAiChecks.longChat(VerifyContext.ollamaHost(server), model, TOKENS, context.nonce() + "&allowed");
        try (HttpExchange exchange = context.openOllama(server, toOllama)) {
            source = EventStream.read(exchange, Integer.MAX_VALUE);
        }
        EventStream proxied;
        RawHttpRequest viaProxy = OpenAiChecks.longChat(context.host(), model, TOKENS, context.nonce() + "&allowed");
        try (HttpExchange exchange = context.openProxy(server, viaProxy)) {
            proxied = EventStream.read(exchange, Integer.MAX_VALUE);
        }
        double longestAtSource = longestGap(source);
        double longest = longestGap(proxied);
        double medianAtSource = medianGap(source);
        double median = medianGap(proxied);
        String numbers = "median gap between words %.1f ms (Ollama itself %.1f ms), longest %.1f ms (%.1f ms)"
                .formatted(median, medianAtSource, longest, longestAtSource);
        if (source.spread() < MIN_SPREAD_MILLIS) {
            return new Outcome.Skipped(model + " is too fast to tell: " + numbers);
        }
        boolean inBursts = medianAtSource >= MEDIAN_TOLERANCE_MILLIS && median < medianAtSource / 4;
        if (inBursts || proxied.spread() < source.spread() / 2) {
            return new Outcome.Failed(numbers, FIX);
        }
        boolean even = longest <= 2 * longestAtSource + TOLERANCE_MILLIS
                && Math.abs(median - medianAtSource) <= Math.max(MEDIAN_TOLERANCE_MILLIS, medianAtSource / 2);
        return even
                ? new Outcome.Passed(numbers)
                : new Outcome.Warned(numbers, "find what else keeps this machine busy, then verify again");
    }

    private static double longestGap(EventStream stream) {
        return gaps(stream).max().orElse(0);
    }

    /** Returns the median gap, which is near zero if words arrive in bursts. */
    private static double medianGap(EventStream stream) {
        double[] sorted = gaps(stream).sorted().toArray();
        return sorted.length == 0 ? 0 : sorted[sorted.length / 2];
    }

    private static DoubleStream gaps(EventStream stream) {
        return IntStream.range(1, stream.events().size())
                .mapToDouble(i -> (stream.events().get(i).at()
                                - stream.events().get(i - 1).at())
                        / 1e6);
    }

    /**
     * Reads the end of the generation from Ollama's log: Ollama writes a request's line when it has finished with it.
     */
    private static Outcome stopsGeneration(VerifyContext context, ServerHost server, String model) throws IOException {
        String query = context.nonce() + "&allowed-leaving";
        RawHttpRequest request = OpenAiChecks.longChat(context.host(), model, MANY_TOKENS, query);
        try (HttpExchange exchange = context.open(request)) {
            EventStream first = EventStream.read(exchange, 1);
            if (first.events().isEmpty()) {
                return new Outcome.Failed("the stream has no event", FIX);
            }
        }
        long disconnected = System.nanoTime();
        OllamaLog log = server.host().ask(OllamaLog.query(server));
        Optional<String> line = log.await(query, STOP_LIMIT);
        double waited = (System.nanoTime() - disconnected) / 1e6;
        if (line.isEmpty()) {
            return log.inconclusiveIfNotWritten(context, STOP_LIMIT)
                    .orElse(new Outcome.Failed(
                            "Ollama is still generating " + STOP_LIMIT.toSeconds() + " s after the client disconnected",
                            FIX));
        }
        return stopped(waited, line.get(), "");
    }

    /**
     * Closes only the client's sending side and keeps reading. A proxy that notices this at once closes the connection.
     * A proxy that does not notice sends the whole response; with a fully closed connection it would notice at the
     * first word.
     */
    private static Outcome stopsEarly(VerifyContext context, ServerHost server, String model) throws IOException {
        String query = context.nonce() + "&allowed-leaving-early";
        RawHttpRequest request = OpenAiChecks.longPrompt(context.host(), model, MANY_TOKENS, query);
        try (AbandonedRequest abandoned = context.abandon(request, ARRIVAL_TIME)) {
            long disconnected = System.nanoTime();
            OllamaLog log = server.host().ask(OllamaLog.query(server));
            Optional<String> line = log.await(query, STOP_LIMIT);
            double waited = (System.nanoTime() - disconnected) / 1e6;
            if (line.isEmpty()) {
                return log.inconclusiveIfNotWritten(context, STOP_LIMIT)
                        .orElse(new Outcome.Failed(
                                "Ollama has not finished the request " + STOP_LIMIT.toSeconds()
                                        + " s after the client disconnected",
                                FIX));
            }
            if (!abandoned.readUntilClosed().contains("[DONE]")) {
                return stopped(
                        waited, line.get(), abandoned.responseStarted() ? "; the first word had already arrived" : "");
            }
            String duration = duration(line.get());
            return SECONDS.matcher(duration).matches()
                    ? new Outcome.Failed(
                            "Ollama generates the whole response, for " + duration + ", after the client disconnected",
                            FIX)
                    : new Outcome.Skipped(model + " finishes in " + duration + ", too fast to tell");
        }
    }

    private static Outcome stopped(double waited, String line, String remark) {
        return new Outcome.Passed("Ollama stops %.0f ms after the client disconnects, after running for %s%s"
                .formatted(waited, duration(line), remark));
    }

    private static String duration(String line) {
        Matcher gin = GIN.matcher(line);
        return gin.find() ? gin.group(2) : "?";
    }
}
