package standin.ollama;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import standin.ollama.model.Catalogue;
import standin.ollama.model.Faults;
import standin.ollama.model.ModelReference;
import standin.ollama.model.ModelStore;
import standin.ollama.model.OllamaSettings;

/** Starts model servers for tests, on free loopback ports. */
public final class Servers {
    static final InetSocketAddress ANY_PORT = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

    private Servers() {}

    /** Starts a server with one model of each kind: qwen3 (tools, thinking), llava (neither), nomic-embed-text. */
    public static ModelServer withModels(Path directory, String faults, String... environment) throws IOException {
        ModelStore store = ModelStore.open(directory);
        for (String name : new String[] {"qwen3:latest", "llava:latest", "nomic-embed-text:latest"}) {
            store.add(Catalogue.builtIn().find(ModelReference.of(name)).orElseThrow());
        }
        return empty(directory, faults, environment);
    }

    static ModelServer empty(Path directory, String faults, String... environment) throws IOException {
        Map<String, String> variables = new HashMap<>();
        for (String variable : environment) {
            variables.put(variable.replaceFirst("=.*", ""), variable.replaceFirst("[^=]*=", ""));
        }
        return ModelServer.start(
                ANY_PORT,
                ModelStore.open(directory),
                Faults.parse(faults),
                OllamaSettings.of(variables),
                new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8));
    }
}
