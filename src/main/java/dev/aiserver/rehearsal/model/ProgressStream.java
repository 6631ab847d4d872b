package dev.aiserver.rehearsal.model;

import com.fasterxml.jackson.databind.node.ObjectNode;

/** What a long task tells: each step in a line of its own, or only the last one as the whole answer. */
final class ProgressStream {
    private final Exchange exchange;
    private final boolean streaming;
    private ObjectNode latest = Json.object();

    ProgressStream(Exchange exchange, boolean streaming) {
        this.exchange = exchange;
        this.streaming = streaming;
        if (streaming) {
            exchange.stream(ResponseEncoder.NDJSON);
        }
    }

    void add(String status) throws ClientDisconnected {
        add(Json.object().put("status", status));
    }

    void add(ObjectNode step) throws ClientDisconnected {
        latest = step;
        if (streaming) {
            exchange.write(Json.line(step));
        }
    }

    /** The task ends with this error, inside the 200 where steps have gone out. */
    void fail(String error) throws ClientDisconnected {
        ObjectNode body = ErrorFormat.NATIVE.dress(500, error);
        if (streaming) {
            exchange.write(Json.line(body));
        } else {
            exchange.plainJson(500, body);
        }
    }

    void end() throws ClientDisconnected {
        if (!streaming) {
            exchange.plainJson(200, latest);
        }
    }
}
