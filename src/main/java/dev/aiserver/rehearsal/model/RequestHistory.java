package dev.aiserver.rehearsal.model;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** What reached the model server, in order: proof of what a proxy let through and what it changed. */
public final class RequestHistory {

    /**
     * One request as it arrived, also one that was then refused.
     *
     * @param target the request target as sent, nothing decoded
     * @param headers by lower-case name
     * @param body without its transfer coding
     */
    public record Entry(String method, String target, Map<String, List<String>> headers, byte[] body) {

        /** The first value of that header. */
        public Optional<String> header(String name) {
            return headers.getOrDefault(name.toLowerCase(Locale.ROOT), List.of()).stream()
                    .findFirst();
        }

        public String text() {
            return new String(body, StandardCharsets.UTF_8);
        }
    }

    private final boolean keeping;
    private final List<Entry> entries = new ArrayList<>();

    /** @param keeping false for a server that runs for long and that nobody asks */
    RequestHistory(boolean keeping) {
        this.keeping = keeping;
    }

    synchronized void add(Entry entry) {
        if (keeping) {
            entries.add(entry);
        }
    }

    synchronized List<Entry> entries() {
        return List.copyOf(entries);
    }
}
