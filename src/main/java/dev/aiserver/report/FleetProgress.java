package dev.aiserver.report;

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

    /** Shows that a host has started. */
    public synchronized void start(String host) {
        running.put(host, "connecting");
        draw();
    }

    /** Shows what a host does, or has just done. */
    public synchronized void show(String host, String text) {
        List<String> lines = text.lines().filter(line -> !line.isBlank()).toList();
        if (!console.redraws()) {
            lines.forEach(line -> print(named(host) + line.stripTrailing()));
        } else if (!lines.isEmpty()) {
            running.put(host, lines.get(lines.size() - 1).strip());
            draw();
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
