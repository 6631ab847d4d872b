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

/** That streams stream, and end with their reader. */
final class StreamingChecks {
    private static final String FIX = "run \"aiserver install\" to write haproxy.cfg anew";
    private static final int TOKENS = 24;
    private static final int ROUNDS = 3;

    /** So many that no model has said them all before a client that leaves at the first is noticed. */
    private static final int MANY_TOKENS = 2000;

    private static final Duration TIME_TO_STOP = Duration.ofSeconds(3);

    /** Enough for the request to be with the model, and less than it needs to read a long prompt. */
    private static final Duration TIME_TO_ARRIVE = Duration.ofMillis(100);

    /** A source that is faster than this says nothing about who holds what back. */
    private static final double SHORTEST_SPREAD_MILLIS = 20;

    /** No busy moment is as long as this; a slow model shall not be asked for more. */
    private static final Duration LONG_ENOUGH = Duration.ofSeconds(1);

    private static final double ALLOWANCE_MILLIS = 40;

    /** From one word to the next a proxy may add or take this much, or half of what it is at the source. */
    private static final double USUAL_ALLOWANCE_MILLIS = 3;

    private static final Pattern GIN = Pattern.compile("\\| +(\\d{3}) \\| +(\\S+) \\|");

    /** As Ollama writes a duration of a second or more; a shorter answer may have been too fast to be stopped. */
    private static final Pattern SECONDS = Pattern.compile(".*\\ds");

    private StreamingChecks() {}

    static List<Check> all(ServerView client) {
        if (!client.opens("POST", "/v1/chat/completions")) {
            return List.of();
        }
        return List.of(
                Check.ofModel(
                                "streaming.flow",
                                "a stream's words arrive one after another",
                                Models.Ability.COMPLETION,
                                StreamingChecks::flows)
                        .with(Check.Trait.ALONE),
                Check.ofModelOnServer(
                                "streaming.side-by-side",
                                "words arrive as evenly as at Ollama itself",
                                Models.Ability.COMPLETION,
                                StreamingChecks::sideBySide)
                        .with(Check.Trait.ALONE),
                Check.ofModelOnServer(
                                "streaming.cancel",
                                "a client that leaves stops its generation",
                                Models.Ability.COMPLETION,
                                StreamingChecks::cancels)
                        .with(Check.Trait.ALONE),
                Check.ofModelOnServer(
                                "streaming.cancel-early",
                                "a client that leaves before the first word stops its generation",
                                Models.Ability.COMPLETION,
                                StreamingChecks::cancelsEarly)
                        .with(Check.Trait.ALONE));
    }

    /**
     * A proxy that gathers an answer sends all of it at once, however long it is. So does a machine that is busy for a
     * moment, but not with an answer that takes longer than the moment.
     */
    private static Outcome flows(VerifyContext subject, String model) throws IOException {
        int tokens = TOKENS;
        long start = System.nanoTime();
        Outcome outcome = flow(subject, model, tokens);
        for (int round = 1; round < ROUNDS && !(outcome instanceof Outcome.Passed); round++) {
            tokens *= System.nanoTime() - start < LONG_ENOUGH.toNanos() ? 4 : 1;
            outcome = flow(subject, model, tokens);
        }
        return outcome;
    }

    /** How a stream arrived, in milliseconds. */
    private record Flow(int events, double total, double spread) {
        static Flow of(EventStream stream, long start) {
            return new Flow(stream.events().size(), (System.nanoTime() - start) / 1e6, stream.spread());
        }

        boolean isGathered() {
            return spread <= total / 4;
        }

        @Override
        public String toString() {
            return isGathered()
                    ? "%d events within %.1f ms, after %.0f ms of nothing".formatted(events, spread, total - spread)
                    : "%d events over %.0f ms".formatted(events, spread);
        }
    }

    private static Outcome flow(VerifyContext subject, String model, int tokens) throws IOException {
        String query = subject.nonce() + "&allowed";
        long start = System.nanoTime();
        Flow flow = Flow.of(subject.stream(OpenAiChecks.longChat(subject.host(), model, tokens, query)), start);
        if (flow.events() < 3) {
            return new Outcome.Failed("it has " + flow.events() + " events", FIX);
        }
        if (flow.total() < SHORTEST_SPREAD_MILLIS) {
            return new Outcome.Skipped(model + " says it all in " + Math.round(flow.total()) + " ms, too fast to tell");
        }
        if (!flow.isGathered()) {
            return new Outcome.Passed(flow.toString());
        }
        return subject.server().isPresent()
                ? blame(flow, directly(subject, subject.server().get(), model, tokens, query))
                : new Outcome.Warned(
                        flow.toString(), "\"aiserver verify\" on the server tells whether the proxy does it");
    }

    /** The proxy holds words back only if they come one after another without it. */
    private static Outcome blame(Flow proxied, Flow direct) {
        return direct.isGathered()
                ? new Outcome.Warned(
                        proxied + "; so does Ollama itself: " + direct,
                        "the model is too fast or this machine too busy to tell; verify again when it is idle")
                : new Outcome.Failed(proxied + "; at Ollama itself " + direct, FIX);
    }

    private static Flow directly(VerifyContext subject, ServerHost server, String model, int tokens, String query)
            throws IOException {
        long start = System.nanoTime();
        RawHttpRequest call = OpenAiChecks.longChat(VerifyContext.ollamaHost(server), model, tokens, query);
        try (HttpExchange exchange = subject.askOllama(server, call)) {
            return Flow.of(EventStream.read(exchange, Integer.MAX_VALUE), start);
        }
    }

    /** A machine that is busy for a moment holds words back as well: the best round counts. */
    private static Outcome sideBySide(VerifyContext subject, ServerHost server, String model) throws IOException {
        Outcome outcome = compare(subject, server, model);
        for (int round = 1;
                round < ROUNDS && (outcome instanceof Outcome.Failed || outcome instanceof Outcome.Warned);
                round++) {
            Outcome again = compare(subject, server, model);
            outcome = outcome instanceof Outcome.Failed || again instanceof Outcome.Passed ? again : outcome;
        }
        return outcome;
    }

    private static Outcome compare(VerifyContext subject, ServerHost server, String model) throws IOException {
        EventStream source;
        RawHttpRequest direct =
                OpenAiChecks.longChat(VerifyContext.ollamaHost(server), model, TOKENS, subject.nonce() + "&allowed");
        try (HttpExchange exchange = subject.askOllama(server, direct)) {
            source = EventStream.read(exchange, Integer.MAX_VALUE);
        }
        EventStream proxied;
        RawHttpRequest through = OpenAiChecks.longChat(subject.host(), model, TOKENS, subject.nonce() + "&allowed");
        try (HttpExchange exchange = subject.askProxy(server, through)) {
            proxied = EventStream.read(exchange, Integer.MAX_VALUE);
        }
        double expected = longestGap(source);
        double seen = longestGap(proxied);
        double usual = usualGap(source);
        double usualSeen = usualGap(proxied);
        String numbers = "from word to word %.1f ms, at Ollama itself %.1f ms; at most %.1f and %.1f ms"
                .formatted(usualSeen, usual, seen, expected);
        if (source.spread() < SHORTEST_SPREAD_MILLIS) {
            return new Outcome.Skipped(model + " is too fast to tell: " + numbers);
        }
        boolean inBursts = usual >= USUAL_ALLOWANCE_MILLIS && usualSeen < usual / 4;
        if (inBursts || proxied.spread() < source.spread() / 2) {
            return new Outcome.Failed(numbers, FIX);
        }
        boolean even = seen <= 2 * expected + ALLOWANCE_MILLIS
                && Math.abs(usualSeen - usual) <= Math.max(USUAL_ALLOWANCE_MILLIS, usual / 2);
        return even
                ? new Outcome.Passed(numbers)
                : new Outcome.Warned(numbers, "look for what else keeps this machine busy, then verify again");
    }

    private static double longestGap(EventStream stream) {
        return gaps(stream).max().orElse(0);
    }

    /** The median: words that come in bursts have none between most of them. */
    private static double usualGap(EventStream stream) {
        double[] sorted = gaps(stream).sorted().toArray();
        return sorted.length == 0 ? 0 : sorted[sorted.length / 2];
    }

    private static DoubleStream gaps(EventStream stream) {
        return IntStream.range(1, stream.events().size())
                .mapToDouble(i -> (stream.events().get(i).at()
                                - stream.events().get(i - 1).at())
                        / 1e6);
    }

    /** Ollama writes its line about a request when it is done with it. */
    private static Outcome cancels(VerifyContext subject, ServerHost server, String model) throws IOException {
        String query = subject.nonce() + "&allowed-leaving";
        RawHttpRequest call = OpenAiChecks.longChat(subject.host(), model, MANY_TOKENS, query);
        try (HttpExchange exchange = subject.ask(call)) {
            EventStream beginning = EventStream.read(exchange, 1);
            if (beginning.events().isEmpty()) {
                return new Outcome.Failed("the stream has no event", FIX);
            }
        }
        long left = System.nanoTime();
        OllamaLog log = new OllamaLog(server);
        Optional<String> line = log.await(query, TIME_TO_STOP);
        double waited = (System.nanoTime() - left) / 1e6;
        if (line.isEmpty()) {
            return log.deaf(subject, TIME_TO_STOP)
                    .orElse(new Outcome.Failed(
                            "Ollama still generates " + TIME_TO_STOP.toSeconds() + " s after the client has left",
                            FIX));
        }
        return stopped(waited, line.get(), "");
    }

    /**
     * Only what a client sends ends here, and it goes on listening: a proxy that notices at once hangs up, and another
     * one sends it the whole answer, where it would notice at the first word that the connection has gone altogether.
     */
    private static Outcome cancelsEarly(VerifyContext subject, ServerHost server, String model) throws IOException {
        String query = subject.nonce() + "&allowed-leaving-early";
        RawHttpRequest call = OpenAiChecks.longPrompt(subject.host(), model, MANY_TOKENS, query);
        try (AbandonedRequest departure = subject.leave(call, TIME_TO_ARRIVE)) {
            long left = System.nanoTime();
            OllamaLog log = new OllamaLog(server);
            Optional<String> line = log.await(query, TIME_TO_STOP);
            double waited = (System.nanoTime() - left) / 1e6;
            if (line.isEmpty()) {
                return log.deaf(subject, TIME_TO_STOP)
                        .orElse(new Outcome.Failed(
                                "Ollama is not done with it " + TIME_TO_STOP.toSeconds()
                                        + " s after the client has left",
                                FIX));
            }
            if (!departure.readUntilClosed().contains("[DONE]")) {
                return stopped(
                        waited, line.get(), departure.responseStarted() ? "; the first word came before that" : "");
            }
            String took = took(line.get());
            return SECONDS.matcher(took).matches()
                    ? new Outcome.Failed(
                            "the whole answer is generated, for " + took + ", after the client has left", FIX)
                    : new Outcome.Skipped(model + " says it all in " + took + ", too fast to tell");
        }
    }

    private static Outcome stopped(double waited, String line, String more) {
        return new Outcome.Passed("Ollama stops %.0f ms after the client has left, having run for %s%s"
                .formatted(waited, took(line), more));
    }

    private static String took(String line) {
        Matcher gin = GIN.matcher(line);
        return gin.find() ? gin.group(2) : "?";
    }
}
