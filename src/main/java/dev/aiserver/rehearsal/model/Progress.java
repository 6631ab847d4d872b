package dev.aiserver.rehearsal.model;

import com.fasterxml.jackson.databind.node.ObjectNode;

/** What a long task tells: each step in a line of its own, or only the last one as the whole answer. */
final class Progress {
    private final Exchange exchange;
    private final boolean streaming;
    private ObjectNode latest = Json.object();

    Progress(Exchange exchange, boolean streaming) {
        this.exchange = exchange;
        this.streaming = streaming;
        if (streaming) {
            exchange.stream(Dialect.NDJSON);
        }
    }

    void add(String status) throws ClientGone {
        add(Json.object().put("status", status));
    }

    void add(ObjectNode step) throws ClientGone {
        latest = step;
        if (streaming) {
            exchange.write(Json.line(step));
        }
    }

    /** The task ends with this error, inside the 200 where steps have gone out. */
    void fail(String error) throws ClientGone {
        ObjectNode body = ErrorShape.NATIVE.dress(500, error);
        if (streaming) {
            exchange.write(Json.line(body));
        } else {
            exchange.plainJson(500, body);
        }
    }

    void end() throws ClientGone {
        if (!streaming) {
            exchange.plainJson(200, latest);
        }
    }
}
