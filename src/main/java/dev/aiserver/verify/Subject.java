package dev.aiserver.verify;

import dev.aiserver.host.Trouble;
import dev.aiserver.net.Departure;
import dev.aiserver.net.HttpAnswer;
import dev.aiserver.net.HttpCall;
import dev.aiserver.net.HttpExchange;
import dev.aiserver.net.HttpProbe;
import dev.aiserver.net.KeptConnections;
import dev.aiserver.net.Listener;
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
public final class Subject {

    /** For what is answered at once. */
    private static final Duration USUAL_PATIENCE = Duration.ofSeconds(10);

    /** A model may have to be loaded from the disk first. */
    private static final Duration TIME_TO_GENERATE = Duration.ofMinutes(5);

    private final Client client;
    private final Supplier<Optional<Server>> look;
    private final Object looking = new Object();
    private final Duration patience;
    private final OptionalDouble mostAddedMillis;
    private final String nonce;
    private final KeptConnections kept;
    private @Nullable Supplier<Optional<Server>> seen;
    private Optional<Models> models = Optional.empty();
    private Optional<Passage> passage = Optional.empty();
    private Optional<List<Listener>> listeners = Optional.empty();

    private Subject(
            Client client,
            Supplier<Optional<Server>> look,
            Duration patience,
            OptionalDouble mostAddedMillis,
            String nonce) {
        this.client = client;
        this.look = look;
        this.patience = patience;
        this.mostAddedMillis = mostAddedMillis;
        this.nonce = nonce;
        this.kept = new KeptConnections(probe(patience));
    }

    private static Subject of(Client client, Supplier<Optional<Server>> look) {
        return new Subject(
                client, look, USUAL_PATIENCE, OptionalDouble.empty(), "aiserver-verify=" + UUID.randomUUID());
    }

    /** From a client machine, without access to the server. */
    public static Subject seenFromOutside(Client client) {
        return of(client, Optional::empty);
    }

    /**
     * From the machine that the server runs on.
     *
     * @param look at that machine, when the first check needs it
     */
    public static Subject seenFromInside(Client client, Supplier<Server> look) {
        return of(client, () -> Optional.of(look.get()));
    }

    /** The same, of which an answer that takes no model is waited for so long. */
    Subject with(Duration otherPatience) {
        return new Subject(client, look, otherPatience, mostAddedMillis, nonce);
    }

    /** The same, whose proxy may add so much to the time of an answer, as the person demands. */
    public Subject addingAtMost(double millis) {
        return new Subject(client, look, patience, OptionalDouble.of(millis), nonce);
    }

    /** Empty unless the person demands it. */
    OptionalDouble mostAddedMillis() {
        return mostAddedMillis;
    }

    public Client client() {
        return client;
    }

    /** Looked at once for all; one that cannot be looked at is not tried again, which may take long. */
    Optional<Server> server() {
        synchronized (looking) {
            if (seen == null) {
                seen = sight();
            }
            return seen.get();
        }
    }

    private Supplier<Optional<Server>> sight() {
        try {
            Optional<Server> server = look.get();
            return () -> server;
        } catch (Trouble trouble) {
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
    synchronized List<Listener> listeners(Server from) {
        if (listeners.isEmpty()) {
            listeners = Optional.of(from.listeners());
        }
        return listeners.get();
    }

    /** Watched once, for all that ask it. */
    synchronized Passage passage(Server from) {
        if (passage.isEmpty()) {
            passage = Optional.of(Passage.of(from));
        }
        return passage.get();
    }

    /** Sends through the proxy what is answered at once. */
    HttpAnswer send(HttpCall call) throws IOException {
        return probe(patience).send(call);
    }

    /** The same on a connection that is kept, until {@link #hangUp}. */
    HttpAnswer sendOnKept(HttpCall call) throws IOException {
        return kept.send(call);
    }

    void hangUp() {
        kept.close();
    }

    /** Sends bytes as they are; see {@link HttpProbe#answers}. */
    List<HttpAnswer> send(byte[] request, int most) throws IOException {
        return probe(patience).answers(request, most);
    }

    /** The same, to the end of the connection or until it is silent for so long after an answer. */
    List<HttpAnswer> sendAll(byte[] request, int most, Duration silence) throws IOException {
        return probe(patience).answers(request, most, silence);
    }

    /** See {@link HttpProbe#answerBehind}. */
    Optional<HttpAnswer> sendBehind(byte[] first, byte[] rest) throws IOException {
        return probe(patience).answerBehind(first, rest);
    }

    /** Sends bytes as they are, and reads one answer. */
    HttpAnswer send(byte[] request) throws IOException {
        return probe(patience).send(request);
    }

    /** Sends through the proxy what a model answers. */
    HttpExchange ask(HttpCall call) throws IOException {
        return probe(TIME_TO_GENERATE).open(call);
    }

    /** Sends through the proxy what is answered by a model, and leaves after so long or when the answer begins. */
    Departure leave(HttpCall call, Duration patience) throws IOException {
        return probe(patience).leave(call, patience);
    }

    /** Sends through the proxy what a model answers as a stream, and reads it to its end. */
    EventStream stream(HttpCall call) throws IOException {
        try (HttpExchange exchange = ask(call)) {
            return Repetition.refuse(EventStream.read(exchange, Integer.MAX_VALUE));
        }
    }

    /** Sends through the proxy what a model answers as a whole. */
    HttpAnswer generate(HttpCall call) throws IOException {
        return Repetition.refuse(probe(TIME_TO_GENERATE).send(call));
    }

    private HttpProbe probe(Duration timeout) {
        return new HttpProbe(
                new InetSocketAddress(client.address(), client.proxy().port()), timeout);
    }

    /** Ollama itself, past the proxy, for what it answers at once. */
    HttpProbe ollama(Server from) {
        return ollamaOn(from, patience);
    }

    /** The proxy on the same way as Ollama itself, so that the two can be compared. */
    HttpProbe proxy(Server from) {
        return proxyOn(from, patience);
    }

    /** Sends to Ollama itself what a model answers. */
    HttpExchange askOllama(Server from, HttpCall call) throws IOException {
        return ollamaOn(from, TIME_TO_GENERATE).open(call);
    }

    /** Sends through the proxy what a model answers, on the same way as to Ollama itself. */
    HttpExchange askProxy(Server from, HttpCall call) throws IOException {
        return proxyOn(from, TIME_TO_GENERATE).open(call);
    }

    private static HttpProbe ollamaOn(Server server, Duration timeout) {
        InetSocketAddress there =
                new InetSocketAddress("127.0.0.1", server.spec().ollama().port());
        return new HttpProbe(server.host(), there, timeout);
    }

    private HttpProbe proxyOn(Server server, Duration timeout) {
        return new HttpProbe(
                server.host(),
                new InetSocketAddress(client.address(), client.proxy().port()),
                timeout);
    }

    static String ollamaHost(Server server) {
        return "127.0.0.1:" + server.spec().ollama().port();
    }
}
