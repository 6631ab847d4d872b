package dev.aiserver.net;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.time.Duration;
import java.util.Map;

/** An answer whose body is still arriving; closing it hangs up. */
public final class HttpExchange implements AutoCloseable {
    private final Socket socket;
    private final int status;
    private final Map<String, String> headers;
    private final InputStream body;

    HttpExchange(Socket socket, int status, Map<String, String> headers, InputStream body) {
        this.socket = socket;
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

    /** Ends with the message; throws {@link java.io.EOFException} when the connection ends before it. */
    public InputStream body() {
        return body;
    }

    /** All of it, when it has arrived. */
    HttpAnswer whole() throws IOException {
        return new HttpAnswer(status, headers, body.readAllBytes());
    }

    /** How long from now on to wait for more bytes; zero is for ever. */
    public void waitEach(Duration limit) throws IOException {
        socket.setSoTimeout((int) limit.toMillis());
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
