package dev.aiserver.host.ssh;

import dev.aiserver.host.Command;
import dev.aiserver.host.CommandResult;
import dev.aiserver.host.LocalHost;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The content of a user's ~/.ssh in a directory of the test: configuration, keys, known hosts. */
final class Client implements AutoCloseable {
    private final Path directory;
    private final List<String> lines = new ArrayList<>();

    Client(Path directory) {
        this.directory = directory;
    }

    Path knownHosts() {
        return directory.resolve("known_hosts");
    }

    /** Creates a key. An empty passphrase means none. */
    Path key(String name, String type, String passphrase) {
        Path key = directory.resolve(name);
        CommandResult made = new LocalHost(System.getenv())
                .run(Command.of("ssh-keygen", "-q", "-t", type, "-N", passphrase, "-C", name, "-f", key.toString()));
        if (!made.succeeded()) {
            throw new IllegalStateException(made.firstLine());
        }
        return key;
    }

    static String publicHalf(Path key) {
        try {
            return Files.readString(Path.of(key + ".pub")).strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Adds a host to the configuration. */
    Client machine(String name, int port, String user, Path key, String... more) {
        lines.addAll(List.of("Host " + name, "HostName 127.0.0.1", "Port " + port, "User " + user));
        lines.add("IdentityFile " + key);
        lines.addAll(List.of(more));
        return this;
    }

    SshConfig config() {
        return config(Map.of());
    }

    SshConfig config(Map<String, String> more) {
        List<String> all = new ArrayList<>(lines);
        all.addAll(List.of("Host *", "UserKnownHostsFile " + knownHosts(), "GlobalKnownHostsFile none"));
        Path file = directory.resolve("config");
        try {
            Files.write(file, all);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Map<String, String> environment = new HashMap<>(Map.of("PATH", "/usr/bin:/bin", "HOME", "/nowhere"));
        environment.putAll(more);
        return new SshConfig(environment, Optional.of(file));
    }

    SshHost host(String name) {
        return host(name, Prompter.NONE, SshOptions.defaults().acceptingNewHostKey());
    }

    SshHost host(String name, Prompter questions, SshOptions options) {
        return new SshHost(Destination.parse(name), config(), questions, options);
    }

    /** Removes everything that was created here. */
    @Override
    public void close() {
        new LocalHost(System.getenv()).run(Command.of("rm", "-rf", directory.toString()));
    }
}
