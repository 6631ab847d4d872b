package dev.aiserver.template;

import java.nio.file.Path;
import java.util.List;

/**
 * The LaunchAgent that keeps logs from growing without end.
 *
 * @param logs that it looks at
 * @param logPath for what it says itself
 */
public record RotateLogsAgent(List<Path> logs, Path logPath) {

    /** Throws {@link IllegalArgumentException} for a value that a property list cannot hold. */
    public RotateLogsAgent {
        logs = List.copyOf(logs);
        logs.forEach(PropertyListText::requirePaths);
        PropertyListText.requirePaths(logPath);
    }
}
