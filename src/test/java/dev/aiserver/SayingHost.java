package dev.aiserver;

import dev.aiserver.host.Answers;
import dev.aiserver.host.Command;
import dev.aiserver.host.CommandResult;
import dev.aiserver.host.Content;
import dev.aiserver.host.FileState;
import dev.aiserver.host.Host;
import dev.aiserver.host.HostIdentity;
import dev.aiserver.host.Read;
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
    public Answers answer(List<Read<?>> reads) {
        Answers answers = new Answers();
        reads.forEach(read -> read.by(new Saying(answers)));
        return answers;
    }

    /** Answers each read with the words. */
    private final class Saying implements Read.Kinds {
        private final Answers answers;

        Saying(Answers answers) {
            this.answers = answers;
        }

        @Override
        public void file(Read.File read) {
            answers.add(read, () -> new FileState.Regular(Content.of(words), 0600, UID));
        }

        @Override
        public void stat(Read.Stat read) {
            answers.add(read, () -> new FileState.Directory(0700, UID));
        }

        @Override
        public void listing(Read.Listing read) {
            answers.add(read, List::of);
        }

        @Override
        public void program(Read.Program read) {
            answers.add(read, () -> Optional.of(Path.of("/usr/bin", read.name())));
        }

        @Override
        public void commands(Read.Commands read) {
            answers.add(read, () -> List.of(run(read.commands().get(0))));
        }

        @Override
        public <T> void exchange(Read.Exchange<T> read) {
            answers.add(read, () -> read.exchange().apply(SayingHost.this));
        }
    }

    @Override
    public CommandResult run(Command command) {
        return new CommandResult(0, words, new byte[0]);
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
