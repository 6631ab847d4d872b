package dev.aiserver.net;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;

/** A request whose client has said its last word and left; what is still sent to it can be listened to. */
public final class AbandonedRequest implements AutoCloseable {
    private final Socket socket;
    private final InputStream connection;
    private final boolean responseStarted;

    AbandonedRequest(Socket socket, InputStream connection, boolean responseStarted) {
        this.socket = socket;
        this.connection = connection;
        this.responseStarted = responseStarted;
    }

    /** Whether an answer had begun before the client left. */
    public boolean responseStarted() {
        return responseStarted;
    }

    /**
     * All that was sent to the client until the connection ended, in whatever way; {@link IOException} if it does not, in
     * time or after many bytes.
     */
    public String readUntilClosed() throws IOException {
        ByteArrayOutputStream received = new ByteArrayOutputStream();
        byte[] piece = new byte[8192];
        try {
            for (int count = connection.read(piece); count >= 0; count = connection.read(piece)) {
                received.write(piece, 0, count);
                if (received.size() > HttpExchange.MAX_BODY) {
                    throw new IOException("it goes on sending to a client that has left");
                }
            }
        } catch (SocketException e) {
            return received.toString(StandardCharsets.UTF_8); // it hung up
        }
        return received.toString(StandardCharsets.UTF_8);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
