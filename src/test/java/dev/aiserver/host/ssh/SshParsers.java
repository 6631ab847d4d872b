package dev.aiserver.host.ssh;

import dev.aiserver.host.CommandResult;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What this package reads of what others have written, for a test that writes anything. */
public final class SshParsers {
    private static final Path ANY = Path.of("/any");
    private static final int OF_MARK = 8;

    private SshParsers() {}

    /** A known_hosts file, and whether it knows some machine. */
    public static void knownHosts(Path file, byte[] content) throws IOException {
        Files.write(file, content);
        KnownHosts hosts = new KnownHosts(List.of(file), Optional.empty());
        for (KnownHost host : hosts.all()) {
            host.names("mac-studio");
            host.names("[" + "a".repeat(250) + "]:2222");
            HostKeys.type(host.key());
            HostKeys.fingerprint(host.key());
            HostKeys.hostKeys(List.of(host), null);
        }
    }

    /** A stream in pieces; its first bytes are the mark that divides it. */
    public static void sections(byte[] stream) {
        byte[] mark = new byte[OF_MARK];
        System.arraycopy(stream, 0, mark, 0, Math.min(OF_MARK, stream.length));
        mark[0] = '#';
        for (int i = 1; i < OF_MARK; i++) {
            mark[i] = mark[i] == '#' ? 0 : mark[i];
        }
        MarkedStream sections = new MarkedStream();
        sections.begin(mark);
        int size = 0;
        for (int at = 0; at < stream.length; at += 1 + stream.length / 7) {
            sections.write(stream, at, Math.min(1 + stream.length / 7, stream.length - at));
        }
        for (int i = 0; i <= sections.marks(); i++) {
            size += sections.section(i).length;
        }
        if (size + OF_MARK * sections.marks() != stream.length) {
            throw new IllegalStateException("of " + stream.length + " bytes, " + size + " are between marks");
        }
    }

    /** What a shell of the other side answers to each kind of question. */
    public static void answers(byte[] answer) {
        for (int exitCode : List.of(0, 1, 44, 45, 46)) {
            CommandResult result = new CommandResult(exitCode, answer, answer);
            for (RemoteScript<?> question : List.<RemoteScript<?>>of(
                    RemoteFiles.file(ANY),
                    RemoteFiles.stat(ANY),
                    RemoteFiles.list(ANY),
                    RemoteFiles.move(ANY, ANY),
                    RemoteFiles.delete(ANY),
                    Shell.find("any"))) {
                tolerate(question, result);
            }
        }
    }

    private static @Nullable Object tolerate(RemoteScript<?> question, CommandResult result) {
        try {
            return question.answer().apply(result);
        } catch (dev.aiserver.host.UserError trouble) {
            return null;
        }
    }

    /** What {@code ls} says, as a sample. */
    public static List<byte[]> samples() {
        return List.of(
                "-rw-r--r-- 501 1 12\nfile content".getBytes(StandardCharsets.UTF_8),
                "drwxr-xr-x@ 501 7 224\n".getBytes(StandardCharsets.UTF_8),
                "lrwxr-xr-x 0 1 11\n".getBytes(StandardCharsets.UTF_8),
                "crw-rw-rw- 0 1 3,\n".getBytes(StandardCharsets.UTF_8),
                "a\0b\0.c\0".getBytes(StandardCharsets.UTF_8),
                "/opt/homebrew/bin/ollama".getBytes(StandardCharsets.UTF_8),
                "ls: /any: Permission denied\n".getBytes(StandardCharsets.UTF_8));
    }
}
