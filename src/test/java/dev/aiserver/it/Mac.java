package dev.aiserver.it;

import dev.aiserver.host.Command;
import dev.aiserver.host.CommandResult;
import dev.aiserver.host.FileState;
import dev.aiserver.host.LocalHost;
import dev.aiserver.host.Poller;
import dev.aiserver.standin.Standins;
import dev.aiserver.standin.TailscaleStatus;
import dev.aiserver.testmac.TestMac;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A Mac of stand-ins for one test. Its commands come first on PATH, its network is a namespace with the address of a
 * tailnet, its user is not root, and its checkout is a copy of this one. HAProxy, lsof, ps, files and processes are real.
 * Needs Linux, root, iproute2 and util-linux.
 */
final class Mac implements AutoCloseable {
    static final String ADDRESS = "100.101.102.103";
    static final int PORT = 11434;

    static final int NOBODY = 65534;
    private static final Pattern HOLDER = Pattern.compile("\\(\"([^\"]+)\",pid=(\\d+)");
    private static final Duration LIMIT = Duration.ofSeconds(90);
    static final LocalHost MACHINE = new LocalHost(System.getenv());

    private final String address;
    private final Path root;
    private final String network;
    private final List<String> within;
    private final Process inside;
    private final BufferedReader answers;
    private final PrintWriter orders;
    private final String launchdPort;
    private final List<Process> started = new ArrayList<>();

    /** Ways in which a Mac can differ from the usual one. */
    record Kind(int alreadyCode, int drainCode, int disabledCode, int noDesktopCode, String os, boolean desktop) {
        static final Kind USUAL = new Kind(5, 5, 119, 125, "15.5", true);
    }

    Mac() {
        this(Kind.USUAL);
    }

    Mac(Kind kind) {
        this(kind, ADDRESS);
    }

    /** @param address in the tailnet */
    Mac(String address) {
        this(Kind.USUAL, address);
    }

    private Mac(Kind kind, String address) {
        this.address = address;
        try {
            root = Files.createTempDirectory("aiserver-mac-");
            network = root.getFileName().toString();
            // A network namespace has its own mounts, so that another lsof can be mounted over the system's.
            String instead = "for tool in " + root + "/instead/*; do [ ! -e \"$tool\" ] || "
                    + "mount --bind \"$tool\" \"/usr/bin/${tool##*/}\" || exit 1; done; "
                    + "exec setpriv --reuid=" + NOBODY + " --regid=" + NOBODY + " --clear-groups \"$@\"";
            // A process that a shell starts in the background ignores signals, and so do its children.
            within = List.of(
                    "env", "--default-signal=INT,HUP,TERM", "ip", "netns", "exec", network, "sh", "-c", instead, "sh");
            must("ip", "netns", "add", network);
            must("ip", "-n", network, "link", "set", "lo", "up");
            addAddress(address);
            prepare(kind);
            inside = startInside(kind);
            answers = inside.inputReader(StandardCharsets.UTF_8);
            orders = new PrintWriter(inside.outputWriter(StandardCharsets.UTF_8), true);
            launchdPort = String.valueOf(answers.readLine());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Runs a command that must succeed. */
    static void must(String... argv) {
        CommandResult result = MACHINE.run(Command.of(List.of(argv)));
        if (!result.succeeded()) {
            throw new IllegalStateException(
                    "these tests make network namespaces, which needs Linux, root and iproute2: "
                            + String.join(" ", argv) + ": " + result.firstLine());
        }
    }

    private Path standins() {
        return checkout().resolve("target/aiserver-standin.jar");
    }

    private void prepare(Kind kind) throws IOException {
        Files.createDirectories(home().resolve("Library"));
        Files.createDirectories(prefix().resolve("bin"));
        Files.createDirectories(state().resolve("bottles/ollama"));
        copy(Standins.directory(), root.resolve("bin"));
        Files.move(root.resolve("bin/brew"), prefix().resolve("bin/brew"));
        Path real = MACHINE.find("haproxy")
                .orElseThrow(() -> new IllegalStateException("these tests need haproxy; install it"));
        script(bottle("haproxy", "haproxy"), "exec " + real + " \"$@\"");
        script(
                bottle("ollama", "ollama"),
                TestMac.modelServer(
                        javaNamedOllama(), root.resolve("models"), standins().toString()));
        write(state().resolve("prefix"), prefix().toString());
        write(state().resolve("os_version"), kind.os());
        write(
                state().resolve("tailscale.json"),
                TailscaleStatus.running(address).replace("mac-studio", name()));
        write(root.resolve("aiserver.yaml"), "name: remote-ollama\n");
        Path here = Path.of("").toAbsolutePath();
        for (String part : List.of(
                "install",
                "uninstall",
                "pom.xml",
                "src/main",
                "src/standin",
                "templates",
                "target/aiserver.jar",
                "target/aiserver-standin.jar")) {
            copy(here.resolve(part), checkout().resolve(part));
        }
        // The folders of the copy are newer than the jars that were built from them.
        must("touch", checkout() + "/target/aiserver.jar", standins().toString());
        must("chmod", "755", root.toString());
        must("chown", "-R", NOBODY + ":" + NOBODY, root.toString());
    }

    private Process startInside(Kind kind) throws IOException {
        // The Mac's user may not be able to read the build folder, in which this JVM's class path is.
        Path classes = root.resolve("test-classes");
        List<String> classPath = new ArrayList<>();
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
            Path from = Path.of(entry);
            boolean ours = from.endsWith("test-classes") || from.endsWith("classes");
            if (ours && Files.isDirectory(from)) {
                copy(from, classes);
            }
        }
        classPath.add(classes.toString());
        classPath.add(standins().toString());
        classPath.add(checkout().resolve("target/aiserver.jar").toString());
        must("chown", "-R", NOBODY + ":" + NOBODY, classes.toString());
        List<String> argv = new ArrayList<>(within);
        argv.addAll(List.of(TestMac.java().toString(), "-cp", String.join(":", classPath), Inside.class.getName()));
        argv.addAll(List.of(
                String.valueOf(NOBODY),
                "nobody",
                home().toString(),
                String.valueOf(kind.alreadyCode()),
                String.valueOf(kind.drainCode()),
                String.valueOf(kind.disabledCode()),
                String.valueOf(kind.noDesktopCode()),
                kind.os(),
                String.valueOf(kind.desktop())));
        return new ProcessBuilder(argv)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    /** Returns a link to Java, so that lsof and ps show the model server as ollama. */
    private Path javaNamedOllama() throws IOException {
        Path directory = Files.createDirectories(root.resolve("runtime"));
        return Files.createSymbolicLink(directory.resolve("ollama"), TestMac.java());
    }

    /** Returns the folder that contains the Mac, which is also its folder for temporary files. */
    Path root() {
        return root;
    }

    Path home() {
        return root.resolve("Ann's home & <co>");
    }

    Path logs() {
        return home().resolve("Library/Logs/aiserver");
    }

    Path checkout() {
        return root.resolve("checkout");
    }

    Path prefix() {
        return root.resolve("homebrew");
    }

    Path state() {
        return root.resolve("state");
    }

    Path config() {
        return root.resolve("aiserver.yaml");
    }

    Path bottle(String formula, String program) {
        return state().resolve("bottles").resolve(formula).resolve(program);
    }

    Path standin(String command) {
        return root.resolve("bin").resolve(command);
    }

    /** Replaces a tool of the system with this script, which can call the tool as {@code $REAL}. */
    void instead(String tool, String body) {
        Path real = root.resolve("real").resolve(tool);
        if (!Files.exists(real)) {
            must("install", "-D", "/usr/bin/" + tool, real.toString());
        }
        script(root.resolve("instead").resolve(tool), "REAL=" + real + "\n" + body);
    }

    /** Makes launchctl commands with these words wait for {@link #release}, so that a test can act before they run. */
    void hold(String words) {
        Path real = root.resolve("bin/launchctl.real");
        must("mv", standin("launchctl").toString(), real.toString());
        write(root.resolve("held"), "");
        script(
                standin("launchctl"),
                "case \"$*\" in *'" + words + "'*) while [ -e " + root + "/held ]; do sleep 0.05; done ;; esac\nexec "
                        + real + " \"$@\"");
    }

    void release() {
        must("rm", root + "/held");
    }

    /** Runs {@code ./install --config …} of the checkout. */
    Run install(String... options) {
        return command(
                Stream.concat(Stream.of(checkout() + "/install", "--config", config().toString()), Stream.of(options))
                        .toArray(String[]::new));
    }

    /** Runs the command that an installation has put into the home. */
    Run aiserver(String... arguments) {
        return command(Stream.concat(Stream.of(home() + "/.local/bin/aiserver"), Stream.of(arguments))
                .toArray(String[]::new));
    }

    /** Runs a command as the user in the Mac's network, without a terminal. */
    Run command(String... argv) {
        return Run.of(MACHINE.run(Command.of(asUser(argv)).withTimeout(LIMIT)));
    }

    /** Starts a command as the user, and does not wait for its end. */
    Process background(String... argv) {
        try {
            return new ProcessBuilder(asUser(argv))
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private List<String> asUser(String... argv) {
        List<String> all = new ArrayList<>(within);
        all.addAll(List.of("env", "-i"));
        environment().forEach((name, value) -> all.add(name + "=" + value));
        all.addAll(List.of(argv));
        return all;
    }

    /**
     * Runs the installed command on another machine of the tailnet. That machine knows the Mac by the name
     * {@code remote-ollama} and by a name that the Mac does not know.
     */
    Run fromAClient(String... arguments) {
        return from("100.101.102", arguments);
    }

    /** Runs the installed command on a machine of the local network that has a route to the tailnet's address. */
    Run fromTheLocalNetwork(String... arguments) {
        return from("192.168.77", arguments);
    }

    private Run from(String subnet, String... arguments) {
        String client = network + "-client";
        must("ip", "netns", "add", client);
        try {
            must(
                    "ip", "link", "add", "mac", "netns", network, "type", "veth", "peer", "name", "client", "netns",
                    client);
            try {
                return throughTheLink(client, subnet, arguments);
            } finally {
                // Deleting a namespace deletes its links, but later.
                must("ip", "-n", network, "link", "del", "mac");
            }
        } finally {
            must("ip", "netns", "del", client);
            must("rm", "-rf", "/etc/netns/" + client);
        }
    }

    private Run throughTheLink(String client, String subnet, String... arguments) {
        must("ip", "-n", network, "addr", "add", subnet + ".1/24", "dev", "mac");
        must("ip", "-n", network, "link", "set", "mac", "up");
        must("ip", "-n", client, "addr", "add", subnet + ".2/24", "dev", "client");
        must("ip", "-n", client, "link", "set", "client", "up");
        must("ip", "-n", client, "route", "replace", ADDRESS + "/32", "dev", "client");
        must("mkdir", "-p", "/etc/netns/" + client);
        must("sh", "-c", "echo '" + ADDRESS + " remote-ollama another-name' >/etc/netns/" + client + "/hosts");
        List<String> all = new ArrayList<>(within);
        all.set(all.indexOf(network), client);
        all.addAll(List.of("env", "-i"));
        environment().forEach((name, value) -> all.add(name + "=" + value));
        all.add(home() + "/.local/bin/aiserver");
        all.addAll(List.of(arguments));
        return Run.of(MACHINE.run(Command.of(all).withTimeout(LIMIT)));
    }

    /** Removes an address from the network interface, as a VPN does when it goes down. */
    void removeAddress(String address) {
        must("ip", "-n", network, "addr", "del", address + "/32", "dev", "lo");
    }

    void addAddress(String address) {
        must("ip", "-n", network, "addr", "add", address + "/32", "dev", "lo");
    }

    /** Adds a network interface with a global and a link-local IPv6 address. */
    void addInterface(String name, String address, String ofTheLink) {
        must("ip", "-n", network, "link", "add", name, "type", "veth", "peer", "name", name + "-peer");
        for (String each : List.of(address, ofTheLink)) {
            must("ip", "-n", network, "addr", "add", each + "/64", "dev", name, "nodad");
        }
        must("ip", "-n", network, "link", "set", name, "up");
        must("ip", "-n", network, "link", "set", name + "-peer", "up");
    }

    /** Starts a server as root on the server's port. The user's lsof does not show its sockets. */
    Process startServerOfRoot(String bind) {
        Path cfg = root.resolve("roots.cfg");
        write(
                cfg,
                "defaults\n mode http\n timeout connect 9s\n timeout client 9s\n timeout server 9s\nlisten x\n bind "
                        + bind + "\n");
        return launch(List.of("ip", "netns", "exec", network, "haproxy", "-db", "-f", cfg.toString()));
    }

    /** Returns launchctl's target for a label. */
    String target(String label) {
        return "gui/" + NOBODY + "/" + label;
    }

    /** Starts a process that runs until the Mac is closed, such as another server. */
    Process start(String... argv) {
        return start(List.of(argv));
    }

    /** Starts aiserver's own process, so that a test can kill it, with the environment of commands. */
    Process startAiserver(String... arguments) {
        List<String> argv = new ArrayList<>(List.of("env", "-i"));
        environment().forEach((name, value) -> argv.add(name + "=" + value));
        argv.addAll(List.of(TestMac.java().toString(), "-jar", checkout() + "/target/aiserver.jar"));
        argv.addAll(List.of(arguments));
        return start(argv);
    }

    private Process start(List<String> argv) {
        List<String> all = new ArrayList<>(within);
        all.addAll(argv);
        return launch(all);
    }

    private Process launch(List<String> argv) {
        try {
            Process process = new ProcessBuilder(argv)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            started.add(process);
            return process;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String address() {
        return address;
    }

    /** Returns the Mac's name in the tailnet. */
    private String name() {
        return address.equals(ADDRESS) ? "mac-studio" : "mac-" + address.replace('.', '-');
    }

    /** Returns the name of the network namespace. */
    String network() {
        return network;
    }

    /** Returns the environment of the user's shell. */
    Map<String, String> environment() {
        return new TreeMap<>(Map.of(
                "PATH", root.resolve("bin") + ":" + prefix() + "/bin:/usr/bin:/bin:/usr/sbin:/sbin",
                "HOME", home().toString(),
                "AISERVER_JAVA", TestMac.java().toString(),
                "TMPDIR", root.toString(),
                "STANDIN_STATE", state().toString(),
                "STANDIN_LAUNCHD_PORT", launchdPort));
    }

    /** A response to a request that was sent to the Mac's address. */
    record Answer(int status, String mark, String body) {}

    Answer http(String request) {
        return http(address, PORT, request);
    }

    Answer http(String address, int port, String request) {
        String[] words =
                order("http " + address + " " + port + " " + encoded(request)).split(" ");
        return new Answer(Integer.parseInt(words[0]), decoded(words[1]), decoded(words[2]));
    }

    /** Opens streams to the Mac's address. Returns how many have begun. */
    int beginStreams(int count, String request) {
        return number(order("begin " + address + " " + PORT + " " + count + " " + encoded(request)));
    }

    /** Waits for the end of the streams. Returns how many were not cut. */
    int endStreams() {
        return number(order("end"));
    }

    private static int number(String answer) {
        return Integer.parseInt(answer.split(" ")[1]);
    }

    private synchronized String order(String order) {
        orders.println(order);
        try {
            return answers.readLine();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String encoded(String request) {
        return Base64.getEncoder().encodeToString(request.getBytes(StandardCharsets.UTF_8));
    }

    private static String decoded(String word) {
        return new String(Base64.getDecoder().decode(word.substring(1)), StandardCharsets.UTF_8);
    }

    /** Returns every file below the home with its mode and content, except the logs, which uninstall keeps. */
    Map<String, FileState> tree() {
        try (Stream<Path> paths = Files.walk(home())) {
            return paths.filter(path -> !path.startsWith(home().resolve("Library/Logs")))
                    .collect(Collectors.toMap(
                            path -> home().relativize(path).toString(), MACHINE::file, (a, b) -> b, TreeMap::new));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A listening socket on the port of the server and the proxy, and the process that holds it. */
    record Listening(String process, int pid, String address) {}

    /** Returns the listening sockets of every user; root sees them all. */
    List<Listening> listening() {
        List<Listening> all = new ArrayList<>();
        String sockets = MACHINE.run(
                        Command.of("ip", "netns", "exec", network, "ss", "-Hltnp", "sport", "=", ":" + PORT))
                .text();
        for (String line : sockets.lines().toList()) {
            String address = line.split("\\s+")[3].replace("[::ffff:127.0.0.1]", "127.0.0.1");
            Matcher holder = HOLDER.matcher(line);
            while (holder.find()) {
                all.add(new Listening(holder.group(1), Integer.parseInt(holder.group(2)), address));
            }
        }
        return all;
    }

    /** Returns the process of a label, or 0. */
    int pid(String label) {
        return command("launchctl", "print", target(label))
                .out()
                .lines()
                .filter(line -> line.startsWith("\tpid = "))
                .mapToInt(line -> Integer.parseInt(line.substring("\tpid = ".length())))
                .findFirst()
                .orElse(0);
    }

    /** Returns the commands that the stand-ins received. */
    List<String> calls() {
        return lines(state().resolve("calls.log"));
    }

    List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void script(Path path, String body) {
        write(path, "#!/bin/sh\n" + body + "\n");
        try {
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxr-xr-x"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void write(Path path, String text) {
        write(path, text.getBytes(StandardCharsets.UTF_8));
    }

    void write(Path path, byte[] bytes) {
        try {
            Files.createDirectories(path.getParent());
            Files.write(path, bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        must("chown", "-R", NOBODY + ":" + NOBODY, root.toString());
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> paths = Files.walk(from)) {
            for (Path path : paths.toList()) {
                Path target = to.resolve(from.relativize(path).toString());
                if (Files.isDirectory(path)) {
                    Files.createDirectories(target);
                } else {
                    Files.createDirectories(target.getParent());
                    Files.copy(path, target, StandardCopyOption.COPY_ATTRIBUTES, StandardCopyOption.REPLACE_EXISTING);
                }
            }
        }
    }

    /** Ends every process in the network; a process that survives is an error. */
    @Override
    public void close() {
        orders.close();
        started.forEach(Process::destroy);
        Poller poller = new Poller(Duration.ofMillis(20));
        boolean ended = poller.await(
                Duration.ofSeconds(20),
                () -> !inside.isAlive() && started.stream().noneMatch(Process::isAlive));
        List<String> left = processes();
        left.forEach(pid -> MACHINE.run(Command.of("kill", "-9", pid)));
        poller.await(Duration.ofSeconds(5), () -> processes().isEmpty());
        must("ip", "netns", "del", network);
        must("rm", "-rf", root.toString());
        if (!ended || !left.isEmpty()) {
            throw new IllegalStateException("processes were left on the Mac: " + left);
        }
    }

    private List<String> processes() {
        return MACHINE.run(Command.of("ip", "netns", "pids", network))
                .text()
                .lines()
                .toList();
    }
}
