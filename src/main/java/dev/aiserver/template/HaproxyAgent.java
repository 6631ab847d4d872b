package dev.aiserver.template;

import dev.aiserver.proxy.ProxyLimits;
import java.nio.file.Path;

/**
 * The LaunchAgent that runs HAProxy.
 *
 * @param home also the working directory
 */
public record HaproxyAgent(Path program, Path configurationPath, Path home, Path stdoutPath, Path stderrPath) {

    /** Throws {@link IllegalArgumentException} for a value that a property list cannot hold. */
    public HaproxyAgent {
        PropertyListText.requirePaths(program, configurationPath, home, stdoutPath, stderrPath);
    }

    /** Returns the limit of open files. */
    public int files() {
        return ProxyLimits.DEFAULT.files();
    }
}
