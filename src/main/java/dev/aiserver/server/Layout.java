package dev.aiserver.server;

import dev.aiserver.resource.BrewPackage;
import dev.aiserver.resource.Directory;
import dev.aiserver.resource.HostFile;
import dev.aiserver.resource.LoginItem;
import dev.aiserver.resource.Resource;
import dev.aiserver.service.LogFiles;
import dev.aiserver.spec.ServerSpec;
import java.nio.file.Path;
import java.util.List;

/** The labels and paths of an installation on a host. */
public record Layout(Path home) {

    public static final String OLLAMA = "com.ollama";
    public static final String HAPROXY = "com.haproxy";

    public static final String WARM_MODELS = "com.ollama.warm-models";

    public static final String ROTATE_LOGS = LogFiles.ROTATION;

    static final List<String> LABELS = List.of(OLLAMA, HAPROXY, WARM_MODELS, ROTATE_LOGS);

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
    List<Path> agents() {
        return List.of(ollamaPlist(), haproxyPlist(), warmModelsPlist(), rotateLogsPlist());
    }

    public Path haproxyDirectory() {
        return home.resolve(".haproxy");
    }

    public Path haproxyCfg() {
        return haproxyDirectory().resolve("haproxy.cfg");
    }

    /** Returns the resources of every installation, whatever its configuration, without the program itself. */
    List<Resource> resources() {
        ServerSpec spec = ServerSpec.defaults();
        return List.of(
                new BrewPackage("ollama"),
                new BrewPackage("haproxy"),
                new Directory(home.resolve("Library"), 0700),
                new Directory(home.resolve("Library/Logs"), 0700),
                new Directory(Logs.of(spec, home).folder(), 0700),
                new Directory(launchAgents(), 0755),
                new Directory(haproxyDirectory(), 0700),
                new HostFile(haproxyCfg()),
                DesiredState.ollamaJob(spec, this),
                DesiredState.haproxyJob(spec, this, "127.0.0.1"),
                DesiredState.warmModelsJob(this),
                DesiredState.rotateLogsJob(this),
                new LoginItem(OLLAMA));
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
