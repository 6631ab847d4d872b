package dev.aiserver.rehearsal.model;

import java.io.IOException;

/** The client, or this server, closed the connection: whatever is being made for it must stop. */
final class ClientDisconnected extends IOException {
    private static final long serialVersionUID = 1L;

    ClientDisconnected(String message, Throwable cause) {
        super(message, cause);
    }

    ClientDisconnected(String message) {
        super(message);
    }
}
