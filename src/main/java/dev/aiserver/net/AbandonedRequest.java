package dev.aiserver.net;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;

/** A request whose client has closed its sending side. What the server still sends can be read. */
public final class AbandonedRequest implements AutoCloseable {
    private final Socket socket;
    private final InputStream connection;
    private final boolean responseStarted;

    AbandonedRequest(Socket socket, InputStream connection, boolean responseStarted) {
        this.socket = socket;
        this.connection = connection;
        this.responseStarted = responseStarted;
    }

    /** Returns whether a response had started before the client left. */
    public boolean responseStarted() {
        return responseStarted;
    }

    /**
     * Returns everything that the server sent until the connection ended, in whatever way.
     *
     * @throws IOException if it does not end in time or the server sends too much
     */
    public String readUntilClosed() throws IOException {
        ByteArrayOutputStream received = new ByteArrayOutputStream();
        byte[] piece = new byte[8192];
        try {
            for (int count = connection.read(piece); count >= 0; count = connection.read(piece)) {
                received.write(piece, 0, count);
                if (received.size() > HttpExchange.MAX_BODY) {
                    throw new IOException("it keeps sending to a client that has disconnected");
                }
            }
        } catch (SocketException e) {
            return received.toString(StandardCharsets.UTF_8); // the server closed the connection
        }
        return received.toString(StandardCharsets.UTF_8);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
