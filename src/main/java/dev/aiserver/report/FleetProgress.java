package dev.aiserver.report;

import java.io.Writer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Shows the progress of several hosts: on a terminal, one line for each host at work, redrawn on each change; elsewhere
 * every line of output, prefixed with the name of its host.
 */
public final class FleetProgress implements AutoCloseable {
    /** Limits a line to the narrowest usual terminal, because a wrapped line could not be erased. */
    private static final int WIDTH = 79;

    /** Starts a line that adds details to the line above it. */
    private static final String DETAIL = "      ";

    private static final String FAILED = "Failed: ";

    private final Console console;
    private final int hosts;
    private final int nameWidth;
    private final Map<String, String> running = new LinkedHashMap<>();
    private final List<String> delayed = new ArrayList<>();
    private int finished;
    private int drawn;
    private boolean paused;

    private FleetProgress(Console console, List<String> hosts) {
        this.console = console;
        this.hosts = hosts.size();
        this.nameWidth = hosts.stream().mapToInt(String::length).max().orElse(0);
    }

    /** Starts to show progress; close it to erase what it has drawn. */
    public static FleetProgress on(Console console, List<String> hosts) {
        return new FleetProgress(console, hosts);
    }

    /** Receives the output of one host, line by line. */
    public final class Lines extends Writer {
        private final String host;
        private final StringBuilder line = new StringBuilder();
        private String last = "";

        Lines(String host) {
            this.host = host;
        }

        @Override
        public void write(char[] characters, int offset, int length) {
            for (int i = offset; i < offset + length; i++) {
                if (characters[i] == '\n') {
                    end();
                } else {
                    line.append(characters[i]);
                }
            }
        }

        private void end() {
            if (!line.toString().isBlank()) {
                // The lines after a failure describe the rollback.
                last = last.startsWith(FAILED) ? last : line.toString().strip();
                print(host, line.toString().stripTrailing());
            }
            line.setLength(0);
        }

        /** Returns the line with the failure, else the last line that is not blank; empty without output. */
        public String last() {
            return last;
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }

    /** Shows that a host has started, and returns where to write its output. */
    public synchronized Lines start(String host) {
        running.put(host, "connecting");
        draw();
        return new Lines(host);
    }

    private synchronized void print(String host, String line) {
        if (console.redraws()) {
            if (!line.startsWith(DETAIL)) {
                running.put(host, line.strip());
                draw();
            }
        } else {
            print(named(host) + line);
        }
    }

    private void print(String line) {
        if (paused) {
            delayed.add(line);
        } else {
            console.notice(line);
        }
    }

    /** Stops drawing and printing for a prompt, until {@link #resume}. */
    public synchronized void pause() {
        erase();
        paused = true;
    }

    /** Prints the lines delayed by {@link #pause}, and draws again. */
    public synchronized void resume() {
        paused = false;
        delayed.forEach(console::notice);
        delayed.clear();
        draw();
    }

    /** Prints the result of a host as a permanent line. */
    public synchronized void finished(FleetReport.Result result) {
        running.remove(result.host());
        finished++;
        erase();
        print(named(result.host())
                + result.words()
                + " after %.1f s".formatted(result.millis() / 1e3)
                + (result.reason().isEmpty() ? "" : ": " + result.reason()));
        draw();
    }

    private String named(String host) {
        return ("%-" + nameWidth + "s  ").formatted(Controls.inLine(host));
    }

    private void erase() {
        if (drawn > 0) {
            console.err().print(CleanStream.sequence(drawn + "A") + CleanStream.sequence("J"));
            drawn = 0;
        }
    }

    private void draw() {
        if (console.redraws() && !paused) {
            erase();
            running.forEach((host, step) -> console.err().println(cut(named(host) + step)));
            console.err().println(cut("%d of %d hosts finished".formatted(finished, hosts)));
            console.err().flush();
            drawn = running.size() + 1;
        }
    }

    private static String cut(String line) {
        String shown = Controls.escaped(line);
        return shown.length() <= WIDTH ? shown : shown.substring(0, WIDTH - 1) + "…";
    }

    @Override
    public synchronized void close() {
        erase();
        console.err().flush();
    }
}
