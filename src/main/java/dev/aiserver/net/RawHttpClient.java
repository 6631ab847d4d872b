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
 * Speaks plain HTTP/1.1 to one address, one connection for each request unless told otherwise. It sends what it is told
 * to, byte for byte, and it starts in a tenth of the time that {@code java.net.http} needs for its first request.
 */
public final class RawHttpClient {
    private static final int CONTINUE = 100;
    private static final int SWITCHING_PROTOCOLS = 101;

    /** Of one answer: what announces it and its own. */
    private static final int MAX_HEADS = 20;

    /** Small enough that a reset by the server is noticed before all is in a buffer. */
    private static final int PART = 16_384;

    private final InetSocketAddress server;
    private final Duration timeout;
    private final Connector connector;
    private final Duration responseLimit;

    /** Who makes the connection. */
    @FunctionalInterface
    private interface Connector {
        Socket connect(InetSocketAddress address, Duration timeout) throws IOException;
    }

    /**
     * From this machine.
     *
     * @param timeout for the connection, and for each wait for more bytes
     */
    public RawHttpClient(InetSocketAddress server, Duration timeout) {
        this(server, timeout, (address, limit) -> connect(Optional.empty(), address, limit), TimedInput.DEFAULT_LIMIT);
    }

    /** From that host, which speaks so of the server. */
    public RawHttpClient(Host host, InetSocketAddress server, Duration timeout) {
        this(server, timeout, host::connect, TimedInput.DEFAULT_LIMIT);
    }

    private RawHttpClient(InetSocketAddress server, Duration timeout, Connector connector, Duration responseLimit) {
        this.responseLimit = responseLimit;
        this.server = server;
        this.timeout = timeout;
        this.connector = connector;
    }

    /** Returns a probe that sends from this address of this machine, not from the one that its routes choose. */
    public RawHttpClient from(InetAddress address) {
        return new RawHttpClient(
                server, timeout, (target, limit) -> connect(Optional.of(address), target, limit), responseLimit);
    }

    /** Returns a probe for which an answer, once it has begun, must be whole within this time. */
    RawHttpClient withResponseLimit(Duration limit) {
        return new RawHttpClient(server, timeout, connector, limit);
    }

    public InetSocketAddress server() {
        return server;
    }

    /** The whole answer; {@link IOException} when there is no server, or no whole answer in time. */
    public RawHttpResponse send(RawHttpRequest request) throws IOException {
        try (HttpExchange exchange = open(request)) {
            return exchange.readAll();
        }
    }

    /** Sends these bytes and reads one answer. */
    public RawHttpResponse send(byte[] request) throws IOException {
        try (HttpExchange exchange = open(request, false)) {
            return exchange.readAll();
        }
    }

    /**
     * Sends these bytes as they are and reads what comes back, up to so many answers or to the end of the connection;
     * a server that hangs up, in whatever way, has given no more answers.
     */
    public List<RawHttpResponse> sendAndReadResponses(byte[] request, int most) throws IOException {
        return sendAndReadResponses(request, most, timeout);
    }

    /**
     * The same, of a server that may keep the connection: once it has answered, it has given no more answers when it
     * is silent for so long.
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
            return answers; // it hung up
        } catch (SocketTimeoutException e) {
            if (answers.isEmpty() || silence.equals(timeout)) {
                throw e;
            }
        }
        return answers;
    }

    /**
     * Sends the rest after the answer has begun, and reads it only then, as clients do that send all before they read.
     *
     * @return empty when the server hung up before all was sent and the answer read
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

    /** A server that does not read what is sent would otherwise keep the rest waiting for ever. */
    private void write(Socket socket, byte[] request) throws IOException {
        CompletableFuture<Void> late = CompletableFuture.runAsync(
                () -> {
                    try {
                        socket.close();
                    } catch (IOException e) {
                        return; // then it is not open any more
                    }
                },
                CompletableFuture.delayedExecutor(timeout.toMillis(), TimeUnit.MILLISECONDS));
        try {
            for (int at = 0; at < request.length; at += PART) {
                socket.getOutputStream().write(request, at, Math.min(PART, request.length - at));
            }
        } catch (SocketException e) {
            if (late.isDone()) {
                SocketTimeoutException unread = new SocketTimeoutException("it does not read what is sent");
                unread.initCause(e);
                throw unread;
            }
            throw e;
        } finally {
            late.cancel(false);
        }
    }

    /** A connection for one request after another; whoever asks for it closes it. */
    public KeepAliveConnection keepAlive() throws IOException {
        Socket socket = connect();
        try {
            return new KeepAliveConnection(socket, arrival(socket));
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    /** The answer as soon as its head is there. */
    public HttpExchange open(RawHttpRequest request) throws IOException {
        return open(request.bytes(), request.method().equals("HEAD"));
    }

    /**
     * Sends it and leaves: the server sees the end of what this client sends, as it does of one that has gone.
     *
     * @param responseWait how long to wait for the answer to begin before leaving
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

    /** @param connection what is read of the arrival, by way of a buffer */
    static HttpExchange readResponse(Socket socket, InputStream connection, TimedInput arrival, boolean head)
            throws IOException {
        arrival.startTimedPart();
        int status;
        Map<String, String> headers;
        int heads = 0;
        do {
            if (++heads > MAX_HEADS) {
                throw new IOException("it announces an answer again and again");
            }
            status = status(HttpHead.line(connection));
            headers = HttpHead.headers(connection);
        } while (status >= CONTINUE && status < 200 && status != SWITCHING_PROTOCOLS);
        return new HttpExchange(socket, status, headers, body(connection, status, headers, head), arrival);
    }

    private static int status(String line) throws IOException {
        String[] words = line.split(" ", 3);
        if (words.length < 2 || !words[0].startsWith("HTTP/1.") || !words[1].matches("\\d{3}")) {
            throw new IOException("no HTTP answer: " + FirstLine.of(line));
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
