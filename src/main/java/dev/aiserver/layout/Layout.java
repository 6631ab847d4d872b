package dev.aiserver.layout;

import dev.aiserver.service.LogFiles;
import java.nio.file.Path;
import java.util.List;

/** The labels and paths of an installation on a host. */
public record Layout(Path home) {

    public static final String OLLAMA = "com.ollama";
    public static final String HAPROXY = "com.haproxy";

    public static final String WARM_MODELS = "com.ollama.warm-models";

    public static final String ROTATE_LOGS = LogFiles.ROTATION;

    public static final List<String> LABELS = List.of(OLLAMA, HAPROXY, WARM_MODELS, ROTATE_LOGS);

    public Path launchAgents() {
        return home.resolve("Library/LaunchAgents");
    }

    public Path ollamaPlist() {
        return launchAgents().resolve(OLLAMA + ".plist");
    }

    public Path haproxyPlist() {
        return launchAgents().resolve(HAPROXY + ".plist");
    }

    public Path warmModelsPlist() {
        return launchAgents().resolve(WARM_MODELS + ".plist");
    }

    public Path rotateLogsPlist() {
        return launchAgents().resolve(ROTATE_LOGS + ".plist");
    }

    /** Returns the property lists of aiserver's jobs. */
    public List<Path> agents() {
        return List.of(ollamaPlist(), haproxyPlist(), warmModelsPlist(), rotateLogsPlist());
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

    /** Returns the folder where an uninstall keeps the files of existing services that it does not restore. */
    public Path previousInstallation() {
        return state().resolve("earlier-installation");
    }

    public Path program() {
        return home.resolve(".local/share/aiserver/aiserver.jar");
    }

    public Path command() {
        return home.resolve(".local/bin/aiserver");
    }
}
