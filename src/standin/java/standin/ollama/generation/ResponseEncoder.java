package standin.ollama.generation;

import com.fasterxml.jackson.databind.node.ObjectNode;
import standin.ollama.go.GoJson;

/** Encodes a generation for one API, whole or as a stream. Each instance encodes one response. */
public interface ResponseEncoder {

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
