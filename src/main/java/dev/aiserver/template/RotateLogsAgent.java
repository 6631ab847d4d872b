package dev.aiserver.template;

import java.nio.file.Path;
import java.util.List;

/**
 * The LaunchAgent that rotates the logs.
 *
 * @param logs the logs to rotate
 * @param logPath the agent's own log
 */
public record RotateLogsAgent(List<Path> logs, Path logPath) {

    /** Throws {@link IllegalArgumentException} for a value that a property list cannot hold. */
    public RotateLogsAgent {
        logs = List.copyOf(logs);
        logs.forEach(PropertyListText::requirePaths);
        PropertyListText.requirePaths(logPath);
    }
}
