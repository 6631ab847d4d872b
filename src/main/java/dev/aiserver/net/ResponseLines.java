package dev.aiserver.net;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Reads the lines of a response as it arrives: any number of them, but each of limited length. */
public final class ResponseLines {
    /** In bytes; an image in an event is the longest. */
    static final int MAX_LINE = 1 << 20;

    private final InputStream body;
    private final TimedInput arrival;

    ResponseLines(InputStream body, TimedInput arrival) {
        this.body = body;
        this.arrival = arrival;
    }

    /**
     * Returns the next line without its line ending, or null at the end of the response.
     *
     * @throws IOException also when a line is too long or takes too long
     */
    public @Nullable String next() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        arrival.startTimedPart();
        for (int next = body.read(); next != '\n'; next = body.read()) {
            if (next < 0) {
                return line.size() == 0 ? null : text(line);
            }
            if (line.size() == MAX_LINE) {
                throw new IOException("a line of the response is longer than " + MAX_LINE + " bytes");
            }
            line.write(next);
        }
        return text(line);
    }

    private static String text(ByteArrayOutputStream line) {
        String text = line.toString(StandardCharsets.UTF_8);
        return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
    }
}
