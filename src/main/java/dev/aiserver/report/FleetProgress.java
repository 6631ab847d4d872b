package dev.aiserver.report;

import java.io.Writer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Tells while it happens how far several machines are: on a terminal a line for each machine that is at work, drawn
 * anew; elsewhere every line that is said, after the name of its machine.
 */
public final class FleetProgress implements AutoCloseable {
    /** Of the narrowest usual terminal: a line that is broken could not be drawn anew. */
    private static final int WIDTH = 79;

    /** How a line begins that belongs to the one above it. */
    private static final String DETAIL = "      ";

    private static final String FAILED = "Failed: ";

    private final Console console;
    private final int machines;
    private final int nameWidth;
    private final Map<String, String> atWork = new LinkedHashMap<>();
    private final List<String> held = new ArrayList<>();
    private int ended;
    private int drawn;
    private boolean paused;

    private FleetProgress(Console console, List<String> hosts) {
        this.console = console;
        this.machines = hosts.size();
        this.nameWidth = hosts.stream().mapToInt(String::length).max().orElse(0);
    }

    public static FleetProgress on(Console console, List<String> hosts) {
        return new FleetProgress(console, hosts);
    }

    /** What one machine says, line by line. */
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
                // What comes after it says what became of the rest.
                last = last.startsWith(FAILED) ? last : line.toString().strip();
                said(host, line.toString().stripTrailing());
            }
            line.setLength(0);
        }

        /** The line that says why it failed, else the last that was no blank one; empty when nothing was said. */
        public String last() {
            return last;
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }

    /** A machine begins. */
    public synchronized Lines begin(String host) {
        atWork.put(host, "connecting");
        draw();
        return new Lines(host);
    }

    private synchronized void said(String host, String line) {
        if (console.redraws()) {
            if (!line.startsWith(DETAIL)) {
                atWork.put(host, line.strip());
                draw();
            }
        } else {
            say(named(host) + line);
        }
    }

    private void say(String line) {
        if (paused) {
            held.add(line);
        } else {
            console.say(line);
        }
    }

    /** Somebody is asked something: until {@link #goOn}, nothing is drawn or said. */
    public synchronized void pause() {
        erase();
        paused = true;
    }

    /** What was to be said meanwhile is said. */
    public synchronized void goOn() {
        paused = false;
        held.forEach(console::say);
        held.clear();
        draw();
    }

    /** A machine has ended; its line stays. */
    public synchronized void ended(FleetReport.Result result) {
        atWork.remove(result.host());
        ended++;
        erase();
        say(named(result.host())
                + result.word()
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
            atWork.forEach((host, step) -> console.err().println(cut(named(host) + step)));
            console.err().println(cut("%d of %d machines have ended".formatted(ended, machines)));
            console.err().flush();
            drawn = atWork.size() + 1;
        }
    }

    private static String cut(String line) {
        String shown = Controls.spelledOut(line);
        return shown.length() <= WIDTH ? shown : shown.substring(0, WIDTH - 1) + "…";
    }

    @Override
    public synchronized void close() {
        erase();
        console.err().flush();
    }
}
