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

/** The known_hosts files of this machine. */
final class KnownHosts {
    private static final String BINARY = "SSHKRL\n";

    private final List<Path> files;
    private final Optional<Path> revoked;

    /**
     * @param files of which not each need exist; new keys are written into the first
     * @param revoked a file of keys that are revoked for every host; must exist, as for ssh
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

    /** One key a line, without a name, as ssh-keygen(1) describes it under key revocation lists. */
    private static List<KnownHost> revoked(Path file) {
        List<String> lines = lines(file);
        if (!lines.isEmpty() && (lines.get(0) + "\n").equals(BINARY)) {
            throw new UserError(
                    UserError.Kind.CONFIGURATION,
                    "RevokedHostKeys " + file + " is a binary key revocation list, which cannot be read here; name a"
                            + " file with one public key a line.");
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
                                        + " is no public key, so nobody knows what it revokes; correct it.")));
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
                    "Cannot read " + file + ", which says which machines are known or revoked; check who owns it.", e);
        }
    }

    /** Appends, as ssh does, so that what others write meanwhile stays. */
    Path add(String name, String type, byte[] key) {
        Path file = first().orElseThrow(() -> new UserError(
                UserError.Kind.CONFIGURATION, "ssh is configured to know no hosts; set UserKnownHostsFile."));
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
            throw new UserError("Cannot write the key of " + name + " into " + file + "; check who owns it.", e);
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
