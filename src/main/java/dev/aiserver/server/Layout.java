package dev.aiserver.server;

import java.nio.file.Path;
import java.util.List;

/**
 * Where things stand on a host: the labels and paths of the specification.
 *
 * @param logs the folder that launchd writes the services' output to
 */
public record Layout(Path home, Path logs) {

    public static final String OLLAMA = "com.ollama";
    public static final String HAPROXY = "com.haproxy";

    public Path launchAgents() {
        return home.resolve("Library/LaunchAgents");
    }

    public Path ollamaPlist() {
        return launchAgents().resolve(OLLAMA + ".plist");
    }

    public Path haproxyPlist() {
        return launchAgents().resolve(HAPROXY + ".plist");
    }

    public Path haproxyDirectory() {
        return home.resolve(".haproxy");
    }

    public Path haproxyCfg() {
        return haproxyDirectory().resolve("haproxy.cfg");
    }

    public Path state() {
        return home.resolve(".aiserver");
    }

    public Path program() {
        return home.resolve(".local/share/aiserver/aiserver.jar");
    }

    public Path command() {
        return home.resolve(".local/bin/aiserver");
    }

    public Path ollamaStdout() {
        return logs.resolve("ollama.stdout.log");
    }

    public Path ollamaStderr() {
        return logs.resolve("ollama.stderr.log");
    }

    public Path haproxyLog() {
        return logs.resolve("haproxy.log");
    }

    public List<Path> allLogs() {
        return List.of(ollamaStdout(), ollamaStderr(), haproxyLog());
    }
}
