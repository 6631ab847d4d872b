package dev.aiserver.net;

import java.io.IOException;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedDeque;

/** Connections to one server that wait between requests, as the clients' libraries keep theirs; for several threads. */
public final class KeepAlivePool implements AutoCloseable {
    private final RawHttpClient server;
    private final Deque<KeepAliveConnection> waiting = new ConcurrentLinkedDeque<>();

    public KeepAlivePool(RawHttpClient server) {
        this.server = server;
    }

    /** The whole answer, on a new connection only when the server has closed all that were waiting. */
    public RawHttpResponse send(RawHttpRequest call) throws IOException {
        for (KeepAliveConnection kept = waiting.poll(); kept != null; kept = waiting.poll()) {
            Optional<RawHttpResponse> answer = kept.sendIfKept(call);
            if (answer.isPresent()) {
                waiting.push(kept);
                return answer.get();
            }
        }
        KeepAliveConnection fresh = server.keep();
        RawHttpResponse answer = fresh.send(call);
        waiting.push(fresh);
        return answer;
    }

    /** Closes those that wait. */
    @Override
    public void close() {
        for (KeepAliveConnection kept = waiting.poll(); kept != null; kept = waiting.poll()) {
            kept.close();
        }
    }
}
