package standin.ollama.http;

import java.io.IOException;

/** Reports that the client or this server closed the connection, so that work for this client stops. */
public final class ClientDisconnected extends IOException {
    private static final long serialVersionUID = 1L;

    public ClientDisconnected(String message, Throwable cause) {
        super(message, cause);
    }

    public ClientDisconnected(String message) {
        super(message);
    }
}
