package dev.aiserver.net;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.Optional;

/** A keep-alive connection, as clients' HTTP libraries use. */
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
     * Sends a request and reads the whole response.
     *
     * @throws IOException also when the server closed the connection after the previous response; the connection is
     *     then closed
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

    /**
     * Sends a request like {@link #send}, but returns empty when the server closed the connection or sent an invalid
     * response.
     */
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
            // No data is lost.
            return;
        }
    }
}
