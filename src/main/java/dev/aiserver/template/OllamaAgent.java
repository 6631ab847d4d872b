package dev.aiserver.template;

import dev.aiserver.proxy.ProxyLimits;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The LaunchAgent that runs Ollama on 127.0.0.1.
 *
 * @param port on 127.0.0.1
 * @param environment in addition to HOME, PATH, OLLAMA_HOST and OLLAMA_ORIGINS, which the template sets; sorted
 * @param home also the working directory
 */
public record OllamaAgent(
        Path program, int port, Map<String, String> environment, Path home, Path stdoutPath, Path stderrPath) {

    private static final List<String> SET_BY_TEMPLATE = List.of("HOME", "PATH", "OLLAMA_HOST", "OLLAMA_ORIGINS");

    /** Throws {@link IllegalArgumentException} for a value that a property list cannot hold. */
    public OllamaAgent {
        environment = Collections.unmodifiableMap(new TreeMap<>(environment));
        environment.forEach((name, value) -> {
            PropertyListText.require(name);
            PropertyListText.require(value);
            if (SET_BY_TEMPLATE.contains(name)) {
                throw new IllegalArgumentException("the template sets " + name + " itself");
            }
        });
        PropertyListText.requirePaths(program, home, stdoutPath, stderrPath);
    }

    /** Returns the limit of open files. */
    public int files() {
        return ProxyLimits.DEFAULT.files();
    }
}
