package standin.ollama;

import java.io.IOException;

/** Reports that the client or this server closed the connection, so that work for this client stops. */
final class ClientDisconnected extends IOException {
    private static final long serialVersionUID = 1L;

    ClientDisconnected(String message, Throwable cause) {
        super(message, cause);
    }

    ClientDisconnected(String message) {
        super(message);
    }
}
