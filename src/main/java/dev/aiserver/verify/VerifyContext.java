package dev.aiserver.verify;

import dev.aiserver.host.UserError;
import dev.aiserver.net.AbandonedRequest;
import dev.aiserver.net.HttpExchange;
import dev.aiserver.net.KeepAlivePool;
import dev.aiserver.net.Listener;
import dev.aiserver.net.RawHttpClient;
import dev.aiserver.net.RawHttpRequest;
import dev.aiserver.net.RawHttpResponse;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A server that checks speak of, as a client sees it, and where possible as the machine that it runs on does. */
public final class VerifyContext {

    /** For what is answered at once. */
    private static final Duration USUAL_PATIENCE = Duration.ofSeconds(10);

    /** A model may have to be loaded from the disk first. */
    private static final Duration TIME_TO_GENERATE = Duration.ofMinutes(5);

    private final ServerView client;
    private final Supplier<Optional<ServerHost>> look;
    private final Object looking = new Object();
    private final Duration patience;
    private final OptionalDouble mostAddedMillis;
    private final String nonce;
    private final KeepAlivePool kept;
    private @Nullable Supplier<Optional<ServerHost>> seen;
    private Optional<Models> models = Optional.empty();
    private Optional<StabilityWindow> passage = Optional.empty();
    private Optional<List<Listener>> listeners = Optional.empty();

    private VerifyContext(
            ServerView client,
            Supplier<Optional<ServerHost>> look,
            Duration patience,
            OptionalDouble mostAddedMillis,
            String nonce) {
        this.client = client;
        this.look = look;
        this.patience = patience;
        this.mostAddedMillis = mostAddedMillis;
        this.nonce = nonce;
        this.kept = new KeepAlivePool(probe(patience));
    }

    private static VerifyContext of(ServerView client, Supplier<Optional<ServerHost>> look) {
        return new VerifyContext(
                client, look, USUAL_PATIENCE, OptionalDouble.empty(), "aiserver-verify=" + UUID.randomUUID());
    }

    /** From a client machine, without access to the server. */
    public static VerifyContext fromClient(ServerView client) {
        return of(client, Optional::empty);
    }

    /**
     * From the machine that the server runs on.
     *
     * @param look at that machine, when the first check needs it
     */
    public static VerifyContext onServer(ServerView client, Supplier<ServerHost> look) {
        return of(client, () -> Optional.of(look.get()));
    }

    /** The same, of which an answer that takes no model is waited for so long. */
    VerifyContext with(Duration otherPatience) {
        return new VerifyContext(client, look, otherPatience, mostAddedMillis, nonce);
    }

    /** The same, whose proxy may add so much to the time of an answer, as the person demands. */
    public VerifyContext withMaxLatency(double millis) {
        return new VerifyContext(client, look, patience, OptionalDouble.of(millis), nonce);
    }

    /** Empty unless the person demands it. */
    OptionalDouble mostAddedMillis() {
        return mostAddedMillis;
    }

    public ServerView client() {
        return client;
    }

    /** Looked at once for all; one that cannot be looked at is not tried again, which may take long. */
    Optional<ServerHost> server() {
        synchronized (looking) {
            if (seen == null) {
                seen = sight();
            }
            return seen.get();
        }
    }

    private Supplier<Optional<ServerHost>> sight() {
        try {
            Optional<ServerHost> server = look.get();
            return () -> server;
        } catch (UserError trouble) {
            return () -> {
                throw trouble;
            };
        }
    }

    /** A query that no other request has: what carries it can be found in Ollama's log. */
    String nonce() {
        return nonce;
    }

    String host() {
        return client.host();
    }

    /** Asked once; a server that does not tell is asked again by the next check. */
    synchronized Models models() throws IOException {
        if (models.isEmpty()) {
            models = Optional.of(Models.of(this));
        }
        return models.get();
    }

    /** Who listens there, asked once for all that judge it, so that they speak of the same moment. */
    synchronized List<Listener> listeners(ServerHost from) {
        if (listeners.isEmpty()) {
            listeners = Optional.of(from.listeners());
        }
        return listeners.get();
    }

    /** Watched once, for all that ask it. */
    synchronized StabilityWindow passage(ServerHost from) {
        if (passage.isEmpty()) {
            passage = Optional.of(StabilityWindow.of(from));
        }
        return passage.get();
    }

    /** Sends through the proxy what is answered at once. */
    RawHttpResponse send(RawHttpRequest call) throws IOException {
        return probe(patience).send(call);
    }

    /** The same on a connection that is kept, until {@link #hangUp}. */
    RawHttpResponse sendOnKept(RawHttpRequest call) throws IOException {
        return kept.send(call);
    }

    void hangUp() {
        kept.close();
    }

    /** Sends bytes as they are; see {@link RawHttpClient#sendAndReadResponses}. */
    List<RawHttpResponse> send(byte[] request, int most) throws IOException {
        return probe(patience).sendAndReadResponses(request, most);
    }

    /** The same, to the end of the connection or until it is silent for so long after an answer. */
    List<RawHttpResponse> sendAll(byte[] request, int most, Duration silence) throws IOException {
        return probe(patience).sendAndReadResponses(request, most, silence);
    }

    /** See {@link RawHttpClient#sendRestAfterResponse}. */
    Optional<RawHttpResponse> sendBehind(byte[] first, byte[] rest) throws IOException {
        return probe(patience).sendRestAfterResponse(first, rest);
    }

    /** Sends bytes as they are, and reads one answer. */
    RawHttpResponse send(byte[] request) throws IOException {
        return probe(patience).send(request);
    }

    /** Sends through the proxy what a model answers. */
    HttpExchange ask(RawHttpRequest call) throws IOException {
        return probe(TIME_TO_GENERATE).open(call);
    }

    /** Sends through the proxy what is answered by a model, and leaves after so long or when the answer begins. */
    AbandonedRequest leave(RawHttpRequest call, Duration patience) throws IOException {
        return probe(patience).abandon(call, patience);
    }

    /** Sends through the proxy what a model answers as a stream, and reads it to its end. */
    EventStream stream(RawHttpRequest call) throws IOException {
        try (HttpExchange exchange = ask(call)) {
            return RepeatedTokens.refuse(EventStream.read(exchange, Integer.MAX_VALUE));
        }
    }

    /** Sends through the proxy what a model answers as a whole. */
    RawHttpResponse generate(RawHttpRequest call) throws IOException {
        return RepeatedTokens.refuse(probe(TIME_TO_GENERATE).send(call));
    }

    private RawHttpClient probe(Duration timeout) {
        return new RawHttpClient(
                new InetSocketAddress(client.address(), client.proxy().port()), timeout);
    }

    /** Ollama itself, past the proxy, for what it answers at once. */
    RawHttpClient ollama(ServerHost from) {
        return ollamaOn(from, patience);
    }

    /** The proxy on the same way as Ollama itself, so that the two can be compared. */
    RawHttpClient proxy(ServerHost from) {
        return proxyOn(from, patience);
    }

    /** Sends to Ollama itself what a model answers. */
    HttpExchange askOllama(ServerHost from, RawHttpRequest call) throws IOException {
        return ollamaOn(from, TIME_TO_GENERATE).open(call);
    }

    /** Sends through the proxy what a model answers, on the same way as to Ollama itself. */
    HttpExchange askProxy(ServerHost from, RawHttpRequest call) throws IOException {
        return proxyOn(from, TIME_TO_GENERATE).open(call);
    }

    private static RawHttpClient ollamaOn(ServerHost server, Duration timeout) {
        InetSocketAddress there =
                new InetSocketAddress("127.0.0.1", server.spec().ollama().port());
        return new RawHttpClient(server.host(), there, timeout);
    }

    private RawHttpClient proxyOn(ServerHost server, Duration timeout) {
        return new RawHttpClient(
                server.host(),
                new InetSocketAddress(client.address(), client.proxy().port()),
                timeout);
    }

    static String ollamaHost(ServerHost server) {
        return "127.0.0.1:" + server.spec().ollama().port();
    }
}
