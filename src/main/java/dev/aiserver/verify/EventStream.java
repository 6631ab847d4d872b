package dev.aiserver.verify;

import com.fasterxml.jackson.databind.JsonNode;
import dev.aiserver.net.HttpExchange;
import dev.aiserver.net.ResponseLines;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Holds the server-sent events of one response, with their times of arrival.
 *
 * @param status HTTP status of the response
 * @param start arrival of the response head, in nanoseconds of {@link System#nanoTime}
 */
record EventStream(int status, String contentType, long start, List<Event> events) {

    /**
     * Holds one event.
     *
     * @param name value of its {@code event:} line, or empty
     * @param at arrival, in nanoseconds of {@link System#nanoTime}
     */
    record Event(String name, String data, long at) {
        JsonNode json() throws IOException {
            return ProxyResponses.json(data);
        }
    }

    /** Limits the length of a stream in characters, far above what any check requests. */
    private static final int MAX_LENGTH = 16 << 20;

    /** Limits the duration of a stream, far above what any check requests. */
    private static final Duration MAX_DURATION = Duration.ofMinutes(15);

    /**
     * Reads a stream to its end, or up to this number of events.
     *
     * @throws IOException if the connection ends too early, or if the stream exceeds the limits
     */
    static EventStream read(HttpExchange exchange, int max) throws IOException {
        List<Event> events = new ArrayList<>();
        long start = System.nanoTime();
        ResponseLines lines = exchange.lines();
        String name = "";
        String data = "";
        long size = 0;
        for (String line = next(lines, events, max); line != null; line = next(lines, events, max)) {
            size += line.length() + 1L;
            if (size > MAX_LENGTH || System.nanoTime() - start > MAX_DURATION.toNanos()) {
                throw new IOException("the stream does not end");
            }
            if (line.startsWith("event:")) {
                name = line.substring("event:".length()).strip();
            } else if (line.startsWith("data:")) {
                data += line.substring("data:".length()).strip();
            } else if (line.isEmpty() && !data.isEmpty()) {
                events.add(new Event(name, data, System.nanoTime()));
                name = "";
                data = "";
            }
        }
        return new EventStream(
                exchange.status(), exchange.headers().getOrDefault("content-type", ""), start, List.copyOf(events));
    }

    private static @Nullable String next(ResponseLines lines, List<Event> events, int max) throws IOException {
        return events.size() < max ? lines.next() : null;
    }

    /** Returns the names of the events in order, without consecutive duplicates. */
    List<String> order() {
        List<String> order = new ArrayList<>();
        for (Event event : events) {
            if (order.isEmpty() || !order.get(order.size() - 1).equals(event.name())) {
                order.add(event.name());
            }
        }
        return order;
    }

    /** Returns the data of the last event, or an empty text. */
    String last() {
        return events.isEmpty() ? "" : events.get(events.size() - 1).data();
    }

    /** Returns the time from the first event to the last, in milliseconds. */
    double spread() {
        return events.isEmpty()
                ? 0
                : (events.get(events.size() - 1).at() - events.get(0).at()) / 1e6;
    }
}
