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
 * The server-sent events of one answer, as they arrive.
 *
 * @param status of the answer
 * @param start when its head was there, in nanoseconds
 */
record EventStream(int status, String contentType, long start, List<Event> events) {

    /**
     * One event.
     *
     * @param name of its {@code event:} line, empty without one
     * @param at when it was there, in nanoseconds
     */
    record Event(String name, String data, long at) {
        JsonNode json() throws IOException {
            return ProxyResponses.json(data);
        }
    }

    /** In characters; no check asks for so much. */
    private static final int LARGEST = 16 << 20;

    /** Nor for what takes so long. */
    private static final Duration LONGEST = Duration.ofMinutes(15);

    /**
     * To its end, or to so many events. A connection that ends before the message is an {@link IOException}, and so is a
     * stream without an end.
     */
    static EventStream read(HttpExchange exchange, int most) throws IOException {
        List<Event> events = new ArrayList<>();
        long start = System.nanoTime();
        ResponseLines lines = exchange.lines();
        String name = "";
        String data = "";
        long size = 0;
        for (String line = next(lines, events, most); line != null; line = next(lines, events, most)) {
            size += line.length() + 1L;
            if (size > LARGEST || System.nanoTime() - start > LONGEST.toNanos()) {
                throw new IOException("its stream has no end");
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

    private static @Nullable String next(ResponseLines lines, List<Event> events, int most) throws IOException {
        return events.size() < most ? lines.next() : null;
    }

    /** The events' names in order, of several equal ones in a row only the first. */
    List<String> order() {
        List<String> order = new ArrayList<>();
        for (Event event : events) {
            if (order.isEmpty() || !order.get(order.size() - 1).equals(event.name())) {
                order.add(event.name());
            }
        }
        return order;
    }

    String last() {
        return events.isEmpty() ? "" : events.get(events.size() - 1).data();
    }

    /** From the first event to the last, in milliseconds. */
    double spread() {
        return events.isEmpty()
                ? 0
                : (events.get(events.size() - 1).at() - events.get(0).at()) / 1e6;
    }
}
