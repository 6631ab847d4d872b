package dev.aiserver.host.ssh;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A server and a client that may log in there. */
final class OpenSshLogin implements AutoCloseable {
    private final OpenSsh server;
    private final Path directory;
    private final Client client;
    private final List<SshHost> hosts = new ArrayList<>();

    /**
     * Starts the server.
     *
     * @param sh the program at /bin/sh
     * @param shell of the user
     * @param startupScript what that shell runs first, if it is bash
     */
    OpenSshLogin(Path sh, Path shell, String startupScript) {
        server = new OpenSsh(sh, shell);
        try {
            directory = Files.createTempDirectory("aiserver-client-");
            Files.writeString(server.home().resolve(".bashrc"), startupScript);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        client = new Client(directory);
        Path key = client.key("key", "ed25519", "");
        server.admit(key);
        client.machine("server", server.port(), OpenSsh.USER, key);
    }

    SshHost host(Map<String, String> environment) {
        server.environment(environment);
        SshHost host = client.host("server");
        hosts.add(host);
        return host;
    }

    void disconnect() {
        hosts.forEach(SshHost::close);
    }

    @Override
    public void close() {
        server.close();
        client.close();
    }
}
