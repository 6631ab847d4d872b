package dev.aiserver.net;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.Optional;

/** A connection that serves one request after another, as the clients' libraries keep theirs. */
public final class KeepAliveConnection implements AutoCloseable {
    private final Socket socket;
    private final TimedInput arrival;
    private final InputStream responses;

    KeepAliveConnection(Socket socket, TimedInput arrival) {
        this.socket = socket;
        this.arrival = arrival;
        this.responses = new BufferedInputStream(arrival);
    }

    /**
     * The whole answer; {@link IOException} also when the server has closed the connection after the last one. The
     * connection is closed then.
     */
    public RawHttpResponse send(RawHttpRequest request) throws IOException {
        try {
            socket.getOutputStream().write(request.keepAliveBytes());
            return RawHttpClient.readResponse(
                            socket, responses, arrival, request.method().equals("HEAD"))
                    .readAll();
        } catch (IOException e) {
            close();
            throw e;
        }
    }

    /** The same, but nothing when the server has closed the connection, or did not keep to where its answers end. */
    Optional<RawHttpResponse> sendIfKept(RawHttpRequest request) throws IOException {
        try {
            return Optional.of(send(request));
        } catch (SocketTimeoutException e) {
            throw e;
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            // Nothing that was sent or read is lost by that.
            return;
        }
    }
}
