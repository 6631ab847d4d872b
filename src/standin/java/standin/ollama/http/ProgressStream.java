package standin.ollama.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import standin.ollama.go.ErrorFormat;
import standin.ollama.go.GoJson;

/** Reports the progress of a long task: a line for each step, or only the last step as the whole response. */
public final class ProgressStream {
    private final Exchange exchange;
    private final boolean streaming;
    private ObjectNode latest = GoJson.object();

    public ProgressStream(Exchange exchange, boolean streaming) {
        this.exchange = exchange;
        this.streaming = streaming;
        if (streaming) {
            exchange.stream(Exchange.NDJSON);
        }
    }

    public void add(String status) throws ClientDisconnected {
        add(GoJson.object().put("status", status));
    }

    public void add(ObjectNode step) throws ClientDisconnected {
        latest = step;
        if (streaming) {
            exchange.write(GoJson.line(step));
        }
    }

    /** Ends the task with an error: inside the 200 if the response is streamed, otherwise as a 500. */
    public void fail(String error) throws ClientDisconnected {
        ObjectNode body = ErrorFormat.NATIVE.body(500, error);
        if (streaming) {
            exchange.write(GoJson.line(body));
        } else {
            exchange.plainJson(500, body);
        }
    }

    public void end() throws ClientDisconnected {
        if (!streaming) {
            exchange.plainJson(200, latest);
        }
    }
}
