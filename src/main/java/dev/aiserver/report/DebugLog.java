package dev.aiserver.report;

import dev.aiserver.host.CommandTrace;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.Writer;
import java.util.List;

/**
 * Prints what happens behind a command on standard error: every program that runs, and the stack trace of a bug. Secrets
 * and names are masked, because people paste this text into bug reports.
 */
public final class DebugLog {
    /** Without a debug log: nothing is printed. */
    public static final DebugLog OFF = new DebugLog(new PrintWriter(Writer.nullWriter()), false);

    private static final int LONGEST_COMMAND = 300;

    private final PrintWriter err;
    private final boolean on;
    private final Redaction redaction = Redaction.of(List.of());

    private DebugLog(PrintWriter err, boolean on) {
        this.err = err;
        this.on = on;
    }

    /** @param err of the process: lines of several hosts are printed as they come, each with its host */
    public static DebugLog to(PrintWriter err) {
        return new DebugLog(err, true);
    }

    public boolean isOn() {
        return on;
    }

    /** Returns a trace of the commands on one host. */
    public CommandTrace on(String host) {
        return on
                ? (command, exitCode, took) ->
                        print("%s: exit %d in %d ms: %s".formatted(host, exitCode, took.toMillis(), shortened(command)))
                : CommandTrace.OFF;
    }

    /** Prints the whole stack trace. */
    public void thrown(Throwable thrown) {
        if (on) {
            StringWriter trace = new StringWriter();
            thrown.printStackTrace(new PrintWriter(trace));
            trace.toString().lines().forEach(this::print);
        }
    }

    private void print(String line) {
        err.println("debug: " + redaction.apply(line));
        err.flush();
    }

    /** A script is known by its beginning. */
    private static String shortened(String command) {
        String firstLine = command.lines().findFirst().orElse("");
        String start = firstLine.substring(0, Math.min(LONGEST_COMMAND, firstLine.length()));
        return start.length() < command.length() ? start + " …" : start;
    }
}
