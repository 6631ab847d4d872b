package dev.aiserver.standin;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/** Locates the stand-in commands, and builds an environment in which they come first on PATH. */
public final class Standins {
    private Standins() {}

    public static Path directory() {
        Path directory = Path.of("src/test/standins").toAbsolutePath();
        if (!Files.isExecutable(directory.resolve("launchctl"))) {
            throw new IllegalStateException(
                    "run the tests in the project's directory; this stand-in is missing or not executable: " + directory
                            + "/launchctl");
        }
        return directory;
    }

    /** @param state directory for the data and logs of the stand-ins */
    public static Map<String, String> environment(Path home, Path state, LaunchctlSocket launchctl) {
        Map<String, String> environment = new TreeMap<>(System.getenv());
        environment.put("PATH", directory() + ":" + environment.getOrDefault("PATH", "/usr/bin:/bin"));
        environment.put("HOME", home.toString());
        environment.put("STANDIN_STATE", state.toString());
        environment.put("STANDIN_LAUNCHD_PORT", Integer.toString(launchctl.port()));
        return environment;
    }
}
