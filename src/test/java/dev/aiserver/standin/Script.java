package dev.aiserver.standin;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/** A program of a test's own: a few lines for the shell. */
public final class Script {
    private Script() {}

    /** Puts the program there, in the place of an earlier one. */
    public static Path write(Path file, String lines) {
        try {
            Files.writeString(file, "#!/bin/sh\n" + lines + "\n");
            return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
