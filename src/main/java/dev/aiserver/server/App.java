package dev.aiserver.server;

import dev.aiserver.host.Content;
import dev.aiserver.host.UserError;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.Optional;

/** This program as files that can be put on a host: the jar, and the command that finds a Java and starts it. */
public record App(Content program, Content command) {

    private static final String COMMAND = "/dev/aiserver/aiserver.sh";

    /** The running program, if it runs from a jar; from a build folder there is nothing to copy. */
    public static Optional<App> running() {
        return file().map(App::read);
    }

    /** The jar that the program runs from, if it does. */
    public static Optional<Path> file() {
        CodeSource source = App.class.getProtectionDomain().getCodeSource();
        if (source == null || !source.getLocation().getPath().endsWith(".jar")) {
            return Optional.empty();
        }
        return Optional.of(Path.of(URI.create(source.getLocation().toString())));
    }

    private static App read(Path jar) {
        try (InputStream command = App.class.getResourceAsStream(COMMAND)) {
            if (command == null) {
                throw new IllegalStateException(COMMAND + " is not in the jar");
            }
            return new App(Content.of(Files.readAllBytes(jar)), Content.of(command.readAllBytes()));
        } catch (IOException e) {
            throw new UserError("The program's own file " + jar + " cannot be read: " + e.getMessage(), e);
        }
    }
}
