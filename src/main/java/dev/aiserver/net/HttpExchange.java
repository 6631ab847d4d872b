package dev.aiserver.net;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.time.Duration;
import java.util.Map;

/** A response whose body is still arriving. Closing it closes the connection. */
public final class HttpExchange implements AutoCloseable {
    /** The limit for a body, in bytes. The largest is a list of models or an embedding. */
    static final int MAX_BODY = 16 << 20;

    private final Socket socket;
    private final int status;
    private final Map<String, String> headers;
    private final InputStream body;
    private final TimedInput arrival;

    HttpExchange(Socket socket, int status, Map<String, String> headers, InputStream body, TimedInput arrival) {
        this.socket = socket;
        this.arrival = arrival;
        this.status = status;
        this.headers = headers;
        this.body = body;
    }

    public int status() {
        return status;
    }

    public Map<String, String> headers() {
        return headers;
    }

    /**
     * Returns the body as a stream. Reading throws {@link java.io.EOFException} when the connection ends before the
     * message. The body may never end.
     */
    public InputStream body() {
        arrival.startUntimedPart();
        return body;
    }

    /** Returns the body line by line. */
    public ResponseLines lines() {
        return new ResponseLines(body, arrival);
    }

    /** Reads the whole response. Head and body together must arrive in time. */
    RawHttpResponse readAll() throws IOException {
        byte[] all = body.readNBytes(MAX_BODY + 1);
        if (all.length > MAX_BODY) {
            throw new IOException("the response is larger than " + MAX_BODY + " bytes");
        }
        return new RawHttpResponse(status, headers, all);
    }

    /** Sets how long each read waits for data; zero means no limit. */
    public void setReadTimeout(Duration limit) throws IOException {
        socket.setSoTimeout((int) limit.toMillis());
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
