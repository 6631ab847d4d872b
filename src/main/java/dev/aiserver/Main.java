package dev.aiserver;

import dev.aiserver.cli.Invocation;
import dev.aiserver.report.CleanStream;
import dev.aiserver.report.Console;
import dev.aiserver.report.DebugLog;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Properties;

/** Starts aiserver. */
public final class Main {

    /**
     * Names the variable in which the launcher lists which of {@code in}, {@code out} and {@code err} are terminals. Java
     * itself cannot tell them apart.
     */
    private static final String TERMINALS = "AISERVER_TERMINALS";

    private static final String DEBUG = "AISERVER_DEBUG";

    private Main() {}

    public static void main(String[] args) {
        Signals signals = new Signals();
        signals.listen();
        CleanStream err = new CleanStream(System.err);
        // Sends what Java and libraries print, such as an uncaught exception in a thread, through CleanStream too.
        System.setErr(new PrintStream(err, true, StandardCharsets.UTF_8));
        int exitCode = run(args, System.getenv(), System.in, new CleanStream(System.out), err, signals);
        signals.finish(exitCode);
        System.exit(exitCode);
    }

    /** Runs one command and returns its exit code; parameters stand for the process, so that a test can supply its own. */
    public static int run(
            String[] args, Map<String, String> environment, InputStream in, OutputStream out, OutputStream err) {
        return run(args, environment, in, new CleanStream(out), new CleanStream(err), new Signals());
    }

    private static int run(
            String[] args,
            Map<String, String> environment,
            InputStream in,
            CleanStream out,
            CleanStream err,
            Signals signals) {
        List<String> terminals = List.of(environment.getOrDefault(TERMINALS, "").split(" "));
        boolean colored = terminals.containsAll(List.of("out", "err")) && !environment.containsKey("NO_COLOR");
        DebugLog debug = wantsDebug(args, environment) ? DebugLog.to(err.writer()) : DebugLog.OFF;
        Console console = new Console(
                new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8)),
                out.writer(),
                err.writer(),
                terminals.containsAll(List.of("in", "err")),
                colored,
                terminals.contains("err") && !"dumb".equals(environment.get("TERM")) && !debug.isOn());
        String version = version();
        Wiring machines = new Wiring(environment, console, signals, version, debug);
        return new Invocation(machines, console, debug, version).run(args);
    }

    /** Read before the command line is parsed, because a wrong command line may be what the person looks into. */
    private static boolean wantsDebug(String[] args, Map<String, String> environment) {
        return List.of(args).contains("--debug") || "1".equals(environment.get(DEBUG));
    }

    private static String version() {
        try (InputStream properties = Main.class.getResourceAsStream("version.properties")) {
            Properties loaded = new Properties();
            loaded.load(properties);
            return loaded.getProperty("version", "unknown");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
