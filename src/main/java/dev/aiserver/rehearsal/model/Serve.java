package dev.aiserver.rehearsal.model;

import java.io.IOException;
import java.io.PrintStream;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** The command line {@code ollama serve}: environment in, exit code out. */
final class Serve {
    private static final int PANIC = 2;

    private Serve() {}

    /** Serves until a signal ends the process; returns only when it could not start, or crashed as it was told to. */
    static int run(String[] args, Map<String, String> environment, PrintStream out, PrintStream err)
            throws InterruptedException {
        Settings settings = Settings.of(environment);
        List<String> arguments = List.of(args);
        if (arguments.equals(List.of("--version")) || arguments.equals(List.of("-v"))) {
            out.println("ollama version is " + settings.version());
            return 0;
        }
        if (!arguments.equals(List.of("serve"))) {
            err.println("Error: unknown command \"" + String.join(" ", arguments) + "\" for \"ollama\"");
            return 1;
        }
        String home = environment.getOrDefault("HOME", "");
        if (home.isEmpty()) {
            err.println("panic: $HOME is not defined");
            return PANIC;
        }
        String models = settings.variables().getOrDefault("OLLAMA_MODELS", "");
        Path directory = models.isEmpty() ? Path.of(home, ".ollama", "models") : Path.of(models);
        String host = settings.variables().getOrDefault("OLLAMA_HOST", "");
        try {
            serve(ListenAddress.of(host), directory, settings, new Log(err, out));
            return PANIC;
        } catch (IllegalArgumentException e) {
            err.println("panic: " + e.getMessage());
            return PANIC;
        } catch (IOException e) {
            err.println("Error: " + e.getMessage());
            return 1;
        }
    }

    private static void serve(InetSocketAddress address, Path directory, Settings settings, Log log)
            throws IOException, InterruptedException {
        ModelStore store = ModelStore.open(directory);
        Settings complete = settings.with(settings.catalogue().withThoseIn(directory));
        ModelServer server;
        try {
            server = ModelServer.start(
                    address, store, Faults.NONE, complete, new Journal(false), log, new LlamaServer(directory, log));
        } catch (BindException e) {
            throw new IOException("listen tcp " + ModelServer.text(address) + ": bind: " + reason(e), e);
        }
        // Ollama ends with 0 on a signal; a Java process left to itself ends with 143.
        Runtime.getRuntime()
                .addShutdownHook(new Thread(() -> Runtime.getRuntime().halt(0)));
        server.awaitEnd();
    }

    private static String reason(BindException e) {
        String message = String.valueOf(e.getMessage());
        return message.contains("in use") ? "address already in use" : message;
    }
}
