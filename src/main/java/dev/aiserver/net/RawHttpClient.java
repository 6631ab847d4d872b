package dev.aiserver.net;

import dev.aiserver.host.FirstLine;
import dev.aiserver.host.Host;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * An HTTP/1.1 client for one address, with one connection per request unless stated otherwise. It sends requests byte
 * for byte as given. Its first request takes a tenth of the time that {@code java.net.http} needs.
 */
public final class RawHttpClient {
    private static final int CONTINUE = 100;
    private static final int SWITCHING_PROTOCOLS = 101;

    /** The limit for interim responses (1xx) plus the final one. */
    private static final int MAX_HEADS = 20;

    /** Small enough that a reset by the server is noticed before everything is in a buffer. */
    private static final int PART = 16_384;

    private final InetSocketAddress server;
    private final Duration timeout;
    private final Connector connector;
    private final Duration responseLimit;

    /** Opens connections. */
    @FunctionalInterface
    private interface Connector {
        Socket connect(InetSocketAddress address, Duration timeout) throws IOException;
    }

    /**
     * Creates a client that connects from this machine.
     *
     * @param timeout for the connection, and for each read
     */
    public RawHttpClient(InetSocketAddress server, Duration timeout) {
        this(server, timeout, (address, limit) -> connect(Optional.empty(), address, limit), TimedInput.DEFAULT_LIMIT);
    }

    /**
     * Creates a client that connects from a host.
     *
     * @param server address as the host resolves it
     * @param timeout for the connection, and for each read
     */
    public RawHttpClient(Host host, InetSocketAddress server, Duration timeout) {
        this(server, timeout, host::connect, TimedInput.DEFAULT_LIMIT);
    }

    private RawHttpClient(InetSocketAddress server, Duration timeout, Connector connector, Duration responseLimit) {
        this.responseLimit = responseLimit;
        this.server = server;
        this.timeout = timeout;
        this.connector = connector;
    }

    /** Returns a client that sends from this address of this machine instead of the one that its routes choose. */
    public RawHttpClient from(InetAddress address) {
        return new RawHttpClient(
                server, timeout, (target, limit) -> connect(Optional.of(address), target, limit), responseLimit);
    }

    /** Returns a client whose responses must be complete within this time after they start. */
    RawHttpClient withResponseLimit(Duration limit) {
        return new RawHttpClient(server, timeout, connector, limit);
    }

    public InetSocketAddress server() {
        return server;
    }

    /**
     * Sends a request and reads the whole response.
     *
     * @throws IOException when there is no server, or no complete response in time
     */
    public RawHttpResponse send(RawHttpRequest request) throws IOException {
        try (HttpExchange exchange = open(request)) {
            return exchange.readAll();
        }
    }

    /** Sends these bytes and reads one response. */
    public RawHttpResponse send(byte[] request) throws IOException {
        try (HttpExchange exchange = open(request, false)) {
            return exchange.readAll();
        }
    }

    /**
     * Sends these bytes and reads up to {@code most} responses, or until the connection ends. A server that closes the
     * connection, in whatever way, has sent no more responses.
     */
    public List<RawHttpResponse> sendAndReadResponses(byte[] request, int most) throws IOException {
        return sendAndReadResponses(request, most, timeout);
    }

    /**
     * Sends and reads like {@link #sendAndReadResponses(byte[], int)}, for a server that may keep the connection open.
     *
     * @param silence after which a server that has sent a response counts as finished
     */
    public List<RawHttpResponse> sendAndReadResponses(byte[] request, int most, Duration silence) throws IOException {
        List<RawHttpResponse> answers = new ArrayList<>();
        Socket socket = connect();
        try (socket) {
            socket.getOutputStream().write(request);
            TimedInput arrival = arrival(socket);
            InputStream connection = new BufferedInputStream(arrival);
            while (answers.size() < most) {
                answers.add(readResponse(socket, connection, arrival, false).readAll());
                socket.setSoTimeout((int) silence.toMillis());
            }
        } catch (EOFException | SocketException e) {
            return answers; // the server closed the connection
        } catch (SocketTimeoutException e) {
            if (answers.isEmpty() || silence.equals(timeout)) {
                throw e;
            }
        }
        return answers;
    }

    /**
     * Sends the rest of a request after the response has started, and reads the response only then, like clients that
     * send everything before they read.
     *
     * @return empty when the server closed the connection before everything was sent and the response read
     */
    public Optional<RawHttpResponse> sendRestAfterResponse(byte[] first, byte[] rest) throws IOException {
        Socket socket = connect();
        try (socket) {
            socket.getOutputStream().write(first);
            TimedInput arrival = arrival(socket);
            InputStream connection = new BufferedInputStream(arrival);
            responseStarts(connection);
            write(socket, rest);
            return Optional.of(readResponse(socket, connection, arrival, false).readAll());
        } catch (EOFException | SocketException e) {
            return Optional.empty();
        }
    }

    /** Writes with a timeout: a server that does not read would otherwise block forever. */
    private void write(Socket socket, byte[] request) throws IOException {
        CompletableFuture<Void> late = CompletableFuture.runAsync(
                () -> {
                    try {
                        socket.close();
                    } catch (IOException e) {
                        return; // it is closed already
                    }
                },
                CompletableFuture.delayedExecutor(timeout.toMillis(), TimeUnit.MILLISECONDS));
        try {
            for (int at = 0; at < request.length; at += PART) {
                socket.getOutputStream().write(request, at, Math.min(PART, request.length - at));
            }
        } catch (SocketException e) {
            if (late.isDone()) {
                SocketTimeoutException unread = new SocketTimeoutException("the server does not read the request");
                unread.initCause(e);
                throw unread;
            }
            throw e;
        } finally {
            late.cancel(false);
        }
    }

    /** Opens a keep-alive connection. The caller closes it. */
    public KeepAliveConnection keepAlive() throws IOException {
        Socket socket = connect();
        try {
            return new KeepAliveConnection(socket, arrival(socket));
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    /** Sends a request and returns the response as soon as its head has arrived. */
    public HttpExchange open(RawHttpRequest request) throws IOException {
        return open(request.bytes(), request.method().equals("HEAD"));
    }

    /**
     * Sends a request and leaves: the server sees that the client closed its sending side, as when a client exits.
     *
     * @param responseWait how long to wait for the response to start before leaving
     */
    public AbandonedRequest abandon(RawHttpRequest request, Duration responseWait) throws IOException {
        Socket socket = connect();
        try {
            socket.getOutputStream().write(request.bytes());
            TimedInput arrival = arrival(socket);
            InputStream connection = new BufferedInputStream(arrival);
            socket.setSoTimeout((int) responseWait.toMillis());
            boolean answered = responseStarts(connection);
            socket.setSoTimeout((int) timeout.toMillis());
            socket.shutdownOutput();
            arrival.startTimedPart();
            return new AbandonedRequest(socket, connection, answered);
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    private static boolean responseStarts(InputStream connection) throws IOException {
        connection.mark(1);
        try {
            connection.read();
        } catch (SocketTimeoutException e) {
            return false;
        }
        connection.reset();
        return true;
    }

    private HttpExchange open(byte[] request, boolean head) throws IOException {
        Socket socket = connect();
        try {
            socket.getOutputStream().write(request);
            TimedInput arrival = arrival(socket);
            return readResponse(socket, new BufferedInputStream(arrival), arrival, head);
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    private TimedInput arrival(Socket socket) throws IOException {
        return new TimedInput(socket.getInputStream(), responseLimit);
    }

    private Socket connect() throws IOException {
        Socket socket = connector.connect(server, timeout);
        try {
            socket.setTcpNoDelay(true);
            socket.setSoTimeout((int) timeout.toMillis());
            return socket;
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    private static Socket connect(Optional<InetAddress> source, InetSocketAddress server, Duration timeout)
            throws IOException {
        Socket socket = new Socket();
        try {
            if (source.isPresent()) {
                socket.bind(new InetSocketAddress(source.get(), 0));
            }
            socket.connect(server, (int) timeout.toMillis());
            return socket;
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    /**
     * Reads a response.
     *
     * @param connection buffered view of {@code arrival}
     */
    static HttpExchange readResponse(Socket socket, InputStream connection, TimedInput arrival, boolean head)
            throws IOException {
        arrival.startTimedPart();
        int status;
        Map<String, String> headers;
        int heads = 0;
        do {
            if (++heads > MAX_HEADS) {
                throw new IOException("there are more than " + MAX_HEADS + " interim responses");
            }
            status = status(HttpHead.line(connection));
            headers = HttpHead.headers(connection);
        } while (status >= CONTINUE && status < 200 && status != SWITCHING_PROTOCOLS);
        return new HttpExchange(socket, status, headers, body(connection, status, headers, head), arrival);
    }

    private static int status(String line) throws IOException {
        String[] words = line.split(" ", 3);
        if (words.length < 2 || !words[0].startsWith("HTTP/1.") || !words[1].matches("\\d{3}")) {
            throw new IOException("not an HTTP response: " + FirstLine.of(line));
        }
        return Integer.parseInt(words[1]);
    }

    private static InputStream body(InputStream connection, int status, Map<String, String> headers, boolean head) {
        if (head || status < 200 || status == 204 || status == 304) {
            return InputStream.nullInputStream();
        }
        if (headers.getOrDefault("transfer-encoding", "").equalsIgnoreCase("chunked")) {
            return MessageBody.ofChunks(connection);
        }
        String length = headers.getOrDefault("content-length", "");
        return length.matches("\\d{1,18}") ? MessageBody.ofLength(connection, Long.parseLong(length)) : connection;
    }
}
