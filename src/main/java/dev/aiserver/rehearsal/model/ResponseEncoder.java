package dev.aiserver.rehearsal.model;

import com.fasterxml.jackson.databind.node.ObjectNode;

/** How one API says a generation, whole or piece by piece; made for one answer and used for it once. */
interface ResponseEncoder {

    String EVENT_STREAM = "text/event-stream";
    String NDJSON = "application/x-ndjson";

    /** The content type of a stream. */
    String streamType();

    ObjectNode whole();

    /** What goes out for the next piece. */
    String piece(OutputPart piece);

    /** What ends a good stream. */
    String end();

    /** What is still said when the runner dies within a stream. */
    default String broken(String error) {
        return "";
    }

    static String event(ObjectNode data) {
        return "event: " + data.path("type").asText() + "\ndata: " + Json.write(data) + "\n\n";
    }
}
