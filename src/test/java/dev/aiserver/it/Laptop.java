package dev.aiserver.it;

import dev.aiserver.host.Command;
import dev.aiserver.host.Poller;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Another machine, which has aiserver and reaches {@link Mac}s by SSH only, and the sshd of each Mac. It is a network
 * namespace, and its user has their own home.
 */
final class Laptop implements AutoCloseable {
    private static final int SSH_PORT = 2222;

    /** The name of the first Mac in the configuration of ssh. */
    static final String MAC = "mac-studio";

    static final String PASSWORD = "pass word";

    /** The hash of the password; an account without a password would be locked. */
    private static final String HASH =
            "$6$aiserver$TWIWdTR6FCfnWINMJ1MrE5yEKrpANn9NeqtAx9RKV3VAXRg83xU962BZcLWHF3JiycwlGrOMwj.dL3hB9d9gA.";

    private static final Duration LIMIT = Duration.ofSeconds(120);

    private final Mac first;
    private final String network;
    private final Path root;
    private final List<Line> lines = new ArrayList<>();

    /** Connects Macs with different addresses. The first is called mac-studio, the others mac-2, mac-3. */
    Laptop(Mac... macs) {
        this.first = macs[0];
        this.network = first.network() + "-l";
        try {
            this.root = Files.createTempDirectory("aiserver-laptop-");
            Mac.must("ip", "netns", "add", network);
            Mac.must("ip", "-n", network, "link", "set", "lo", "up");
            for (Mac mac : macs) {
                lines.add(new Line(mac, lines.size()));
            }
            furnish();
            lines.forEach(Line::start);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void furnish() throws IOException {
        Path ssh = Files.createDirectories(home().resolve(".ssh"));
        Mac.must("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", ssh + "/id_ed25519");
        Files.writeString(root.resolve("passwd"), passwd(home()));
        StringBuilder config = new StringBuilder();
        StringBuilder hosts = new StringBuilder();
        for (Line line : lines) {
            line.furnish(ssh.resolve("id_ed25519.pub"));
            config.append("Host ")
                    .append(line.name)
                    .append("\n  Port ")
                    .append(SSH_PORT)
                    .append("\n  User nobody\n");
            hosts.append(line.address).append(' ').append(line.name).append('\n');
        }
        Files.writeString(ssh.resolve("config"), config);
        Mac.must("mkdir", "-p", "/etc/netns/" + network);
        Files.writeString(Path.of("/etc/netns", network, "hosts"), hosts + Mac.ADDRESS + " remote-ollama\n");
        Mac.must("chmod", "755", root.toString());
        Mac.must("chown", "-R", Mac.NOBODY + ":" + Mac.NOBODY, root.toString());
    }

    private static String passwd(Path home) {
        return "root:x:0:0:root:/root:/bin/sh\nnobody:x:%1$d:%1$d::%2$s:/bin/bash\n".formatted(Mac.NOBODY, home);
    }

    /** The link to a Mac, and the Mac's sshd. */
    private final class Line {
        private final Mac mac;
        private final String name;
        private final String address;
        private final Path folder;
        private Optional<Process> sshd = Optional.empty();

        Line(Mac mac, int number) throws IOException {
            this.mac = mac;
            this.name = number == 0 ? MAC : "mac-" + (number + 1);
            this.address = mac.address();
            this.folder = Files.createDirectories(root.resolve(name));
            String net = address.substring(0, address.lastIndexOf('.') + 1);
            String end = "lap" + number;
            Mac.must(
                    "ip",
                    "link",
                    "add",
                    "mac",
                    "netns",
                    mac.network(),
                    "type",
                    "veth",
                    "peer",
                    "name",
                    end,
                    "netns",
                    network);
            Mac.must("ip", "-n", mac.network(), "addr", "add", net + "1/24", "dev", "mac");
            Mac.must("ip", "-n", mac.network(), "link", "set", "mac", "up");
            Mac.must("ip", "-n", network, "addr", "add", net + "2/24", "dev", end);
            Mac.must("ip", "-n", network, "link", "set", end, "up");
        }

        void furnish(Path key) throws IOException {
            Mac.must("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", folder + "/host_key");
            Files.copy(key, folder.resolve("authorized_keys"));
            Files.writeString(folder.resolve("sshd_config"), """
                    ListenAddress %1$s:%2$d
                    HostKey %3$s/host_key
                    AuthorizedKeysFile %3$s/authorized_keys
                    PidFile none
                    StrictModes no
                    UsePAM no
                    PermitUserEnvironment yes
                    PasswordAuthentication yes
                    MaxSessions 20
                    """.formatted(address, SSH_PORT, folder));
            Files.writeString(folder.resolve("passwd"), passwd(mac.home()));
            Files.writeString(folder.resolve("shadow"), "nobody:" + HASH + ":20000:0:99999:7:::\n");
            // In a mount over the user's .ssh, so that the comparison of the home does not see it.
            Files.writeString(
                    folder.resolve("environment"),
                    mac.environment().entrySet().stream()
                            .filter(variable -> !variable.getKey().equals("AISERVER_JAVA"))
                            .map(variable -> variable.getKey() + "=" + variable.getValue() + "\n")
                            .collect(Collectors.joining()));
        }

        void start() {
            String script = "mount --bind \"$1/passwd\" /etc/passwd && mount --bind \"$1/shadow\" /etc/shadow"
                    + " && mkdir -p \"$2/.ssh\" && mount -t tmpfs tmpfs \"$2/.ssh\""
                    + " && cp \"$1/environment\" \"$2/.ssh/environment\" && exec setpriv --reuid=" + Mac.NOBODY
                    + " --regid=" + Mac.NOBODY + " --clear-groups /usr/sbin/sshd -D -e -f \"$1/sshd_config\"";
            try {
                sshd = Optional.of(new ProcessBuilder(
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
                                folder.toString(),
                                mac.home().toString())
                        .redirectErrorStream(true)
                        .redirectOutput(folder.resolve("sshd.log").toFile())
                        .start());
                boolean up = new Poller(Duration.ofMillis(20))
                        .await(
                                Duration.ofSeconds(20),
                                () -> shell("ssh-keyscan -p " + SSH_PORT + " " + name + " 2>/dev/null | grep -q .")
                                                .exitCode()
                                        == 0);
                if (!up) {
                    throw new IllegalStateException(
                            "sshd does not start: " + Files.readString(folder.resolve("sshd.log")));
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        void kill() {
            sshd.ifPresent(process -> {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly().onExit().join();
            });
            sshd = Optional.empty();
        }
    }

    /** Runs as the user in a mount namespace with this home, because ssh reads the home from the system. */
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
                "mount --bind '" + root + "/passwd' /etc/passwd && exec setpriv --reuid=" + Mac.NOBODY + " --regid="
                        + Mac.NOBODY + " --clear-groups \"$@\"",
                "sh",
                "env",
                "-i",
                "PATH=/usr/bin:/bin",
                "HOME=" + home(),
                "AISERVER_JAVA=" + first.environment().get("AISERVER_JAVA"),
                "AISERVER_JAR=" + first.checkout() + "/target/aiserver.jar"));
        all.addAll(List.of(argv));
        return all;
    }

    Path home() {
        return root.resolve("home");
    }

    Run shell(String script) {
        return Run.of(Mac.MACHINE.run(Command.of(asUser("sh", "-c", script)).withTimeout(LIMIT)));
    }

    private String launcher() {
        return first.checkout() + "/src/main/resources/dev/aiserver/aiserver.sh";
    }

    /** Runs aiserver on this laptop. */
    Run aiserver(String... arguments) {
        String[] argv =
                Stream.concat(Stream.of("sh", launcher()), Stream.of(arguments)).toArray(String[]::new);
        return Run.of(Mac.MACHINE.run(Command.of(asUser(argv)).withTimeout(LIMIT)));
    }

    /** Starts aiserver on this laptop, and does not wait for its end. */
    Process background(String... arguments) {
        String[] argv =
                Stream.concat(Stream.of("sh", launcher()), Stream.of(arguments)).toArray(String[]::new);
        try {
            return new ProcessBuilder(asUser(argv))
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Runs aiserver on a terminal and types the next line at each of these prompts. */
    Run onATerminal(String prompt, Iterator<String> typed, String arguments) {
        String command = "TERM=xterm exec script -qec 'sh " + launcher() + " " + arguments + "' /dev/null";
        try {
            Process process = new ProcessBuilder(asUser("sh", "-c", command))
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            StringBuilder shown = new StringBuilder();
            int from = 0;
            try (Reader out = process.inputReader(StandardCharsets.UTF_8);
                    Writer in = process.outputWriter(StandardCharsets.UTF_8)) {
                for (int next = out.read(); next >= 0; next = out.read()) {
                    shown.append((char) next);
                    if (typed.hasNext() && shown.indexOf(prompt, from) >= 0) {
                        from = shown.length();
                        in.append(typed.next()).append('\n').flush();
                    }
                }
            }
            return new Run(process.waitFor(), shown.toString(), "");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Returns every listening socket of this laptop. */
    List<Mac.Listening> listening() {
        return Mac.MACHINE
                .run(Command.of("ip", "netns", "exec", network, "ss", "-Hltn"))
                .text()
                .lines()
                .map(line -> new Mac.Listening("?", 0, line.strip()))
                .toList();
    }

    /** Removes this laptop's key from every Mac. */
    void forgetKeys() {
        lines.forEach(line -> Mac.must("truncate", "-s", "0", line.folder + "/authorized_keys"));
    }

    /** Changes the host key of the first Mac. */
    void changeHostKey() {
        Line line = lines.get(0);
        line.kill();
        Mac.must("rm", line.folder + "/host_key", line.folder + "/host_key.pub");
        Mac.must("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", line.folder + "/host_key");
        Mac.must("chown", Mac.NOBODY + ":" + Mac.NOBODY, line.folder + "/host_key");
        line.start();
    }

    /** Makes the first Mac accept connections and send nothing. */
    void muteSshd() {
        Mac.must("kill", "-STOP", String.valueOf(lines.get(0).sshd.orElseThrow().pid()));
    }

    /** Disconnects the first Mac. */
    void unplug() {
        Mac.must("ip", "-n", network, "link", "set", "lap0", "down");
    }

    /** Kills the first Mac's sshd and every process that it runs. */
    void killSshd() {
        killSshd(0);
    }

    void killSshd(int mac) {
        lines.get(mac).kill();
    }

    void startSshd() {
        lines.get(0).start();
    }

    @Override
    public void close() {
        lines.forEach(Line::kill);
        Mac.must("ip", "netns", "del", network);
        Mac.must("rm", "-rf", "/etc/netns/" + network, root.toString());
    }
}
