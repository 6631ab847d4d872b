package dev.aiserver.host.ssh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aiserver.host.Command;
import dev.aiserver.host.LocalHost;
import dev.aiserver.host.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests host key verification, with the sshd of this machine. */
@Timeout(30)
@Tag("root")
class HostKeysIT {
    private static final SshOptions CAUTIOUS = SshOptions.defaults();
    private static final SshOptions TRUSTING = CAUTIOUS.acceptingNewHostKey();
    private static final LocalHost MACHINE = new LocalHost(System.getenv());

    private final OpenSsh server = new OpenSsh(Path.of("/bin/sh"));
    private Path directory = Path.of("/");
    private Client client = new Client(directory);

    @BeforeEach
    void admit(@TempDir Path temporary) {
        directory = temporary;
        client = new Client(directory);
        Path key = client.key("key", "ed25519", "");
        server.admit(key);
        client.machine("server", server.port(), OpenSsh.USER, key);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private static String tool(String... argv) {
        return MACHINE.run(Command.of(List.of(argv))).text();
    }

    private String fingerprint() {
        return tool("ssh-keygen", "-l", "-f", server.hostKey().toString()).split(" ")[1];
    }

    private String entry(Path key) {
        return "[127.0.0.1]:" + server.port() + " " + Client.publicHalf(key);
    }

    private void connect(Prompter questions, SshOptions options) {
        try (SshHost host = client.host("server", questions, options)) {
            assertThat(host.run(Command.of("echo", "in")).text()).isEqualTo("in\n");
        }
    }

    private static void assertRejected(ThrowingCallable connecting, String... parts) {
        assertThatThrownBy(connecting)
                .isInstanceOfSatisfying(
                        UserError.class, error -> assertThat(error.kind()).isEqualTo(UserError.Kind.UNREACHABLE))
                .hasMessageContainingAll(parts);
    }

    @Test
    void unknownHostsAreRejectedAndNotStored() {
        for (Prompter questions : List.of(Prompter.NONE, new FakePrompter(false))) {
            assertRejected(
                    () -> connect(questions, CAUTIOUS),
                    "The host key of 127.0.0.1 is not known",
                    "ssh-ed25519",
                    fingerprint());
        }
        assertThat(client.knownHosts()).doesNotExist();
    }

    @Test
    void confirmedUnknownHostsAreStored() throws IOException {
        Files.writeString(client.knownHosts(), "# no line end");
        FakePrompter prompter = new FakePrompter(true);
        connect(prompter, CAUTIOUS);
        assertThat(prompter.asked()).hasSize(1).first().asString().contains("127.0.0.1", fingerprint());
        String entry = entry(server.hostKey()).replaceAll(" [^ ]*$", "");
        assertThat(Files.readAllLines(client.knownHosts())).containsExactly("# no line end", entry);
        connect(Prompter.NONE, CAUTIOUS);
    }

    @Test
    void acceptNewStoresUnknownHostsWithoutAsking() {
        connect(Prompter.NONE, TRUSTING);
        connect(Prompter.NONE, CAUTIOUS);
    }

    @Test
    void changedKeysAreAlwaysRejected() throws IOException {
        Files.writeString(client.knownHosts(), "# mine\n");
        connect(Prompter.NONE, TRUSTING);
        String old = fingerprint();
        server.newHostKey();
        server.restart();
        String before = Files.readString(client.knownHosts());
        assertRejected(
                () -> connect(new FakePrompter(true), TRUSTING),
                "The host key of 127.0.0.1 has changed",
                client.knownHosts() + " line 2 has " + old,
                fingerprint());
        assertThat(client.knownHosts()).hasContent(before);
    }

    @Test
    void aKeyOfAnotherTypeCountsAsChanged() throws IOException {
        Files.writeString(client.knownHosts(), entry(client.key("other", "ecdsa", "")) + "\n");
        assertRejected(() -> connect(new FakePrompter(true), TRUSTING), "has changed", "known_hosts line 1");
    }

    @Test
    void hashedNamesAreRecognized() throws IOException {
        connect(Prompter.NONE, TRUSTING);
        tool("ssh-keygen", "-q", "-H", "-f", client.knownHosts().toString());
        assertThat(Files.readString(client.knownHosts())).startsWith("|1|").doesNotContain("127.0.0.1");
        connect(Prompter.NONE, CAUTIOUS);
        server.newHostKey();
        server.restart();
        assertRejected(() -> connect(new FakePrompter(true), TRUSTING), "has changed", "known_hosts line 1");
    }

    @Test
    void aRevokedKeyIsRejectedEvenIfKnown() throws IOException {
        String key = Client.publicHalf(server.hostKey());
        Files.writeString(client.knownHosts(), entry(server.hostKey()) + "\n@revoked * " + key + "\n");
        assertRejected(
                () -> connect(new FakePrompter(true), TRUSTING),
                "revoked in " + client.knownHosts() + " line 2",
                fingerprint());
    }

    @Test
    void aKnownKeyIsAcceptedOnAnotherPort() throws IOException {
        Files.writeString(client.knownHosts(), "127.0.0.1 " + Client.publicHalf(server.hostKey()) + "\n");
        connect(Prompter.NONE, CAUTIOUS);
    }

    @Test
    void hostKeyAliasSelectsTheKey() throws IOException {
        Files.writeString(client.knownHosts(), "the-mac " + Client.publicHalf(server.hostKey()) + "\n");
        assertRejected(() -> connect(Prompter.NONE, CAUTIOUS), "is not known");
        client.machine("alias", server.port(), OpenSsh.USER, directory.resolve("key"), "HostKeyAlias the-mac");
        try (SshHost host = client.host("alias", Prompter.NONE, CAUTIOUS)) {
            assertThat(host.facts().user()).isEqualTo(OpenSsh.USER);
        }
    }

    @Test
    void certificatesAreVerifiedByTheirAuthority() throws IOException {
        Path authority = client.key("authority", "ed25519", "");
        tool(
                "ssh-keygen",
                "-q",
                "-s",
                authority.toString(),
                "-I",
                "server",
                "-h",
                "-n",
                "127.0.0.1",
                server.hostKey() + ".pub");
        server.restart("HostCertificate " + server.hostKey() + "-cert.pub");
        Files.writeString(client.knownHosts(), "@cert-authority [127.0.0.1]:* " + Client.publicHalf(authority) + "\n");
        connect(Prompter.NONE, CAUTIOUS);
        Path foreign = client.key("foreign", "ed25519", "");
        Files.writeString(client.knownHosts(), "@cert-authority * " + Client.publicHalf(foreign) + "\n");
        assertRejected(() -> connect(Prompter.NONE, CAUTIOUS), "is not known");
    }

    private void assertRejectedAs(String name, String part, String... configuration) {
        client.machine(name, server.port(), OpenSsh.USER, directory.resolve("key"), configuration);
        assertRejected(() -> client.host(name, new FakePrompter(true), TRUSTING).facts(), part);
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "[127.0.0.1]:PORT", "the-mac", "[the-mac]:PORT", "127.0.*"})
    void aRevocationAppliesToEveryNameOfTheHost(String name) throws IOException {
        String key = Client.publicHalf(server.hostKey());
        String named = name.replace("PORT", Integer.toString(server.port()));
        Files.writeString(client.knownHosts(), "the-mac " + key + "\n@revoked " + named + " " + key + "\n");
        assertRejectedAs("alias", "known_hosts line 2", "HostKeyAlias the-mac");
        assertRejectedAs("typed", "known_hosts line 2", "HostName localhost", "HostKeyAlias the-mac");
    }

    @Test
    void hashedRevocationsApply() throws IOException {
        String key = Client.publicHalf(server.hostKey());
        Files.writeString(client.knownHosts(), "127.0.0.1 " + key + "\n");
        tool("ssh-keygen", "-q", "-H", "-f", client.knownHosts().toString());
        String hashed = Files.readString(client.knownHosts());
        Files.writeString(client.knownHosts(), "@revoked " + hashed + "the-mac " + key + "\n");
        assertRejectedAs("alias", "known_hosts line 1", "HostKeyAlias the-mac");
    }

    @Test
    void theRevokedKeysFileIsReadOrRejected() throws IOException {
        String key = Client.publicHalf(server.hostKey());
        Files.writeString(client.knownHosts(), entry(server.hostKey()) + "\n");
        Path revoked = directory.resolve("revoked");
        String configuration = "RevokedHostKeys " + revoked;
        client.machine("mac", server.port(), OpenSsh.USER, directory.resolve("key"), configuration);
        Files.writeString(revoked, "# mine\n\n" + Client.publicHalf(client.key("other", "ed25519", "")) + "\n");
        assertThat(client.host("mac").facts().user()).isEqualTo(OpenSsh.USER);
        Files.writeString(revoked, "# mine\n" + key + "\n");
        assertRejected(() -> client.host("mac").facts(), "revoked in " + revoked + " line 2");
        for (String unreadable : List.of("nonsense\n", "SSHKRL\n\0rest", "")) {
            if (unreadable.isEmpty()) {
                Files.delete(revoked);
            } else {
                Files.writeString(revoked, unreadable);
            }
            assertThatThrownBy(() -> client.host("mac").facts())
                    .isInstanceOf(UserError.class)
                    .hasMessageContaining(revoked.toString());
        }
    }

    @Test
    void sshRestrictionsApply() throws IOException {
        assertRejectedAs("strict", "StrictHostKeyChecking yes", "StrictHostKeyChecking yes");
        assertThat(client.knownHosts()).doesNotExist();
        Path other = client.key("other", "ed25519", "");
        Files.writeString(client.knownHosts(), "127.0.0.1 " + Client.publicHalf(other) + "\n");
        assertRejectedAs("address", "has changed", "HostKeyAlias the-mac", "CheckHostIP yes");
        Files.delete(client.knownHosts());
        assertRejectedAs("key", "Could not connect", "HostKeyAlgorithms rsa-sha2-512");
        server.restart("Ciphers aes128-ctr");
        assertRejectedAs("cipher", "Could not connect", "Ciphers aes256-ctr");
    }
}
