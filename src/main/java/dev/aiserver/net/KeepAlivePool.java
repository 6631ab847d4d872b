package dev.aiserver.net;

import java.io.IOException;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedDeque;

/** Connections to one server that wait between requests, as the clients' libraries keep theirs; for several threads. */
public final class KeepAlivePool implements AutoCloseable {
    private final RawHttpClient server;
    private final Deque<KeepAliveConnection> idle = new ConcurrentLinkedDeque<>();

    public KeepAlivePool(RawHttpClient server) {
        this.server = server;
    }

    /** The whole answer, on a new connection only when the server has closed all that were waiting. */
    public RawHttpResponse send(RawHttpRequest request) throws IOException {
        for (KeepAliveConnection connection = idle.poll(); connection != null; connection = idle.poll()) {
            Optional<RawHttpResponse> answer = connection.sendIfKept(request);
            if (answer.isPresent()) {
                idle.push(connection);
                return answer.get();
            }
        }
        KeepAliveConnection fresh = server.keepAlive();
        RawHttpResponse answer = fresh.send(request);
        idle.push(fresh);
        return answer;
    }

    /** Closes those that wait. */
    @Override
    public void close() {
        for (KeepAliveConnection connection = idle.poll(); connection != null; connection = idle.poll()) {
            connection.close();
        }
    }
}
