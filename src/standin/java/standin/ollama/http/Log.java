package standin.ollama.http;

import java.io.PrintStream;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** Writes log lines in Ollama's format: server messages to one stream, one line per request to another. */
public final class Log {
    private static final DateTimeFormatter GIN_TIME = DateTimeFormatter.ofPattern("yyyy/MM/dd - HH:mm:ss", Locale.ROOT);
    private static final DateTimeFormatter SLOG_TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSXXX", Locale.ROOT);

    private final PrintStream server;
    private final PrintStream requests;

    public Log(PrintStream server, PrintStream requests) {
        this.server = server;
        this.requests = requests;
    }

    /** @param source file and line in Ollama's source, as Ollama logs them */
    public void info(String source, String message, String... more) {
        StringBuilder pairs = new StringBuilder();
        for (int at = 0; at + 1 < more.length; at += 2) {
            String value = more[at + 1];
            pairs.append(' ').append(more[at]).append('=').append(value.matches("[^\\s\"=]+") ? value : quoted(value));
        }
        line("INFO", source, message, pairs.toString());
    }

    public void error(String message) {
        line("ERROR", "routes.go:1", message, "");
    }

    /** Logs a bug of this server, with its stack trace. */
    void bug(RuntimeException e) {
        error("[Recovery] panic recovered: " + e);
        e.printStackTrace(server);
    }

    private void line(String level, String source, String message, String more) {
        server.println("time=" + SLOG_TIME.format(OffsetDateTime.now()) + " level=" + level + " source=" + source
                + " msg=" + (message.matches("[^\\s\"=]+") ? message : quoted(message)) + more);
    }

    /** @param client address from X-Forwarded-For, which Ollama trusts from any client */
    void request(int status, Duration took, String client, String method, String target) {
        requests.println(String.format(
                Locale.ROOT,
                "[GIN] %s | %3d | %13s | %15s | %-8s %s",
                GIN_TIME.format(OffsetDateTime.now()),
                status,
                rounded(took),
                client,
                method,
                quoted(target)));
    }

    private static String rounded(Duration took) {
        double millis = took.toNanos() / 1e6;
        if (millis < 1) {
            return String.format(Locale.ROOT, "%.3fµs", millis * 1e3);
        }
        return millis < 1e3
                ? String.format(Locale.ROOT, "%.6fms", millis)
                : String.format(Locale.ROOT, "%.9fs", millis / 1e3);
    }

    private static String quoted(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        text.codePoints().forEach(c -> {
            if (c == '"' || c == '\\') {
                quoted.append('\\').appendCodePoint(c);
            } else if (c < ' ' || c == 0x7f) {
                quoted.append(String.format(Locale.ROOT, "\\x%02x", c));
            } else {
                quoted.appendCodePoint(c);
            }
        });
        return quoted.append('"').toString();
    }
}
