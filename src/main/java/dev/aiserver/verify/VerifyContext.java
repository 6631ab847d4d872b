package dev.aiserver.verify;

import dev.aiserver.net.AbandonedRequest;
import dev.aiserver.net.HttpExchange;
import dev.aiserver.net.KeepAlivePool;
import dev.aiserver.net.RawHttpClient;
import dev.aiserver.net.RawHttpRequest;
import dev.aiserver.net.RawHttpResponse;
import dev.aiserver.service.JobStatus;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.UUID;

/** Gives checks access to a server: as a client sees it and, on the server's machine, to that machine. */
public final class VerifyContext {

    /** Applies to requests that need no model. */
    private static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(10);

    /** Applies to requests that need a model, which may have to be loaded from disk first. */
    private static final Duration MODEL_TIMEOUT = Duration.ofMinutes(5);

    private final ServerView client;
    private final Optional<ServerHost> server;
    private final Optional<FactsOfChecks> facts;
    private final Duration timeout;
    private final OptionalDouble maxLatencyMillis;
    private final String nonce;
    private final KeepAlivePool pool;
    private Optional<Models> models = Optional.empty();
    private Optional<StabilityWindow> stability = Optional.empty();

    private VerifyContext(
            ServerView client,
            Optional<ServerHost> server,
            Optional<FactsOfChecks> facts,
            Duration timeout,
            OptionalDouble maxLatencyMillis,
            String nonce) {
        this.client = client;
        this.server = server;
        this.facts = facts;
        this.timeout = timeout;
        this.maxLatencyMillis = maxLatencyMillis;
        this.nonce = nonce;
        this.pool = new KeepAlivePool(http(timeout));
    }

    private static VerifyContext of(ServerView client, Optional<ServerHost> server) {
        return new VerifyContext(
                client,
                server,
                Optional.empty(),
                DEFAULT_TIMEOUT,
                OptionalDouble.empty(),
                "aiserver-verify=" + UUID.randomUUID());
    }

    /** Returns the context of a client, which has no access to the server's machine. */
    public static VerifyContext fromClient(ServerView client) {
        return of(client, Optional.empty());
    }

    /** Returns the context of the machine that the server runs on. */
    public static VerifyContext onServer(ServerView client, ServerHost server) {
        return of(client, Optional.of(server));
    }

    /** Returns a copy with another timeout for requests that need no model. */
    VerifyContext withTimeout(Duration otherTimeout) {
        return new VerifyContext(client, server, facts, otherTimeout, maxLatencyMillis, nonce);
    }

    /** Returns a copy in which more latency than this, added by the proxy, is a failure ({@code --max-latency}). */
    public VerifyContext withMaxLatency(double millis) {
        return new VerifyContext(client, server, facts, timeout, OptionalDouble.of(millis), nonce);
    }

    /** Returns a copy that has the facts of the checks on the server already. */
    public VerifyContext with(FactsOfChecks known) {
        return new VerifyContext(client, server, Optional.of(known), timeout, maxLatencyMillis, nonce);
    }

    Optional<FactsOfChecks> facts() {
        return facts;
    }

    /** Returns the limit of {@code --max-latency}, if the user set one. */
    OptionalDouble maxLatencyMillis() {
        return maxLatencyMillis;
    }

    public ServerView client() {
        return client;
    }

    /** Returns the server's machine, or nothing on a client. */
    Optional<ServerHost> server() {
        return server;
    }

    /** Returns a query string that is unique to this run, which finds this run's requests in Ollama's log. */
    String nonce() {
        return nonce;
    }

    String host() {
        return client.host();
    }

    /** Returns the installed models; after an error, the next check tries again. */
    synchronized Models models() throws IOException {
        if (models.isEmpty()) {
            models = Optional.of(Models.of(this));
        }
        return models.get();
    }

    /**
     * Watches the services once, for all checks that need it.
     *
     * @param before their states at the start
     */
    synchronized StabilityWindow stability(ServerHost on, List<JobStatus> before) {
        if (stability.isEmpty()) {
            stability = Optional.of(StabilityWindow.of(on, before));
        }
        return stability.get();
    }

    /** Sends a request that needs no model through the proxy. */
    RawHttpResponse send(RawHttpRequest request) throws IOException {
        return http(timeout).send(request);
    }

    /** Sends a request on a pooled connection, which stays open until {@link #closeConnections}. */
    RawHttpResponse sendPooled(RawHttpRequest request) throws IOException {
        return pool.send(request);
    }

    void closeConnections() {
        pool.close();
    }

    /**
     * Sends bytes unchanged and reads at most {@code max} responses; see {@link RawHttpClient#sendAndReadResponses}.
     */
    List<RawHttpResponse> send(byte[] request, int max) throws IOException {
        return http(timeout).sendAndReadResponses(request, max);
    }

    /**
     * Sends bytes unchanged and reads responses until the connection ends, or until it is silent for this time after a
     * response.
     */
    List<RawHttpResponse> sendAll(byte[] request, int max, Duration silence) throws IOException {
        return http(timeout).sendAndReadResponses(request, max, silence);
    }

    /** Sends a request in two parts and reads the response; see {@link RawHttpClient#sendRestAfterResponse}. */
    Optional<RawHttpResponse> sendInTwoParts(byte[] first, byte[] rest) throws IOException {
        return http(timeout).sendRestAfterResponse(first, rest);
    }

    /** Sends bytes unchanged and reads one response. */
    RawHttpResponse send(byte[] request) throws IOException {
        return http(timeout).send(request);
    }

    /** Sends a request that needs a model through the proxy, and returns its open response. */
    HttpExchange open(RawHttpRequest request) throws IOException {
        return http(MODEL_TIMEOUT).open(request);
    }

    /**
     * Sends a request that needs a model through the proxy, and disconnects after this time or when the response
     * starts.
     */
    AbandonedRequest abandon(RawHttpRequest request, Duration limit) throws IOException {
        return http(limit).abandon(request, limit);
    }

    /** Sends a streamed request through the proxy and reads the stream to its end. */
    EventStream stream(RawHttpRequest request) throws IOException {
        try (HttpExchange exchange = open(request)) {
            return RepeatedTokens.requireNone(EventStream.read(exchange, Integer.MAX_VALUE));
        }
    }

    /** Sends a request that needs a model through the proxy and reads the whole response. */
    RawHttpResponse generate(RawHttpRequest request) throws IOException {
        return RepeatedTokens.requireNone(http(MODEL_TIMEOUT).send(request));
    }

    private RawHttpClient http(Duration limit) {
        return new RawHttpClient(
                new InetSocketAddress(client.address(), client.proxy().port()), limit);
    }

    /** Returns a client for requests to Ollama itself, without the proxy, that need no model. */
    RawHttpClient ollama(ServerHost from) {
        return ollamaOn(from, timeout);
    }

    /** Returns a client for the proxy that uses the route of {@link #ollama}, so that the two are comparable. */
    RawHttpClient proxy(ServerHost from) {
        return proxyOn(from, timeout);
    }

    /** Sends a request that needs a model to Ollama itself. */
    HttpExchange openOllama(ServerHost from, RawHttpRequest request) throws IOException {
        return ollamaOn(from, MODEL_TIMEOUT).open(request);
    }

    /** Sends a request that needs a model through the proxy, on the route of {@link #openOllama}. */
    HttpExchange openProxy(ServerHost from, RawHttpRequest request) throws IOException {
        return proxyOn(from, MODEL_TIMEOUT).open(request);
    }

    private static RawHttpClient ollamaOn(ServerHost server, Duration limit) {
        InetSocketAddress address =
                new InetSocketAddress("127.0.0.1", server.spec().ollama().port());
        return new RawHttpClient(server.host(), address, limit);
    }

    private RawHttpClient proxyOn(ServerHost server, Duration limit) {
        return new RawHttpClient(
                server.host(),
                new InetSocketAddress(client.address(), client.proxy().port()),
                limit);
    }

    /** Returns the value of the Host header for requests to Ollama itself. */
    static String ollamaHost(ServerHost server) {
        return "127.0.0.1:" + server.spec().ollama().port();
    }
}
