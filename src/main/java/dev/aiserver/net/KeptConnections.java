package dev.aiserver.net;

import java.io.IOException;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedDeque;

/** Connections to one server that wait between requests, as the clients' libraries keep theirs; for several threads. */
public final class KeptConnections implements AutoCloseable {
    private final HttpProbe server;
    private final Deque<KeptConnection> waiting = new ConcurrentLinkedDeque<>();

    public KeptConnections(HttpProbe server) {
        this.server = server;
    }

    /** The whole answer, on a new connection only when the server has closed all that were waiting. */
    public HttpAnswer send(HttpCall call) throws IOException {
        for (KeptConnection kept = waiting.poll(); kept != null; kept = waiting.poll()) {
            Optional<HttpAnswer> answer = kept.sendIfKept(call);
            if (answer.isPresent()) {
                waiting.push(kept);
                return answer.get();
            }
        }
        KeptConnection fresh = server.keep();
        HttpAnswer answer = fresh.send(call);
        waiting.push(fresh);
        return answer;
    }

    /** Closes those that wait. */
    @Override
    public void close() {
        for (KeptConnection kept = waiting.poll(); kept != null; kept = waiting.poll()) {
            kept.close();
        }
    }
}
