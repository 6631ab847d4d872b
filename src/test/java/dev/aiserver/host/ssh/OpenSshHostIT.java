package dev.aiserver.host.ssh;

import dev.aiserver.host.Host;
import dev.aiserver.host.HostContract;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The contract, with the sshd of this machine and a user who is not root. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OpenSshHostIT implements HostContract {
    private final OpenSsh server = new OpenSsh(Path.of("/bin/sh"));
    private final List<SshHost> hosts = new ArrayList<>();
    private Client client = new Client(Path.of("/"));

    @BeforeAll
    void admit(@TempDir Path directory) {
        client = new Client(directory);
        Path key = client.key("key", "ed25519", "");
        server.admit(key);
        client.machine("server", server.port(), OpenSsh.USER, key);
    }

    @AfterEach
    void disconnect() {
        hosts.forEach(SshHost::close);
    }

    @AfterAll
    void stop() {
        server.close();
    }

    @Override
    public Host host(Map<String, String> environment) {
        server.environment(environment);
        SshHost host = client.host("server");
        hosts.add(host);
        return host;
    }

    @Override
    public Charset charset() {
        return StandardCharsets.UTF_8;
    }

    @Override
    public Path home() throws IOException {
        Path home = HostContract.super.home();
        OpenSsh.give(home);
        return home;
    }
}
