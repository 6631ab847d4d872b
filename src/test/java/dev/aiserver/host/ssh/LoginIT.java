package dev.aiserver.host.ssh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aiserver.host.Command;
import dev.aiserver.host.CommandResult;
import dev.aiserver.host.LocalHost;
import dev.aiserver.host.Poller;
import dev.aiserver.host.UserError;
import dev.aiserver.standin.Script;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests logins, with the sshd of this machine. */
@Timeout(30)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Tag("root")
class LoginIT {
    private static final SshOptions OPTIONS = SshOptions.defaults().acceptingNewHostKey();

    private final OpenSsh server = new OpenSsh(Path.of("/bin/sh"));
    private final OpenSsh passwords = new OpenSsh(Path.of("/bin/sh"), "MaxAuthTries 4", "PasswordAuthentication yes");
    private Path directory = Path.of("/");
    private Client client = new Client(directory);

    @BeforeEach
    void setUp(@TempDir Path temporary) {
        directory = temporary;
        client = new Client(directory);
    }

    @AfterAll
    void stop() {
        server.close();
        passwords.close();
    }

    private String user(String machine, Prompter questions) {
        try (SshHost host = client.host(machine, questions, OPTIONS)) {
            return host.facts().user();
        }
    }

    private void assertRejected(String machine, Prompter questions, String sentence) {
        assertThatThrownBy(() -> user(machine, questions))
                .isInstanceOfSatisfying(
                        UserError.class, error -> assertThat(error.kind()).isEqualTo(UserError.Kind.UNREACHABLE))
                .hasMessage(sentence);
    }

    private String login(OpenSsh where) {
        return OpenSsh.USER + "@127.0.0.1:" + where.port();
    }

    @ParameterizedTest
    @CsvSource({"ed25519,''", "ecdsa,''", "rsa,''", "ed25519,a secret", "ecdsa,a secret", "rsa,a secret"})
    void aKeyFileLogsIn(String type, String passphrase) {
        Path key = client.key("key", type, passphrase);
        server.admit(key);
        client.machine("server", server.port(), OpenSsh.USER, key);
        FakePrompter prompter = new FakePrompter(false, "wrong", passphrase);
        assertThat(user("server", prompter)).isEqualTo(OpenSsh.USER);
        String prompt = "Passphrase for " + key + ": ";
        assertThat(prompter.asked()).isEqualTo(passphrase.isEmpty() ? List.of() : List.of(prompt, prompt));
    }

    @Test
    void aRejectedLoginListsEachKeyAndItsResult() throws Exception {
        Path stranger = client.key("stranger", "ed25519", "");
        Path locked = client.key("locked", "ed25519", "a secret");
        server.admit(locked);
        Path broken = Files.writeString(directory.resolve("broken"), "no key");
        client.machine(
                "server", server.port(), OpenSsh.USER, stranger, "IdentityFile " + locked, "IdentityFile " + broken);
        String advice = ". Check the user name, and that your key is in ~/.ssh/authorized_keys there.";
        assertRejected(
                "server",
                Prompter.NONE,
                login(server) + " rejected the login; tried: " + stranger + ", " + locked
                        + " (needs its passphrase; add the key to the agent with ssh-add), " + broken
                        + " (not a readable private key)" + advice);
        FakePrompter prompter = new FakePrompter(false, "a", "b", "c", "a secret");
        assertRejected(
                "server",
                prompter,
                login(server) + " rejected the login; tried: " + stranger + ", " + locked + " (wrong passphrase), "
                        + broken + " (not a readable private key)" + advice);
        assertThat(prompter.asked()).hasSize(3);
    }

    @Test
    void aMissingKeyIsReported() {
        client.machine("server", server.port(), OpenSsh.USER, directory.resolve("nothing"));
        assertRejected(
                "server",
                Prompter.NONE,
                login(server)
                        + " rejected the login; no key was found to try. Check the user name, and that your key is in"
                        + " ~/.ssh/authorized_keys there.");
    }

    @Test
    void asksForThePasswordWhenNoKeyIsAccepted() {
        client.machine("passwords", passwords.port(), OpenSsh.USER, directory.resolve("nothing"));
        FakePrompter prompter = new FakePrompter(false, "wrong", OpenSsh.PASSWORD);
        assertThat(user("passwords", prompter)).isEqualTo(OpenSsh.USER);
        String prompt = "Password for " + login(passwords) + ": ";
        assertThat(prompter.asked()).containsExactly(prompt, prompt);
    }

    @Test
    void asksThreeTimesForAWrongPassword() {
        client.machine("passwords", passwords.port(), OpenSsh.USER, directory.resolve("nothing"));
        FakePrompter prompter = new FakePrompter(false, "a", "b", "c", OpenSsh.PASSWORD);
        assertRejected(
                "passwords",
                prompter,
                login(passwords)
                        + " rejected the password; no key was found to try. Check the user name, and that your key"
                        + " is in ~/.ssh/authorized_keys there.");
        assertThat(prompter.asked()).hasSize(3);
    }

    @Test
    void agentKeysAreTriedInTheOrderOfSsh() throws Exception {
        try (Agent agent = new Agent(directory)) {
            Path key = client.key("key", "ed25519", "a secret");
            Path configured = client.key("configured", "ed25519", "a secret");
            Path stranger = client.key("stranger", "rsa", "");
            server.admit(key);
            List.of(stranger, configured).forEach(agent::add);
            client.machine("server", server.port(), OpenSsh.USER, configured);
            client.machine("only", server.port(), OpenSsh.USER, configured, "IdentitiesOnly yes");
            client.machine("elsewhere", server.port(), OpenSsh.USER, configured, "IdentityAgent none");
            SshConfig config =
                    client.config(Map.of("SSH_AUTH_SOCK", agent.socket().toString()));
            assertRejectedWith(config, "server", "tried: the agent's configured, the agent's stranger.");
            assertRejectedWith(config, "only", "tried: the agent's configured.");
            assertRejectedWith(config, "elsewhere", "tried: " + configured + ".");
            agent.add(key);
            try (SshHost host = new SshHost(Destination.parse("server"), config, Prompter.NONE, OPTIONS)) {
                assertThat(host.facts().user()).isEqualTo(OpenSsh.USER);
            }
        }
    }

    private static void assertRejectedWith(SshConfig config, String machine, String part) {
        assertThatThrownBy(() -> new SshHost(Destination.parse(machine), config, Prompter.NONE, OPTIONS).facts())
                .isInstanceOf(UserError.class)
                .hasMessageContaining(part);
    }

    @Test
    void tooManyKeysAreReported() throws Exception {
        try (Agent agent = new Agent(directory)) {
            for (int i = 1; i <= 5; i++) {
                agent.add(client.key("key" + i, "ed25519", ""));
            }
            client.machine("passwords", passwords.port(), OpenSsh.USER, directory.resolve("nothing"));
            SshConfig config =
                    client.config(Map.of("SSH_AUTH_SOCK", agent.socket().toString()));
            assertRejectedWith(
                    config,
                    "passwords",
                    login(passwords)
                            + " rejected the login after too many keys; set IdentitiesOnly and IdentityFile for it in"
                            + " ~/.ssh/config (tried: the agent's key1, ");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"nothing", "file"})
    void aStaleAgentIsIgnored(String socket) throws Exception {
        Files.writeString(directory.resolve("file"), "");
        Path key = client.key("key", "ed25519", "");
        server.admit(key);
        client.machine("server", server.port(), OpenSsh.USER, key, "IdentityAgent " + directory.resolve(socket));
        assertThat(user("server", Prompter.NONE)).isEqualTo(OpenSsh.USER);
    }

    /** OpenSSH's agent, with keys that are already unlocked. */
    private static final class Agent implements AutoCloseable {
        private final Path socket;
        private final Process process;

        Agent(Path directory) throws Exception {
            socket = directory.resolve("agent");
            process = new ProcessBuilder("ssh-agent", "-D", "-a", socket.toString())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            assertThat(new Poller(Duration.ofMillis(5)).await(Duration.ofSeconds(5), () -> Files.exists(socket)))
                    .isTrue();
        }

        Path socket() {
            return socket;
        }

        void add(Path key) {
            // Answers the passphrase prompt when there is no terminal.
            Path ask = key.resolveSibling("ask");
            Script.write(ask, "echo 'a secret'");
            CommandResult added = new LocalHost(System.getenv())
                    .run(Command.of("ssh-add", "-q", key.toString())
                            .withEnvironment(Map.of(
                                    "SSH_AUTH_SOCK", socket.toString(),
                                    "SSH_ASKPASS", ask.toString(),
                                    "SSH_ASKPASS_REQUIRE", "force")));
            assertThat(added.succeeded()).as(added.firstLine()).isTrue();
        }

        @Override
        public void close() {
            process.destroyForcibly().onExit().join();
        }
    }
}
