package dev.aiserver.server;

import dev.aiserver.host.Content;
import dev.aiserver.host.Trouble;
import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.Optional;

/** This program as files that can be put on a host: the jar, and the command that finds a Java and starts it. */
public record App(Content program, Content command) {

    private static final String COMMAND = "/dev/aiserver/aiserver.sh";

    /** The running program, if it runs from a jar; from a build folder there is nothing to copy. */
    public static Optional<App> running() {
        CodeSource source = App.class.getProtectionDomain().getCodeSource();
        if (source == null || !source.getLocation().getPath().endsWith(".jar")) {
            return Optional.empty();
        }
        try (InputStream command = App.class.getResourceAsStream(COMMAND)) {
            if (command == null) {
                throw new IllegalStateException(COMMAND + " is not in the jar");
            }
            return Optional.of(new App(Content.of(jar(source.getLocation())), Content.of(command.readAllBytes())));
        } catch (IOException e) {
            throw new Trouble(
                    "The program's own file " + source.getLocation() + " cannot be read: " + e.getMessage(), e);
        }
    }

    private static byte[] jar(URL location) throws IOException {
        try {
            return Files.readAllBytes(Path.of(location.toURI()));
        } catch (URISyntaxException e) {
            throw new IOException(e);
        }
    }
}
