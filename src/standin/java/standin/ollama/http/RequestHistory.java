package standin.ollama.http;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Records the requests that reached the model server, in order, to prove what a proxy let through and changed. */
public final class RequestHistory {

    /**
     * Holds one request as it arrived, whether or not the server then refused it.
     *
     * @param target request target as sent, without decoding
     * @param headers header values by lower-case name
     * @param body body without its transfer coding
     */
    public record Entry(String method, String target, Map<String, List<String>> headers, byte[] body) {

        /** Returns the first value of a header. */
        public Optional<String> header(String name) {
            return headers.getOrDefault(name.toLowerCase(Locale.ROOT), List.of()).stream()
                    .findFirst();
        }

        public String text() {
            return new String(body, StandardCharsets.UTF_8);
        }
    }

    private final boolean recording;
    private final List<Entry> entries = new ArrayList<>();

    /** @param recording false for a long-running server, whose history no test reads */
    public RequestHistory(boolean recording) {
        this.recording = recording;
    }

    synchronized void add(Entry entry) {
        if (recording) {
            entries.add(entry);
        }
    }

    public synchronized List<Entry> entries() {
        return List.copyOf(entries);
    }
}
