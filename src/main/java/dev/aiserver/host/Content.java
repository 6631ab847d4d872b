package dev.aiserver.host;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;

/** The content of a file: immutable bytes that can be compared. */
public final class Content {
    /** The most that aiserver reads of a file, in bytes. The largest file it handles is its own archive. */
    public static final int MAX_SIZE = 16 << 20;

    /** The reason for refusing a larger file, as part of a sentence. */
    public static final String TOO_LARGE = "it is larger than " + (MAX_SIZE >> 20) + " MiB";

    private final byte[] bytes;

    private Content(byte[] bytes) {
        this.bytes = bytes;
    }

    public static Content of(byte[] bytes) {
        return new Content(bytes.clone());
    }

    public static Content of(String text) {
        return new Content(text.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Reads a stream to its end.
     *
     * @throws IOException also for content larger than {@link #MAX_SIZE}
     */
    public static Content read(InputStream from) throws IOException {
        byte[] bytes = from.readNBytes(MAX_SIZE + 1);
        if (bytes.length > MAX_SIZE) {
            throw new IOException(TOO_LARGE);
        }
        return new Content(bytes);
    }

    /**
     * Reads a file of this machine.
     *
     * @throws IOException also for content larger than {@link #MAX_SIZE}
     */
    public static Content read(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return read(in);
        }
    }

    public byte[] bytes() {
        return bytes.clone();
    }

    public int size() {
        return bytes.length;
    }

    public String text() {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    /** Returns the SHA-256 in lower-case hexadecimal. */
    public String digest() {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java runtime has SHA-256", e);
        }
    }

    /** Returns whether a text has the form of a {@link #digest}. */
    public static boolean isDigest(String text) {
        return text.length() == 64 && text.chars().allMatch(c -> c >= '0' && c <= '9' || c >= 'a' && c <= 'f');
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Content content && Arrays.equals(bytes, content.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
        return size() + " bytes, sha256 " + digest().substring(0, 12);
    }
}
