package dev.aiserver.net;

import java.io.IOException;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedDeque;

/** A thread-safe pool of keep-alive connections to one server, as clients' HTTP libraries use. */
public final class KeepAlivePool implements AutoCloseable {
    private final RawHttpClient server;
    private final Deque<KeepAliveConnection> idle = new ConcurrentLinkedDeque<>();

    public KeepAlivePool(RawHttpClient server) {
        this.server = server;
    }

    /** Sends a request and reads the whole response. Opens a connection only when no idle one is still usable. */
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

    /** Closes the idle connections. */
    @Override
    public void close() {
        for (KeepAliveConnection connection = idle.poll(); connection != null; connection = idle.poll()) {
            connection.close();
        }
    }
}
