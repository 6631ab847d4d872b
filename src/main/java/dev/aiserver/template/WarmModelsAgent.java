package dev.aiserver.template;

import java.nio.file.Path;

/**
 * The LaunchAgent that warms the configured models when its user logs in.
 *
 * @param command the aiserver command, which finds Java itself
 * @param home also the working directory
 */
public record WarmModelsAgent(Path command, Path home, Path logPath) {

    /** Throws {@link IllegalArgumentException} for a value that a property list cannot hold. */
    public WarmModelsAgent {
        PropertyListText.requirePaths(command, home, logPath);
    }
}
