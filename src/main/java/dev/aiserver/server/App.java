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

/** aiserver itself as files that an install copies: the jar, and the shell script that finds Java and starts it. */
public record App(Content program, Content command) {

    private static final String COMMAND = "/dev/aiserver/aiserver.sh";

    /** Returns the running program, or empty if it does not run from a jar: a build folder has no file to copy. */
    public static Optional<App> running() {
        return file().map(App::read);
    }

    /** Returns the jar that the program runs from, or empty. */
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
            throw new UserError(
                    "aiserver could not read its own program file " + jar + " (" + e.getMessage()
                            + "); check the file, then try again.",
                    e);
        }
    }
}
