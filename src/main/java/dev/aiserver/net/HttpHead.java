package dev.aiserver.net;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/** Reads the head of an HTTP message. */
final class HttpHead {
    private static final int MAX_LINE = 65536;

    /** Servers send about twenty headers. */
    private static final int MAX_LINES = 1000;

    private HttpHead() {}

    /** Reads one line, without its line ending. */
    static String line(InputStream connection) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int next = connection.read(); next != '\n'; next = connection.read()) {
            if (next < 0) {
                throw new EOFException("the connection closed in the middle of a line");
            }
            if (line.size() > MAX_LINE) {
                throw new IOException("a line is longer than " + MAX_LINE + " bytes");
            }
            line.write(next);
        }
        return line.toString(StandardCharsets.ISO_8859_1).stripTrailing();
    }

    /** Reads headers up to the empty line. The keys are in lower case. */
    static Map<String, String> headers(InputStream connection) throws IOException {
        Map<String, String> headers = new HashMap<>();
        int lines = 0;
        for (String line = line(connection); !line.isEmpty(); line = line(connection)) {
            if (++lines > MAX_LINES) {
                throw new IOException("there are more than " + MAX_LINES + " header lines");
            }
            int colon = line.indexOf(':');
            if (colon > 0) {
                headers.put(
                        line.substring(0, colon).toLowerCase(Locale.ROOT),
                        line.substring(colon + 1).strip());
            }
        }
        return headers;
    }
}
