package dev.aiserver.net;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.time.Duration;
import java.util.Map;

/** An answer whose body is still arriving; closing it hangs up. */
public final class HttpExchange implements AutoCloseable {
    /** What is kept of a body, in bytes; the largest that is asked for is a list of models or a vector. */
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
     * Ends with the message; throws {@link java.io.EOFException} when the connection ends before it. It may go on for
     * ever.
     */
    public InputStream body() {
        arrival.startUntimedPart();
        return body;
    }

    /** The same, line by line. */
    public ResponseLines lines() {
        return new ResponseLines(body, arrival);
    }

    /** All of it, when it has arrived; head and body together must do so in time. */
    RawHttpResponse readAll() throws IOException {
        byte[] all = body.readNBytes(MAX_BODY + 1);
        if (all.length > MAX_BODY) {
            throw new IOException("the answer is larger than " + MAX_BODY + " bytes");
        }
        return new RawHttpResponse(status, headers, all);
    }

    /** How long from now on to wait for more bytes; zero is for ever. */
    public void setReadTimeout(Duration limit) throws IOException {
        socket.setSoTimeout((int) limit.toMillis());
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
