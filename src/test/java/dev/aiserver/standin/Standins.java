package dev.aiserver.standin;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/** The folder of stand-in commands and the environment in which they are found first. */
public final class Standins {
    private Standins() {}

    public static Path directory() {
        Path directory = Path.of("src/test/standins").toAbsolutePath();
        if (!Files.isExecutable(directory.resolve("launchctl"))) {
            throw new IllegalStateException("tests must run in the project's directory, with its stand-ins executable: "
                    + directory + "/launchctl");
        }
        return directory;
    }

    /** @param state the stand-ins' folder for what they know and log */
    public static Map<String, String> environment(Path home, Path state, LaunchctlSocket launchctl) {
        Map<String, String> environment = new TreeMap<>(System.getenv());
        environment.put("PATH", directory() + ":" + environment.getOrDefault("PATH", "/usr/bin:/bin"));
        environment.put("HOME", home.toString());
        environment.put("STANDIN_STATE", state.toString());
        environment.put("STANDIN_LAUNCHD_PORT", Integer.toString(launchctl.port()));
        return environment;
    }
}
