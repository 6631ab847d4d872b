package dev.aiserver.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;

/** Writes files on this machine that only their owner may read, whatever was there before. */
final class PrivateFile {
    private PrivateFile() {}

    /**
     * Replaces the file atomically. A symbolic link is neither followed nor replaced: another user may have created it,
     * or you may mean its target.
     *
     * @throws IOException if the file cannot be written; {@link #reason} describes why
     */
    static void write(Path file, String text) throws IOException {
        write(file, text.getBytes(StandardCharsets.UTF_8));
    }

    /** @throws IOException whose reason {@link #reason} says in words */
    static void write(Path file, byte[] content) throws IOException {
        Path absolute = file.toAbsolutePath();
        if (Files.exists(absolute, LinkOption.NOFOLLOW_LINKS)
                && !Files.isRegularFile(absolute, LinkOption.NOFOLLOW_LINKS)) {
            throw new FileSystemException(file.toString(), null, kind(absolute));
        }
        Path folder = absolute.getParent();
        if (folder == null || !Files.isDirectory(folder)) {
            throw new NotDirectoryException(file.toString());
        }
        Path temporary = Files.createTempFile(
                folder,
                ".aiserver-",
                ".tmp",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        try {
            Files.write(temporary, content);
            Files.move(temporary, absolute, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(temporary);
        }
    }

    private static String kind(Path file) {
        if (Files.isSymbolicLink(file)) {
            return "it is a symbolic link";
        }
        return Files.isDirectory(file) ? "it is a folder" : "it is not a regular file";
    }

    /**
     * Returns the sentence about a file that could not be written.
     *
     * @param name of the file, after the option that names it, if any
     * @param what it was to hold
     */
    static String failure(String name, String what, IOException e) {
        return "%s: could not write the %s (%s). Name a file in a folder that exists and that you may write to."
                .formatted(name, what, reason(e));
    }

    /** Returns why a file could not be written, for the middle of a sentence. */
    static String reason(IOException e) {
        if (e instanceof NoSuchFileException || e instanceof NotDirectoryException) {
            return "no such folder";
        }
        if (e instanceof AccessDeniedException) {
            return "permission denied";
        }
        return e instanceof FileSystemException failed && failed.getReason() != null
                ? failed.getReason()
                : String.valueOf(e.getMessage());
    }
}
