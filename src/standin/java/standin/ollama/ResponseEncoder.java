package standin.ollama;

import com.fasterxml.jackson.databind.node.ObjectNode;

/** Encodes a generation for one API, whole or as a stream. Each instance encodes one response. */
interface ResponseEncoder {

    String EVENT_STREAM = "text/event-stream";
    String NDJSON = "application/x-ndjson";

    /** Returns the content type of a stream. */
    String streamType();

    /** Returns the body of a response that is not streamed. */
    ObjectNode whole();

    /** Returns the text to stream for the next part. */
    String part(OutputPart part);

    /** Returns the text that ends a complete stream. */
    String end();

    /** Returns the text to send when the runner dies during a stream. */
    default String runnerDied(String error) {
        return "";
    }

    static String event(ObjectNode data) {
        return "event: " + data.path("type").asText() + "\ndata: " + GoJson.write(data) + "\n\n";
    }
}
