package standin.ollama;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLConnection;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import standin.ollama.go.GoJson;
import standin.ollama.http.Log;
import standin.ollama.http.RequestHistory;
import standin.ollama.model.Faults;
import standin.ollama.model.ModelStore;
import standin.ollama.model.OllamaSettings;

/** Runs the command line {@code ollama serve}: takes the environment and returns the exit code. */
final class ServeCommand {
    private static final int PANIC = 2;
    private static final int TIMEOUT_MILLIS = 2_000;

    private ServeCommand() {}

    /** Serves until a signal ends the process. Returns only if the server could not start, or if a fault made it crash. */
    static int run(String[] args, Map<String, String> environment, PrintStream out, PrintStream err)
            throws InterruptedException {
        OllamaSettings settings = OllamaSettings.of(environment);
        List<String> arguments = List.of(args);
        if (arguments.equals(List.of("--version")) || arguments.equals(List.of("-v"))) {
            out.print(version(settings));
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

    /** Returns the version of the running server, and the version of this program if they differ. */
    private static String version(OllamaSettings settings) {
        String running = running(settings.variables().getOrDefault("OLLAMA_HOST", ""));
        return (running.isEmpty()
                        ? "Warning: could not connect to a running Ollama instance\n"
                        : "ollama version is " + running + "\n")
                + (running.equals(settings.version()) ? "" : "Warning: client version is " + settings.version() + "\n");
    }

    /** Returns the version of the running server; empty if none answers. */
    private static String running(String host) {
        try {
            URLConnection connection = URI.create("http://" + ModelServer.text(ListenAddress.of(host)) + "/api/version")
                    .toURL()
                    .openConnection();
            connection.setConnectTimeout(TIMEOUT_MILLIS);
            connection.setReadTimeout(TIMEOUT_MILLIS);
            try (InputStream answer = connection.getInputStream()) {
                return GoJson.MAPPER.readTree(answer).path("version").asText();
            }
        } catch (IOException | IllegalArgumentException e) {
            return "";
        }
    }

    private static void serve(InetSocketAddress address, Path directory, OllamaSettings settings, Log log)
            throws IOException, InterruptedException {
        ModelStore store = ModelStore.open(directory);
        OllamaSettings complete = settings.with(settings.catalogue().withModelsIn(directory));
        ModelServer server;
        try {
            server = ModelServer.start(
                    address,
                    store,
                    Faults.NONE,
                    complete,
                    new RequestHistory(false),
                    log,
                    new LlamaServer(directory, log));
        } catch (BindException e) {
            throw new IOException("listen tcp " + ModelServer.text(address) + ": bind: " + reason(e), e);
        }
        // Ollama exits with 0 on a signal; Java would exit with 143.
        Runtime.getRuntime()
                .addShutdownHook(new Thread(() -> Runtime.getRuntime().halt(0)));
        server.awaitEnd();
    }

    private static String reason(BindException e) {
        String message = String.valueOf(e.getMessage());
        return message.contains("in use") ? "address already in use" : message;
    }
}
