package dev.aiserver;

import dev.aiserver.host.Command;
import dev.aiserver.host.CommandResult;
import dev.aiserver.host.Content;
import dev.aiserver.host.FileState;
import dev.aiserver.host.Host;
import dev.aiserver.host.HostIdentity;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Represents a Mac on which every command, file and server returns these bytes, and which nothing changes. */
record SayingHost(byte[] words) implements Host {
    private static final int UID = 501;

    @Override
    public HostIdentity facts() {
        return new HostIdentity("Darwin", "arm64", "15.5", UID, "ann", Path.of("/Users/ann"));
    }

    @Override
    public Optional<Path> find(String program) {
        return Optional.of(Path.of("/usr/bin", program));
    }

    @Override
    public CommandResult run(Command command) {
        return new CommandResult(0, words, new byte[0]);
    }

    @Override
    public FileState file(Path path) {
        return new FileState.Regular(Content.of(words), 0600, UID);
    }

    @Override
    public FileState stat(Path path) {
        return new FileState.Directory(0700, UID);
    }

    @Override
    public List<Path> list(Path directory) {
        return List.of();
    }

    @Override
    public void write(Path path, Content content, int mode) {}

    @Override
    public boolean create(Path path, Content content, int mode) {
        return true;
    }

    @Override
    public boolean move(Path from, Path to) {
        return true;
    }

    @Override
    public void delete(Path path) {}

    @Override
    public void createDirectory(Path path, int mode) {}

    @Override
    public long leasePid() {
        return 1;
    }

    @Override
    public boolean isLocal() {
        return true;
    }

    @Override
    public Socket connect(InetSocketAddress there, Duration timeout) {
        return new Socket() {
            private final InputStream in = new ByteArrayInputStream(words);

            @Override
            public InputStream getInputStream() {
                return in;
            }

            @Override
            public OutputStream getOutputStream() {
                return OutputStream.nullOutputStream();
            }

            @Override
            public void setTcpNoDelay(boolean on) {}

            @Override
            public void setSoTimeout(int timeout) {}

            @Override
            public void shutdownOutput() {}
        };
    }
}
