package dev.aiserver.host.ssh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aiserver.host.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SshConfigTest {
    private static final Map<String, String> ENVIRONMENT =
            Map.of("PATH", "/usr/bin:/bin", "HOME", "/home/ann", "SSH_AUTH_SOCK", "/run/agent");

    @TempDir
    private Path directory = Path.of("/");

    private SshTarget target(String destination, String config) throws IOException {
        Path file = Files.writeString(directory.resolve("config"), config);
        return new SshConfig(ENVIRONMENT, Optional.of(file)).target(Destination.parse(destination));
    }

    @Test
    void readsAllSettings() throws IOException {
        Files.writeString(directory.resolve("more"), "Host mac\n  ProxyJump bob@first:2222,[::1]:23\n");
        SshTarget target = target("mac", """
                        Include %s/more
                        Host * !mac
                          User wrong
                        Host m?c
                          HostName mac.example.com
                          User ann
                          Port 2022
                          IdentityFile ~/.ssh/first
                          IdentityFile "%%d/with a space/%%r@%%h"
                          IdentitiesOnly yes
                          IdentityAgent "/run/agent of mac"
                          HostKeyAlias the-mac
                        Match host mac.example.com
                          UserKnownHostsFile "/known hosts" /known2
                        Host *
                          User later
                          GlobalKnownHostsFile none
                        """.formatted(directory));
        assertThat(target)
                .isEqualTo(new SshTarget(
                        "mac.example.com",
                        2022,
                        "ann",
                        List.of(Path.of("/home/ann/.ssh/first"), Path.of("/home/ann/with a space/ann@mac.example.com")),
                        true,
                        Optional.of(Path.of("/run/agent of mac")),
                        List.of(Path.of("/known hosts"), Path.of("/known2")),
                        Optional.of("the-mac"),
                        List.of(Destination.parse("bob@first:2222"), Destination.parse("[::1]:23")),
                        target.restrictions()));
    }

    @Test
    void theDestinationOverridesTheConfiguration() throws IOException {
        SshTarget target = target("bob@mac:23", "Host mac\n  User ann\n  Port 24\n");
        assertThat(target.name()).isEqualTo("bob@mac:23");
        assertThat(target.knownHostsName()).isEqualTo("[mac]:23");
    }

    @Test
    void defaultsAreThoseOfSsh() throws IOException {
        SshTarget target = target("ann@mac", "");
        assertThat(target.name()).isEqualTo("ann@mac");
        assertThat(target.knownHostsName()).isEqualTo("mac");
        assertThat(target.keyFiles()).contains(Path.of("/home/ann/.ssh/id_ed25519"), Path.of("/home/ann/.ssh/id_rsa"));
        assertThat(target.agent()).contains(Path.of("/run/agent"));
        assertThat(target.knownHosts()).anyMatch(file -> file.endsWith(".ssh/known_hosts"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            none          |
            SSH_AUTH_SOCK | /run/agent
            /run/other    | /run/other
            """)
    void usesTheConfiguredAgent(String configured, Path socket) throws IOException {
        assertThat(target("mac", "IdentityAgent " + configured + "\n").agent()).isEqualTo(Optional.ofNullable(socket));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            ProxyCommand nc mac 22 | ssh is configured to reach mac through a ProxyCommand, which aiserver does not support; use
            KnownHostsCommand /bin/true | The ssh configuration for mac uses a KnownHostsCommand, which aiserver does not support; use
            PreferredAuthentications hostbased | The ssh configuration for mac allows none of the login methods publickey,
            KexAlgorithms sntrup761x25519-sha512@openssh.com | The ssh configuration for mac allows none of the KexAlgorithms
            Ciphers chacha20-poly1305@openssh.com | The ssh configuration for mac allows none of the Ciphers
            MACs umac-64@openssh.com | The ssh configuration for mac allows none of the MACs
            HostKeyAlgorithms sk-ssh-ed25519@openssh.com | The ssh configuration for mac allows none of the HostKeyAlgorithms
            Nonsense yes           | ssh cannot read its configuration for mac
            """)
    void unsupportedSettingsAreReported(String line, String sentence) {
        assertThatThrownBy(() -> target("mac", line + "\n"))
                .isInstanceOfSatisfying(
                        UserError.class, error -> assertThat(error.kind()).isEqualTo(UserError.Kind.CONFIGURATION))
                .hasMessageStartingWith(sentence);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            PasswordAuthentication no           | publickey,keyboard-interactive
            KbdInteractiveAuthentication no     | publickey,password
            PubkeyAuthentication no             | keyboard-interactive,password
            PreferredAuthentications password,publickey | password,publickey
            Match all;PasswordAuthentication no | publickey,keyboard-interactive
            """)
    void onlyAllowedLoginMethodsAreTried(String lines, String methods) throws IOException {
        Restrictions restrictions =
                target("mac", lines.replace(";", "\n") + "\n").restrictions();
        assertThat(String.join(",", restrictions.methods())).isEqualTo(methods);
    }

    @Test
    void restrictionsAreRead() throws IOException {
        Restrictions restrictions = target("mac", """
                        BatchMode yes
                        StrictHostKeyChecking yes
                        CheckHostIP yes
                        RequiredRSASize 3000
                        RevokedHostKeys ~/revoked
                        HostKeyAlgorithms rsa-sha2-512
                        KexAlgorithms curve25519-sha256
                        Ciphers aes256-ctr,chacha20-poly1305@openssh.com
                        MACs hmac-sha2-512
                        PubkeyAcceptedAlgorithms ssh-ed25519
                        CASignatureAlgorithms ssh-ed25519
                        """).restrictions();
        assertThat(restrictions)
                .isEqualTo(new Restrictions(
                        List.of("publickey", "keyboard-interactive", "password"),
                        false,
                        true,
                        true,
                        3000,
                        Optional.of(Path.of("/home/ann/revoked")),
                        Map.of(
                                "server_host_key", "rsa-sha2-512",
                                "kex", "curve25519-sha256",
                                "cipher.s2c", "aes256-ctr",
                                "cipher.c2s", "aes256-ctr",
                                "mac.s2c", "hmac-sha2-512",
                                "mac.c2s", "hmac-sha2-512",
                                "PubkeyAcceptedAlgorithms", "ssh-ed25519",
                                "ca_signature_algorithms", "ssh-ed25519")));
    }

    @Test
    void aMissingConfigurationIsReported() {
        SshConfig config = new SshConfig(ENVIRONMENT, Optional.of(directory.resolve("missing")));
        assertThatThrownBy(() -> config.target(Destination.parse("mac")))
                .isInstanceOf(UserError.class)
                .hasMessageStartingWith("ssh cannot read its configuration for mac: Can't open user config file");
    }
}
