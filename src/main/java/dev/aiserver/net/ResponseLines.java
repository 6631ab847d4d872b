package dev.aiserver.net;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** The lines of an answer while it arrives: there may be any number of them, but none without an end. */
public final class ResponseLines {
    /** In bytes; a picture in an event is the longest. */
    static final int MAX_LINE = 1 << 20;

    private final InputStream body;
    private final TimedInput arrival;

    ResponseLines(InputStream body, TimedInput arrival) {
        this.body = body;
        this.arrival = arrival;
    }

    /**
     * The next line without its end; nothing when the answer has come to its end.
     *
     * @throws IOException also for a line that is too long, or trickles
     */
    public @Nullable String next() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        arrival.startTimedPart();
        for (int next = body.read(); next != '\n'; next = body.read()) {
            if (next < 0) {
                return line.size() == 0 ? null : text(line);
            }
            if (line.size() == MAX_LINE) {
                throw new IOException("a line of its answer is longer than " + MAX_LINE + " bytes");
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
