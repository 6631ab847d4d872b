package standin.ollama;

import com.fasterxml.jackson.databind.node.ObjectNode;

/** Reports the progress of a long task: a line for each step, or only the last step as the whole response. */
final class ProgressStream {
    private final Exchange exchange;
    private final boolean streaming;
    private ObjectNode latest = GoJson.object();

    ProgressStream(Exchange exchange, boolean streaming) {
        this.exchange = exchange;
        this.streaming = streaming;
        if (streaming) {
            exchange.stream(ResponseEncoder.NDJSON);
        }
    }

    void add(String status) throws ClientDisconnected {
        add(GoJson.object().put("status", status));
    }

    void add(ObjectNode step) throws ClientDisconnected {
        latest = step;
        if (streaming) {
            exchange.write(GoJson.line(step));
        }
    }

    /** Ends the task with an error: inside the 200 if the response is streamed, otherwise as a 500. */
    void fail(String error) throws ClientDisconnected {
        ObjectNode body = ErrorFormat.NATIVE.body(500, error);
        if (streaming) {
            exchange.write(GoJson.line(body));
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
