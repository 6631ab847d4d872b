package dev.aiserver.host.ssh;

import dev.aiserver.host.Trouble;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/** The known_hosts files of this machine. */
final class KnownHosts {
    private final List<Path> files;

    /** @param files of which not each need exist; new keys are written into the first */
    KnownHosts(List<Path> files) {
        this.files = files;
    }

    List<KnownHost> all() {
        return files.stream().flatMap(file -> read(file).stream()).toList();
    }

    private static List<KnownHost> read(Path file) {
        if (!Files.exists(file)) {
            return List.of();
        }
        try {
            List<String> lines = new String(Files.readAllBytes(file), StandardCharsets.UTF_8)
                    .lines()
                    .toList();
            List<KnownHost> known = new ArrayList<>();
            for (int i = 0; i < lines.size(); i++) {
                KnownHost.parse(file, i + 1, lines.get(i)).ifPresent(known::add);
            }
            return known;
        } catch (IOException e) {
            throw new Trouble("Cannot read " + file + ", which says which machines are known; check who owns it.", e);
        }
    }

    /** Appends, as ssh does, so that what others write meanwhile stays. */
    Path add(String name, String type, byte[] key) {
        Path file = first().orElseThrow(() ->
                new Trouble(Trouble.Kind.CONFIGURATION, "ssh is configured to know no hosts; set UserKnownHostsFile."));
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
            throw new Trouble("Cannot write the key of " + name + " into " + file + "; check who owns it.", e);
        }
    }

    private Optional<Path> first() {
        return files.stream().findFirst();
    }

    private static boolean endsInTheMiddleOfALine(Path file) throws IOException {
        if (!Files.exists(file)) {
            return false;
        }
        byte[] content = Files.readAllBytes(file);
        return content.length > 0 && content[content.length - 1] != '\n';
    }
}
