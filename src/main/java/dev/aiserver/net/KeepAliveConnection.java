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
    private final InputStream answers;

    KeepAliveConnection(Socket socket, TimedInput arrival) {
        this.socket = socket;
        this.arrival = arrival;
        this.answers = new BufferedInputStream(arrival);
    }

    /**
     * The whole answer; {@link IOException} also when the server has closed the connection after the last one. The
     * connection is closed then.
     */
    public RawHttpResponse send(RawHttpRequest call) throws IOException {
        try {
            socket.getOutputStream().write(call.bytesOfSeveral());
            return RawHttpClient.answer(socket, answers, arrival, call.method().equals("HEAD"))
                    .whole();
        } catch (IOException e) {
            close();
            throw e;
        }
    }

    /** The same, but nothing when the server has closed the connection, or did not keep to where its answers end. */
    Optional<RawHttpResponse> sendIfKept(RawHttpRequest call) throws IOException {
        try {
            return Optional.of(send(call));
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
