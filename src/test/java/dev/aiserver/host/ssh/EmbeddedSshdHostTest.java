package dev.aiserver.host.ssh;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aiserver.host.Command;
import dev.aiserver.host.Host;
import dev.aiserver.host.HostContract;
import dev.aiserver.host.Query;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Runs the contract against an SSH server that is not OpenSSH. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EmbeddedSshdHostTest implements HostContract {
    private final EmbeddedSshd server;
    private final Client client;
    private final List<SshHost> hosts = new ArrayList<>();

    EmbeddedSshdHostTest() throws IOException {
        Path directory = Files.createTempDirectory("aiserver-client-");
        server = new EmbeddedSshd(directory.resolve("host_key"));
        client = new Client(directory);
        client.machine("server", server.port(), "anybody", client.key("key", "ecdsa", ""));
    }

    @AfterEach
    void disconnect() {
        hosts.forEach(SshHost::close);
    }

    @AfterAll
    void stop() throws IOException {
        server.close();
        client.close();
    }

    @Override
    public Host host(Map<String, String> environment) {
        server.environment(environment);
        SshHost host = client.host("server");
        hosts.add(host);
        return host;
    }

    @Test
    void aCommandKilledInABatchRunsAgain(@Home Path home) {
        SshHost host = (SshHost) host(Map.of("PATH", SYSTEM_PATH, "HOME", home.toString()));
        Command command = Command.of(
                "sh",
                "-c",
                "[ -e \"$1\" ] && exec echo all of it; : >\"$1\"; echo a part; kill -KILL $$",
                "sh",
                home.resolve("asked").toString());
        String output = host.ask(Query.command(command).zip(Query.stat(home), (result, state) -> result.text()));
        assertThat(output).isEqualTo("all of it\n");
    }

    @Override
    public Charset charset() {
        return StandardCharsets.UTF_8;
    }
}
