package dev.aiserver.host.ssh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aiserver.host.Command;
import dev.aiserver.host.Content;
import dev.aiserver.host.FileState;
import dev.aiserver.host.Host;
import dev.aiserver.host.Poller;
import dev.aiserver.host.Query;
import dev.aiserver.host.UserError;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests the life of connections, with the sshd of this machine. */
@Timeout(30)
@Tag("root")
class ConnectionIT {
    private static final Duration SILENCE = Duration.ofMillis(1500);
    private static final SshOptions IMPATIENT = new SshOptions(true, Duration.ofSeconds(1), SILENCE);
    private static final String RUN_AGAIN =
            ". The operation in progress may or may not have completed; run the command again.";

    private final OpenSsh server = new OpenSsh(Path.of("/bin/sh"));
    private Client client = new Client(Path.of("/"));
    private Path key = Path.of("/");

    @BeforeEach
    void admit(@TempDir Path directory) {
        client = new Client(directory);
        key = client.key("key", "ed25519", "");
        server.admit(key);
        client.machine("server", server.port(), OpenSsh.USER, key);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private SshHost host(String name) {
        return client.host(name, Prompter.NONE, IMPATIENT);
    }

    private static void unreachable(Runnable action, String sentence) {
        assertThatThrownBy(action::run)
                .isInstanceOfSatisfying(
                        UserError.class, error -> assertThat(error.kind()).isEqualTo(UserError.Kind.UNREACHABLE))
                .hasMessage(sentence);
    }

    @Test
    void connectErrorsAreExplained() throws IOException {
        int closed;
        try (ServerSocket mute = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            closed = mute.getLocalPort();
            client.machine("mute", closed, OpenSsh.USER, key);
            unreachable(
                    host("mute")::facts,
                    "127.0.0.1 port " + closed
                            + " did not answer within 1 s; check that the machine is on, awake and connected to the"
                            + " network.");
        }
        unreachable(
                host("mute")::facts,
                "127.0.0.1 port " + closed
                        + " refused the connection; check the port, and that Remote Login is on there"
                        + " (System Settings > General > Sharing).");
        unreachable(
                host("no-such-machine.invalid")::facts,
                "Cannot resolve host no-such-machine.invalid; check the spelling, or whether its network is"
                        + " connected.");
    }

    @Test
    void aServerThatDiesDuringACommandIsNoticed() {
        try (SshHost host = host("server")) {
            long pid = host.leasePid();
            CompletableFuture.delayedExecutor(200, TimeUnit.MILLISECONDS).execute(server::kill);
            String lost = "Lost the connection to nobody@127.0.0.1:" + server.port() + ": it was closed" + RUN_AGAIN;
            unreachable(() -> host.run(Command.of("sleep", "600")), lost);
            unreachable(host::facts, lost);
            assertThat(isGone(pid)).isTrue();
        }
    }

    private static boolean isGone(long pid) {
        return new Poller(Duration.ofMillis(5))
                .await(Duration.ofSeconds(5), () -> ProcessHandle.of(pid).isEmpty());
    }

    @Test
    void aConnectionThatIsSilentForTooLongIsLost() throws IOException {
        try (Relay relay = new Relay(server.port())) {
            client.machine("relayed", relay.port(), OpenSsh.USER, key);
            String lost = "Lost the connection to nobody@127.0.0.1:" + relay.port() + ": no data was received for 1 s"
                    + RUN_AGAIN;
            for (Command command : List.of(
                    Command.of("sleep", "600").withTimeout(Duration.ofMinutes(1)),
                    // More than both sides' buffers hold, so that the sender blocks too.
                    Command.of("cat").withStdin(new byte[50_000_000]).withTimeout(Duration.ofMinutes(1)))) {
                try (SshHost host = host("relayed")) {
                    host.leasePid();
                    relay.block();
                    long begin = System.nanoTime();
                    unreachable(() -> host.run(command), lost);
                    assertThat(Duration.ofNanos(System.nanoTime() - begin))
                            .isBetween(SILENCE.dividedBy(2), SILENCE.plusSeconds(1));
                }
                relay.unblock();
            }
        }
    }

    @Test
    void aConnectionThatIsSilentForAWhileIsKept() throws IOException {
        try (Relay relay = new Relay(server.port())) {
            client.machine("relayed", relay.port(), OpenSsh.USER, key);
            try (SshHost host = host("relayed")) {
                host.leasePid();
                CompletableFuture.delayedExecutor(
                                SILENCE.multipliedBy(2).dividedBy(3).toMillis(), TimeUnit.MILLISECONDS)
                        .execute(relay::unblock);
                relay.block();
                assertThat(host.run(Command.of("echo", "still here")).text()).isEqualTo("still here\n");
            }
        }
    }

    @Test
    void aSilentCommandDoesNotLoseTheConnection() {
        try (SshHost host = host("server")) {
            String script = "sleep " + SILENCE.multipliedBy(2).toSeconds() + "; echo done";
            assertThat(host.run(Command.of("sh", "-c", script)).text()).isEqualTo("done\n");
        }
    }

    @Test
    void anInterruptedWriteLeavesTheFileUnchanged() throws IOException {
        Path file = server.home().resolve("file");
        try (Relay relay = new Relay(server.port())) {
            client.machine("relayed", relay.port(), OpenSsh.USER, key);
            try (SshHost host = host("relayed")) {
                host.write(file, Content.of("old"), 0600);
                relay.cutAfter(500_000);
                assertThatThrownBy(() -> host.write(file, Content.of(new byte[1_000_000]), 0600))
                        .isInstanceOf(UserError.class)
                        .hasMessageContaining("Lost the connection");
            }
        }
        try (SshHost host = host("server")) {
            assertThat(new Poller(Duration.ofMillis(20))
                            .await(
                                    Duration.ofSeconds(5),
                                    () -> host.list(server.home()).size() == 2))
                    .as("the temporary file is gone")
                    .isTrue();
            assertThat(host.file(file))
                    .isInstanceOfSatisfying(
                            FileState.Regular.class,
                            state -> assertThat(state.content()).isEqualTo(Content.of("old")));
        }
    }

    @Test
    void moreCommandsThanServerChannelsAreAnswered() {
        try (SshHost host = host("server")) {
            host.leasePid();
            Command slow = Command.of("sh", "-c", "sleep 0.3; echo done");
            List<CompletableFuture<String>> answers = Stream.generate(() -> CompletableFuture.supplyAsync(
                            () -> host.run(slow).text(), task -> new Thread(task).start()))
                    .limit(16)
                    .toList();
            assertThat(answers).allSatisfy(answer -> assertThat(answer.join()).isEqualTo("done\n"));
        }
    }

    @Test
    void theLeaseEndsWithTheConnection() {
        SshHost host = host("server");
        long pid = host.leasePid();
        assertThat(ProcessHandle.of(pid)).isPresent();
        host.close();
        assertThat(isGone(pid)).isTrue();
    }

    @Test
    void jumpHostsAreUsed() {
        try (OpenSsh first = new OpenSsh(Path.of("/bin/sh"));
                OpenSsh second = new OpenSsh(Path.of("/bin/sh"))) {
            first.admit(key);
            second.admit(key);
            client.machine("first", first.port(), OpenSsh.USER, key);
            client.machine("second", second.port(), OpenSsh.USER, key);
            client.machine("behind", server.port(), OpenSsh.USER, key, "ProxyJump first,second");
            client.machine("nothing", 1, OpenSsh.USER, key, "ProxyJump first");
            try (SshHost host = host("behind")) {
                host.write(server.home().resolve("here"), Content.of("here"), 0600);
                assertThat(server.home().resolve("here")).hasContent("here");
                unreachable(
                        host("nothing")::facts,
                        "127.0.0.1 port 1 refused the connection; check the port, and that Remote Login is on there"
                                + " (System Settings > General > Sharing).");
                first.kill();
                unreachable(
                        host::facts,
                        "Lost the connection to nobody@127.0.0.1:" + server.port() + ": it was closed" + RUN_AGAIN);
            }
            unreachable(
                    host("behind")::facts,
                    "127.0.0.1 port " + first.port()
                            + " refused the connection; check the port, and that Remote Login is"
                            + " on there (System Settings > General > Sharing).");
        }
    }

    @Test
    void shellStartupOutputIsIgnored() throws IOException {
        try (OpenSsh noisy = new OpenSsh(Path.of("/bin/bash"))) {
            noisy.admit(key);
            client.machine("noisy", noisy.port(), OpenSsh.USER, key);
            Files.writeString(
                    noisy.home().resolve(".bashrc"), "echo welcome; printf 'no line end' >&2; exec 5>/dev/null");
            try (SshHost host = host("noisy")) {
                Path file = noisy.home().resolve("file");
                host.write(file, Content.of("content"), 0600);
                assertThat(host.file(file))
                        .isInstanceOfSatisfying(
                                FileState.Regular.class,
                                state -> assertThat(state.content()).isEqualTo(Content.of("content")));
                assertThat(host.find("sh")).isEqualTo(Optional.of(Path.of("/usr/bin/sh")));
                var result = host.run(Command.of("sh", "-c", "echo out; echo err >&2; exit 3"));
                assertThat(List.of(result.text(), result.errorText(), result.exitCode()))
                        .isEqualTo(List.of("out\n", "err\n", 3));
                assertThat(host.facts().user()).isEqualTo(OpenSsh.USER);
                assertThat(ProcessHandle.of(host.leasePid())).isPresent();
            }
        }
    }

    @Test
    void disabledForwardingIsReported() {
        try (OpenSsh closed = new OpenSsh(Path.of("/bin/sh"), "AllowTcpForwarding no")) {
            closed.admit(key);
            client.machine("closed", closed.port(), OpenSsh.USER, key);
            client.machine("behind", server.port(), OpenSsh.USER, key, "ProxyJump closed");
            try (SshHost host = host("closed")) {
                InetSocketAddress there = new InetSocketAddress("127.0.0.1", server.port());
                assertThatThrownBy(() -> host.connect(there, Duration.ofSeconds(5)))
                        .isInstanceOf(SocketException.class)
                        .hasMessage("its SSH server does not allow TCP forwarding (AllowTcpForwarding)");
                assertThat(host.run(Command.of("echo", "and on")).text()).isEqualTo("and on\n");
            }
            unreachable(
                    host("behind")::facts,
                    "Could not connect to nobody@127.0.0.1:" + server.port()
                            + " with SSH: its SSH server does not allow TCP forwarding (AllowTcpForwarding). Check"
                            + " that an SSH server is listening there.");
        }
    }

    @Test
    void aUserWithoutAShellIsReported() {
        try (OpenSsh closed = new OpenSsh(Path.of("/usr/sbin/nologin"))) {
            closed.admit(key);
            client.machine("closed", closed.port(), OpenSsh.USER, key);
            String name = "nobody@127.0.0.1:" + closed.port();
            unreachable(
                    host("closed")::facts,
                    name + " accepted the login, but its shell exited without output. Check that this prints"
                            + " hello: ssh " + name + " echo hello");
        }
    }

    @Test
    void missingPermissionsAreReported(@TempDir Path ours) throws IOException {
        Path closed = Files.createDirectory(ours.resolve("closed"));
        Path readable = Files.createDirectory(ours.resolve("readable"));
        Path file = Files.writeString(readable.resolve("file"), "ours");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("rwx------"));
        Files.setPosixFilePermissions(ours, PosixFilePermissions.fromString("rwxr-xr-x"));
        Content content = Content.of("theirs");
        record Case(String verb, Path path, BiConsumer<Host, Path> action) {}
        try (SshHost host = host("server")) {
            for (Case each : List.of(
                    new Case("read", file, (there, path) -> there.ask(Query.file(path))),
                    new Case("read", closed.resolve("file"), (there, path) -> there.ask(Query.file(path))),
                    new Case("read", closed, (there, path) -> there.ask(Query.list(path))),
                    new Case("write", file, (there, path) -> there.write(path, content, 0600)),
                    new Case("write", closed.resolve("file"), (there, path) -> there.write(path, content, 0600)),
                    new Case("write", readable.resolve("new"), (there, path) -> there.create(path, content, 0600)),
                    new Case("delete", file, Host::delete),
                    new Case("delete", closed.resolve("file"), Host::delete),
                    new Case("create", readable.resolve("new"), (there, path) -> there.createDirectory(path, 0700)))) {
                assertThatThrownBy(() -> each.action.accept(host, each.path))
                        .as(each.verb + " " + each.path)
                        .isInstanceOf(UserError.class)
                        .hasMessage("Cannot " + each.verb + " " + each.path
                                + ": permission denied; check its owner and permissions.");
            }
            Optional<UserError> error =
                    host.ask(Query.file(file).attempt().zip(Query.file(readable), (attempt, state) -> attempt.error()));
            assertThat(error).isPresent();
        }
        assertThat(file).hasContent("ours");
    }

    @Test
    void eachOperationIsOneRoundTrip() {
        Path file = server.home().resolve("file");
        try (SshHost host = host("server")) {
            assertThat(host.roundTrips()).isZero();
            List<Runnable> operations = List.of(
                    host::facts,
                    () -> host.find("sh"),
                    () -> host.run(Command.of("true")),
                    () -> host.file(file),
                    () -> host.stat(file),
                    () -> host.list(server.home()),
                    () -> host.write(file, Content.of("new"), 0600),
                    () -> host.create(file, Content.of("new"), 0600),
                    () -> host.delete(file),
                    () -> host.createDirectory(file, 0700),
                    host::leasePid);
            for (int i = 0; i < operations.size(); i++) {
                operations.get(i).run();
                assertThat(host.roundTrips()).isEqualTo(i + 1);
            }
            operations.get(0).run();
            operations.get(operations.size() - 1).run();
            assertThat(host.roundTrips())
                    .as("identity and lease are fetched once")
                    .isEqualTo(operations.size());
            host.ask(Query.joined(parts -> {
                var user = parts.add(Query.command(Command.of("id", "-u")));
                parts.add(Query.file(file));
                parts.add(Query.stat(file));
                parts.add(Query.file(server.home()));
                parts.add(Query.list(server.home()));
                parts.add(Query.program("sh"));
                parts.add(Query.program("nothing"));
                parts.add(Query.untilOneSucceeds(List.of(Command.of("false"), Command.of("id", "-g"))));
                return results -> assertThat(results.get(user).text()).isEqualTo("65534\n");
            }));
            assertThat(host.roundTrips()).as("all of that in one query").isEqualTo(operations.size() + 1);
        }
    }
}
