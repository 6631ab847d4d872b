package dev.aiserver.host.ssh;

import dev.aiserver.host.CommandResult;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Gives the fuzz test access to this package's parsers. */
public final class SshParsers {
    private static final Path ANY = Path.of("/any");
    private static final int MARK_LENGTH = 8;

    private SshParsers() {}

    /** Parses a known_hosts file and looks hosts up in it. */
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

    /** Splits a stream at a mark, which is its first bytes. */
    public static void sections(byte[] stream) {
        byte[] mark = new byte[MARK_LENGTH];
        System.arraycopy(stream, 0, mark, 0, Math.min(MARK_LENGTH, stream.length));
        mark[0] = '#';
        for (int i = 1; i < MARK_LENGTH; i++) {
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
        if (size + MARK_LENGTH * sections.marks() != stream.length) {
            throw new IllegalStateException("the sections have " + size + " of " + stream.length + " bytes");
        }
    }

    /** Parses a remote shell's answer as the answer to each kind of query. */
    public static void answers(byte[] answer) {
        for (int exitCode : List.of(0, 1, 44, 45, 46)) {
            CommandResult result = new CommandResult(exitCode, answer, answer);
            for (RemoteScript<?> script : List.<RemoteScript<?>>of(
                    RemoteFiles.file(ANY),
                    RemoteFiles.stat(ANY),
                    RemoteFiles.list(ANY),
                    RemoteFiles.move(ANY, ANY),
                    RemoteFiles.delete(ANY),
                    Shell.find("any"))) {
                tolerate(script, result);
            }
        }
    }

    private static @Nullable Object tolerate(RemoteScript<?> script, CommandResult result) {
        try {
            return script.answer().apply(result);
        } catch (dev.aiserver.host.UserError error) {
            return null;
        }
    }

    /** Returns samples of shell output. */
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
