package dev.aiserver.it;

import dev.aiserver.host.Command;
import dev.aiserver.host.CommandResult;
import dev.aiserver.host.LocalHost;
import dev.aiserver.host.Patience;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Another machine, which has this program and reaches a {@link Mac} by name, by SSH and by nothing else; and the sshd of
 * that Mac. It is a network namespace of its own, and its user has a home of their own.
 */
final class Laptop implements AutoCloseable {
    private static final int SSH_PORT = 2222;

    /** How a person calls the Mac; the rest is in the configuration of ssh. */
    static final String MAC = "mac-studio";

    private static final int NOBODY = 65534;
    private static final Duration LIMIT = Duration.ofSeconds(120);
    private static final LocalHost MACHINE = new LocalHost(System.getenv());

    private final Mac mac;
    private final String network;
    private final Path root;
    private Process sshd;

    Laptop(Mac mac) {
        this.mac = mac;
        this.network = mac.network() + "-l";
        try {
            this.root = Files.createTempDirectory("aiserver-laptop-");
            wire();
            furnish();
            this.sshd = start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void must(String... argv) {
        CommandResult result = MACHINE.run(Command.of(List.of(argv)));
        if (!result.succeeded()) {
            throw new IllegalStateException(String.join(" ", argv) + ": " + result.complaint());
        }
    }

    private void wire() {
        String other = mac.network();
        must("ip", "netns", "add", network);
        must("ip", "link", "add", "mac", "netns", other, "type", "veth", "peer", "name", "lap", "netns", network);
        must("ip", "-n", other, "addr", "add", "100.101.102.1/24", "dev", "mac");
        must("ip", "-n", other, "link", "set", "mac", "up");
        must("ip", "-n", network, "addr", "add", "100.101.102.2/24", "dev", "lap");
        must("ip", "-n", network, "link", "set", "lap", "up");
        must("ip", "-n", network, "link", "set", "lo", "up");
        must("mkdir", "-p", "/etc/netns/" + network);
        must("sh", "-c", "echo '" + Mac.ADDRESS + " remote-ollama mac-studio' >/etc/netns/" + network + "/hosts");
    }

    private void furnish() throws IOException {
        Path ssh = Files.createDirectories(root.resolve("home/.ssh"));
        for (String key : List.of("home/.ssh/id_ed25519", "host_key")) {
            must("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", root + "/" + key);
        }
        Files.copy(ssh.resolve("id_ed25519.pub"), root.resolve("authorized_keys"));
        Files.writeString(root.resolve("sshd_config"), """
                ListenAddress %1$s:%2$d
                HostKey %3$s/host_key
                AuthorizedKeysFile %3$s/authorized_keys
                PidFile none
                StrictModes no
                UsePAM no
                PermitUserEnvironment yes
                PasswordAuthentication no
                MaxSessions 20
                """.formatted(Mac.ADDRESS, SSH_PORT, root));
        Files.writeString(root.resolve("passwd"), passwd(mac.home()));
        // An account without a password would be locked.
        Files.writeString(root.resolve("shadow"), "nobody:x:20000:0:99999:7:::\n");
        Files.writeString(root.resolve("passwd-here"), passwd(home()));
        Files.writeString(ssh.resolve("config"), """
                Host mac-studio
                  Port %d
                  User nobody
                """.formatted(SSH_PORT));
        // Of the Mac's user, but no part of what is looked at before and after.
        Files.writeString(
                root.resolve("environment"),
                mac.environment().entrySet().stream()
                        .filter(variable -> !variable.getKey().equals("AISERVER_JAVA"))
                        .map(variable -> variable.getKey() + "=" + variable.getValue() + "\n")
                        .collect(Collectors.joining()));
        must("chmod", "755", root.toString());
        must("chown", "-R", NOBODY + ":" + NOBODY, root.toString());
    }

    private static String passwd(Path home) {
        return "root:x:0:0:root:/root:/bin/sh\nnobody:x:%1$d:%1$d::%2$s:/bin/sh\n".formatted(NOBODY, home);
    }

    private Process start() throws IOException {
        String script =
                "mount --bind \"$1/passwd\" /etc/passwd && mount --bind \"$1/shadow\" /etc/shadow && mkdir -p \"$2/.ssh\""
                        + " && mount -t tmpfs tmpfs \"$2/.ssh\" && cp \"$1/environment\" \"$2/.ssh/environment\""
                        + " && exec setpriv --reuid=" + NOBODY + " --regid=" + NOBODY
                        + " --clear-groups /usr/sbin/sshd -D -e -f \"$1/sshd_config\"";
        Process process = new ProcessBuilder(
                        "ip",
                        "netns",
                        "exec",
                        mac.network(),
                        "unshare",
                        "--mount",
                        "sh",
                        "-c",
                        script,
                        "sh",
                        root.toString(),
                        mac.home().toString())
                .redirectErrorStream(true)
                .redirectOutput(root.resolve("sshd.log").toFile())
                .start();
        boolean up = new Patience(Duration.ofMillis(20))
                .await(
                        Duration.ofSeconds(10),
                        () -> shell("ssh-keyscan -p " + SSH_PORT + " mac-studio 2>/dev/null | grep -q .")
                                        .exitCode()
                                == 0);
        if (!up) {
            throw new IllegalStateException("sshd does not start: " + Files.readString(root.resolve("sshd.log")));
        }
        return process;
    }

    /** In a mount namespace in which the user has this home, because ssh asks the system and not the environment. */
    private List<String> asUser(String... argv) {
        List<String> all = new ArrayList<>(List.of(
                "ip",
                "netns",
                "exec",
                network,
                "unshare",
                "--mount",
                "sh",
                "-c",
                "mount --bind '" + root + "/passwd-here' /etc/passwd && exec setpriv --reuid=" + NOBODY + " --regid="
                        + NOBODY + " --clear-groups \"$@\"",
                "sh",
                "env",
                "-i",
                "PATH=/usr/bin:/bin",
                "HOME=" + home(),
                "AISERVER_JAVA=" + mac.environment().get("AISERVER_JAVA"),
                "AISERVER_JAR=" + mac.checkout() + "/target/aiserver.jar"));
        all.addAll(List.of(argv));
        return all;
    }

    Path home() {
        return root.resolve("home");
    }

    Run shell(String script) {
        CommandResult result =
                MACHINE.run(Command.of(asUser("sh", "-c", script)).within(LIMIT));
        return new Run(result.exitCode(), result.text(), result.errorText());
    }

    /** This program, run here. */
    Run aiserver(String... arguments) {
        String launcher = mac.checkout() + "/src/main/resources/dev/aiserver/aiserver.sh";
        String[] argv =
                Stream.concat(Stream.of("sh", launcher), Stream.of(arguments)).toArray(String[]::new);
        CommandResult result = MACHINE.run(Command.of(asUser(argv)).within(LIMIT));
        return new Run(result.exitCode(), result.text(), result.errorText());
    }

    /** The Mac's sshd and everything that it runs. */
    void killSshd() {
        sshd.descendants().forEach(ProcessHandle::destroyForcibly);
        sshd.destroyForcibly().onExit().join();
    }

    void startSshd() {
        try {
            sshd = start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        killSshd();
        must("ip", "netns", "del", network);
        must("rm", "-rf", "/etc/netns/" + network, root.toString());
    }
}
