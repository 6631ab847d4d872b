package dev.aiserver.host.ssh;

import dev.aiserver.host.Content;
import dev.aiserver.host.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Reads and extends the known_hosts files of this machine. */
final class KnownHosts {
    private static final String BINARY = "SSHKRL\n";

    private final List<Path> files;
    private final Optional<Path> revoked;

    /**
     * Creates the reader.
     *
     * @param files known_hosts files, which may be missing; new keys are written to the first
     * @param revoked a file with keys that are revoked for every host; it must exist, as for ssh
     */
    KnownHosts(List<Path> files, Optional<Path> revoked) {
        this.files = files;
        this.revoked = revoked;
    }

    List<KnownHost> all() {
        return Stream.concat(
                        files.stream().flatMap(file -> read(file).stream()),
                        revoked.stream().flatMap(file -> revoked(file).stream()))
                .toList();
    }

    /**
     * Reads revoked keys: one key per line without a host name, as ssh-keygen(1) describes under key revocation lists.
     */
    private static List<KnownHost> revoked(Path file) {
        List<String> lines = lines(file);
        if (!lines.isEmpty() && (lines.get(0) + "\n").equals(BINARY)) {
            throw new UserError(
                    UserError.Kind.CONFIGURATION,
                    "RevokedHostKeys " + file + " is a binary key revocation list, which aiserver cannot read; name a"
                            + " file with one public key per line.");
        }
        List<KnownHost> entries = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i).strip();
            if (!line.isEmpty() && !line.startsWith("#")) {
                int number = i + 1;
                entries.add(KnownHost.parse(file, number, KnownHost.REVOKED + " * " + line)
                        .orElseThrow(() -> new UserError(
                                UserError.Kind.CONFIGURATION,
                                "RevokedHostKeys " + file + " line " + number
                                        + " is not a valid public key; correct or remove it.")));
            }
        }
        return entries;
    }

    private static List<KnownHost> read(Path file) {
        if (!Files.exists(file)) {
            return List.of();
        }
        List<String> lines = lines(file);
        List<KnownHost> known = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            KnownHost.parse(file, i + 1, lines.get(i)).ifPresent(known::add);
        }
        return known;
    }

    private static List<String> lines(Path file) {
        try {
            return Content.read(file).text().lines().toList();
        } catch (IOException e) {
            throw new UserError(
                    "Cannot read " + file
                            + ", which lists known or revoked host keys; check its owner and permissions.",
                    e);
        }
    }

    /** Appends an entry, as ssh does, so that entries written by other programs at that time are kept. */
    Path add(String name, String type, byte[] key) {
        Path file = first().orElseThrow(() -> new UserError(
                UserError.Kind.CONFIGURATION, "ssh is configured without a known_hosts file; set UserKnownHostsFile."));
        try {
            Path directory = file.getParent();
            if (directory != null && !Files.exists(directory)) {
                Files.createDirectory(
                        directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            }
            String before = endsInTheMiddleOfALine(file) ? "\n" : "";
            String line = name + " " + type + " " + Base64.getEncoder().encodeToString(key) + "\n";
            Files.writeString(file, before + line, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
            return file;
        } catch (IOException e) {
            throw new UserError(
                    "Cannot add the key of " + name + " to " + file + "; check its owner and permissions.", e);
        }
    }

    private Optional<Path> first() {
        return files.stream().findFirst();
    }

    private static boolean endsInTheMiddleOfALine(Path file) throws IOException {
        if (!Files.exists(file)) {
            return false;
        }
        byte[] content = Content.read(file).bytes();
        return content.length > 0 && content[content.length - 1] != '\n';
    }
}
