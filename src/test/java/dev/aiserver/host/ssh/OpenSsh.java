package dev.aiserver.host.ssh;

import dev.aiserver.host.Command;
import dev.aiserver.host.LocalHost;
import dev.aiserver.host.Poller;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The sshd of this machine on a free loopback port, with its own keys. It runs as user nobody and accepts logins of
 * that user, who has a shell and a home in a private mount namespace. Needs Linux, root, util-linux and openssh-server.
 */
final class OpenSsh implements AutoCloseable {
    static final String USER = "nobody";
    static final String PASSWORD = "pass word";

    /** The hash of the password. An account without one would be locked. */
    private static final String HASH =
            "$6$aiserver$TWIWdTR6FCfnWINMJ1MrE5yEKrpANn9NeqtAx9RKV3VAXRg83xU962BZcLWHF3JiycwlGrOMwj.dL3hB9d9gA.";

    private static final int ID = 65534;
    private static final LocalHost MACHINE = new LocalHost(System.getenv());

    private final Path root;
    private final int port;
    private final Path sh;
    private final String shell;
    private Process server;

    /** @param shell of the user who logs in */
    OpenSsh(Path shell, String... settings) {
        this(Path.of("/bin/sh"), shell, settings);
    }

    /**
     * Starts the server.
     *
     * @param sh the program at /bin/sh: dash on Debian, bash on a Mac
     */
    OpenSsh(Path sh, Path shell, String... settings) {
        this.sh = sh;
        try {
            this.root = Files.createTempDirectory("aiserver-sshd-");
            this.port = freePort();
            this.shell = shell.toString();
            Files.createDirectory(root.resolve("home"));
            Files.createDirectory(home().resolve(".ssh"));
            newHostKey();
            write("authorized_keys", "");
            write("sshd_config", """
                    %3$s
                    ListenAddress 127.0.0.1:%1$d
                    HostKey %2$s/host_key
                    AuthorizedKeysFile %2$s/authorized_keys
                    PidFile none
                    StrictModes no
                    UsePAM no
                    PermitUserEnvironment yes
                    PasswordAuthentication no
                    KbdInteractiveAuthentication no
                    """.formatted(port, root, String.join("\n", settings)));
            write(
                    "passwd",
                    "root:x:0:0:root:/root:/bin/sh\n%s:x:%d:%d::%s:%s\n".formatted(USER, ID, ID, home(), shell));
            write("shadow", USER + ":" + HASH + ":20000:0:99999:7:::\n");
            changeOwner(root.resolve("shadow"));
            requireSuccess("chmod", "755", root.toString());
            changeOwner(home());
            server = start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private Process start() throws IOException {
        String script = "mount --bind \"$1/passwd\" /etc/passwd && mount --bind \"$1/shadow\" /etc/shadow"
                + " && mount --bind \"$2\" \"$(readlink -f /bin/sh)\" && exec setpriv --reuid="
                + ID + " --regid=" + ID + " --clear-groups /usr/sbin/sshd -D -e -f \"$1/sshd_config\"";
        Process process = new ProcessBuilder(
                        "unshare", "--mount", "sh", "-c", script, "sh", root.toString(), sh.toString())
                .redirectErrorStream(true)
                .redirectOutput(root.resolve("log").toFile())
                .start();
        if (!new Poller(Duration.ofMillis(10)).await(Duration.ofSeconds(10), this::isReady)) {
            process.destroyForcibly();
            throw new IllegalStateException(
                    "sshd does not start; these tests need Linux, root, util-linux and" + " openssh-server: " + log());
        }
        return process;
    }

    private boolean isReady() {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return socket.getInputStream().read() == 'S';
        } catch (IOException e) {
            return false;
        }
    }

    private void write(String name, String content) throws IOException {
        Files.writeString(root.resolve(name), content);
    }

    private static void requireSuccess(String... argv) {
        if (!MACHINE.run(Command.of(List.of(argv))).succeeded()) {
            throw new IllegalStateException(String.join(" ", argv));
        }
    }

    /** Makes the user who logs in the owner. */
    static void changeOwner(Path path) {
        requireSuccess("chown", "-R", ID + ":" + ID, path.toString());
    }

    void newHostKey() throws IOException {
        Files.deleteIfExists(root.resolve("host_key"));
        Files.deleteIfExists(root.resolve("host_key.pub"));
        requireSuccess("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", root + "/host_key");
        changeOwner(root.resolve("host_key"));
    }

    Path hostKey() {
        return root.resolve("host_key");
    }

    int port() {
        return port;
    }

    Path home() {
        return root.resolve("home");
    }

    String log() {
        try {
            return Files.readString(root.resolve("log"));
        } catch (IOException e) {
            return e.toString();
        }
    }

    OpenSsh admit(Path key) {
        try {
            Files.writeString(
                    root.resolve("authorized_keys"), Client.publicHalf(key) + "\n", StandardOpenOption.APPEND);
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Sets the environment of the user's later sessions. */
    void environment(Map<String, String> variables) {
        try {
            String lines = variables.entrySet().stream()
                    .map(variable -> variable.getKey() + "=" + variable.getValue() + "\n")
                    .collect(Collectors.joining());
            Files.writeString(home().resolve(".ssh/environment"), lines);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void restart(String... moreSettings) throws IOException {
        kill();
        Files.write(root.resolve("sshd_config"), List.of(moreSettings), StandardOpenOption.APPEND);
        server = start();
    }

    /** Kills the server and everything that it runs. */
    void kill() {
        server.descendants().forEach(ProcessHandle::destroyForcibly);
        server.destroyForcibly().onExit().join();
    }

    @Override
    public void close() {
        kill();
        requireSuccess("rm", "-rf", root.toString());
    }

    @Override
    public String toString() {
        return "OpenSSH with " + shell;
    }
}
