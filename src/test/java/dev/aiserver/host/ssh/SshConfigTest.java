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

    private SshTarget settings(String destination, String config) throws IOException {
        Path file = Files.writeString(directory.resolve("config"), config);
        return new SshConfig(ENVIRONMENT, Optional.of(file)).target(Destination.parse(destination));
    }

    @Test
    void everythingIsTakenFromTheConfiguration() throws IOException {
        Files.writeString(directory.resolve("more"), "Host mac\n  ProxyJump bob@first:2222,[::1]:23\n");
        SshTarget settings = settings("mac", """
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
        assertThat(settings)
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
                        settings.restrictions()));
    }

    @Test
    void whatIsTypedGoesBeforeTheConfiguration() throws IOException {
        SshTarget settings = settings("bob@mac:23", "Host mac\n  User ann\n  Port 24\n");
        assertThat(settings.name()).isEqualTo("bob@mac:23");
        assertThat(settings.knownHostsName()).isEqualTo("[mac]:23");
    }

    @Test
    void withoutConfigurationItIsAsSshDoes() throws IOException {
        SshTarget settings = settings("ann@mac", "");
        assertThat(settings.name()).isEqualTo("ann@mac");
        assertThat(settings.knownHostsName()).isEqualTo("mac");
        assertThat(settings.keyFiles())
                .contains(Path.of("/home/ann/.ssh/id_ed25519"), Path.of("/home/ann/.ssh/id_rsa"));
        assertThat(settings.agent()).contains(Path.of("/run/agent"));
        assertThat(settings.knownHosts()).anyMatch(file -> file.endsWith(".ssh/known_hosts"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            none          |
            SSH_AUTH_SOCK | /run/agent
            /run/other    | /run/other
            """)
    void theAgentIsTheConfiguredOne(String configured, Path socket) throws IOException {
        assertThat(settings("mac", "IdentityAgent " + configured + "\n").agent())
                .isEqualTo(Optional.ofNullable(socket));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            ProxyCommand nc mac 22 | ssh is configured to reach mac by a ProxyCommand, which does not work here; use
            KnownHostsCommand /bin/true | ssh is configured for mac to ask a KnownHostsCommand for keys, which
            PreferredAuthentications hostbased | ssh is configured for mac to log in by none of publickey,
            KexAlgorithms sntrup761x25519-sha512@openssh.com | ssh is configured for mac to allow none of the KexAlgorithms
            Ciphers chacha20-poly1305@openssh.com | ssh is configured for mac to allow none of the Ciphers
            MACs umac-64@openssh.com | ssh is configured for mac to allow none of the MACs
            HostKeyAlgorithms sk-ssh-ed25519@openssh.com | ssh is configured for mac to allow none of the HostKeyAlgorithms
            Nonsense yes           | ssh cannot say how mac is reached
            """)
    void whatCannotBeDoneIsSaid(String line, String sentence) {
        assertThatThrownBy(() -> settings("mac", line + "\n"))
                .isInstanceOfSatisfying(
                        UserError.class, trouble -> assertThat(trouble.kind()).isEqualTo(UserError.Kind.CONFIGURATION))
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
    void onlyTheAllowedMethodsAreTried(String lines, String methods) throws IOException {
        Restrictions restrictions =
                settings("mac", lines.replace(";", "\n") + "\n").restrictions();
        assertThat(String.join(",", restrictions.methods())).isEqualTo(methods);
    }

    @Test
    void whatIsForbiddenStaysForbidden() throws IOException {
        Restrictions restrictions = settings("mac", """
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
    void aConfigurationThatIsMissingIsSaid() {
        SshConfig config = new SshConfig(ENVIRONMENT, Optional.of(directory.resolve("missing")));
        assertThatThrownBy(() -> config.target(Destination.parse("mac")))
                .isInstanceOf(UserError.class)
                .hasMessageStartingWith("ssh cannot say how mac is reached: Can't open user config file");
    }
}
