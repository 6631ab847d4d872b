package dev.aiserver.standin;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/** Writes executable shell scripts for tests. */
public final class Script {
    private Script() {}

    /** Writes a script, and replaces an existing one. */
    public static Path write(Path file, String lines) {
        try {
            Files.writeString(file, "#!/bin/sh\n" + lines + "\n");
            return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
