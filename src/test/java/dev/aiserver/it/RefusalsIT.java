package dev.aiserver.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aiserver.host.FileState;
import dev.aiserver.host.Poller;
import dev.aiserver.standin.TailscaleStatus;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Proves that aiserver refuses an unsuitable Mac with a reason and a fix, and changes nothing. */
@Tag("root")
class RefusalsIT {
    private static final String NETWORK = "network: { mode: address, address: ";

    /**
     * @param setup makes the Mac unsuitable
     * @param sentence a part of standard error
     */
    record Case(String name, Mac.Kind kind, Consumer<Mac> setup, int exitCode, String sentence) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static Case on(String name, Consumer<Mac> setup, int exitCode, String sentence) {
        return new Case(name, Mac.Kind.USUAL, setup, exitCode, sentence);
    }

    static Stream<Case> cases() {
        return Stream.of(surroundings(), network(), configuration(), services()).flatMap(stream -> stream);
    }

    private static Stream<Case> surroundings() {
        return Stream.of(
                new Case(
                        "old macOS",
                        new Mac.Kind(5, 5, 119, 125, "13.6.1", true),
                        mac -> {},
                        1,
                        "aiserver needs macOS 14 or newer, but this is macOS 13.6.1; update macOS, then try again."),
                new Case(
                        "no desktop session (125)",
                        new Mac.Kind(5, 5, 119, 125, "15.5", false),
                        mac -> {},
                        1,
                        "User \"nobody\" has no desktop session"),
                new Case(
                        "no desktop session (112)",
                        new Mac.Kind(5, 5, 119, 112, "14.7", false),
                        mac -> {},
                        1,
                        "log in at the screen or with Screen Sharing"),
                on(
                        "ollama --version is killed",
                        mac -> mac.script(mac.standin("ollama"), "echo 0.1; kill -KILL $$"),
                        1,
                        "failed (it was killed by signal 9). Try again; if the error persists, run \"brew reinstall ollama\"."),
                on(
                        "haproxy -v is killed",
                        mac -> mac.script(mac.standin("haproxy"), "kill -TERM $$"),
                        1,
                        "failed (it was killed by signal 15). Try again; if the error persists, run \"brew reinstall haproxy\"."),
                on(
                        "Intel",
                        mac -> mac.script(mac.standin("uname"), "echo Darwin x86_64"),
                        1,
                        "needs a Mac with Apple silicon (arm64), but this is x86_64"),
                on(
                        "Linux",
                        mac -> mac.script(mac.standin("uname"), "exec /usr/bin/uname \"$@\""),
                        1,
                        "To try a full install, verify and uninstall here without changing anything, run ./install --rehearse"),
                on(
                        "no Homebrew",
                        mac -> remove(mac.prefix().resolve("bin/brew")),
                        1,
                        "Homebrew is not installed; install it from https://brew.sh, then try again."),
                on(
                        "Homebrew has no ollama",
                        mac -> mac.command("rm", "-r", mac.bottle("ollama", "").toString()),
                        4,
                        "Homebrew could not install ollama: Warning: No available formula with the name \"ollama\". Run"),
                on(
                        "Ollama without a switch for its cloud",
                        mac -> mac.script(mac.prefix().resolve("bin/ollama"), "echo ollama version is 0.16.1"),
                        1,
                        "ollama 0.16.1 has no setting that keeps prompts out of Ollama's cloud; version 0.16.2 or newer is "
                                + "needed. Run \"brew upgrade ollama\", then try again; or allow"),
                on(
                        "the Ollama app as a login item",
                        mac -> {
                            mac.command("mkdir", "-p", mac.home() + "/Applications/Ollama.app");
                            Path item = mac.root().resolve("item.plist");
                            ExistingServers.handMadeAt(mac, item, "com.ollama.ollama", "/usr/bin/true");
                            ExistingServers.load(mac, item);
                        },
                        1,
                        "Conflict: the Ollama app (com.ollama.ollama) starts at login"),
                on(
                        "Homebrew that does not say where it is",
                        mac -> mac.script(mac.prefix().resolve("bin/brew"), "exit 1"),
                        1,
                        "Could not determine where Homebrew keeps its programs: \"brew --prefix\" failed"),
                on(
                        "Ollama too old",
                        mac -> mac.script(mac.prefix().resolve("bin/ollama"), "echo ollama version is 0.5.1"),
                        1,
                        "ollama is version 0.5.1, but version 0.14.0 or newer is needed; run \"brew upgrade ollama\", then try again."),
                on(
                        "log is a link",
                        mac -> linkedLog(mac),
                        1,
                        "haproxy.log is a symbolic link, not a file; remove it, then try again."),
                on(
                        "log has another name",
                        mac -> {
                            mac.command("mkdir", "-p", mac.logs().toString());
                            mac.write(mac.home().resolve(".bashrc"), "mine");
                            mac.command("ln", mac.home() + "/.bashrc", mac.logs() + "/ollama.stderr.log");
                        },
                        1,
                        "ollama.stderr.log has 2 names (hard links); remove it, then try again."),
                on(
                        "logs in the shared folder",
                        mac -> mac.write(mac.config(), "logs: /tmp\n"),
                        1,
                        "The logs cannot be in /tmp: /tmp can be written by other users (mode 1777), who could create the log files first"),
                on(
                        "logs below the shared folder",
                        mac -> mac.write(mac.config(), "logs: " + mac.root().resolve("logs") + "\n"),
                        1,
                        "/tmp can be written by other users (mode 1777)"),
                on(
                        "logs in a folder that others may write",
                        mac -> {
                            mac.command("mkdir", "-p", mac.logs().toString());
                            mac.command("chmod", "g+w", mac.logs().toString());
                        },
                        1,
                        "Library/Logs/aiserver can be written by other users (mode 0775); fix that (for example with chmod go-w)"),
                on(
                        "logs in a folder that is a link",
                        mac -> {
                            mac.command("mkdir", mac.root() + "/elsewhere");
                            mac.command("ln", "-s", mac.root() + "/elsewhere", mac.home() + "/Library/Logs");
                        },
                        1,
                        "Library/Logs is a symbolic link, not a folder; fix that"),
                on(
                        "logs nowhere",
                        mac -> mac.write(mac.config(), "logs: /nowhere/at/all\n"),
                        1,
                        "The log folder /nowhere/at/all cannot be created, because /nowhere/at does not exist; create it,"),
                on(
                        "models on a disk that is not connected",
                        mac -> configure(mac, "ollama: { environment: { OLLAMA_MODELS: /Volumes/models } }"),
                        1,
                        "ollama.environment.OLLAMA_MODELS: /Volumes/models is not a folder on this machine; connect its disk"),
                on(
                        "two things at once",
                        mac -> {
                            remove(mac.standin("tailscale"));
                            linkedLog(mac);
                        },
                        1,
                        "2 problems prevent the installation:\n  - The log file"),
                on(
                        "read-only home",
                        mac -> mac.command("chmod", "-R", "a-w", mac.home().toString()),
                        1,
                        "permission denied; check its owner and permissions."),
                on(
                        "a link where a file belongs",
                        mac -> {
                            mac.command("mkdir", mac.home() + "/.haproxy");
                            mac.command("ln", "-s", "/etc/passwd", mac.home() + "/.haproxy/haproxy.cfg");
                        },
                        1,
                        "haproxy.cfg is a symbolic link, but a regular file is needed there. Move it away"),
                on(
                        "a file where a folder belongs",
                        mac -> mac.write(mac.home().resolve(".haproxy"), "mine"),
                        1,
                        ".haproxy is not a directory, but one is needed there."),
                on(
                        "a link to a folder of another user",
                        mac -> mac.command("ln", "-s", "/usr/share", mac.home() + "/.haproxy"),
                        1,
                        ".haproxy is a symbolic link that does not point to a folder that you own."),
                on(
                        "a link to nothing",
                        mac -> mac.command("ln", "-s", "/nothing", mac.home() + "/.local"),
                        1,
                        ".local is a symbolic link that does not point to a folder that you own."),
                on(
                        "a tool that everybody can write",
                        mac -> mac.command("chmod", "a+w", mac.standin("plutil").toString()),
                        1,
                        "plutil could be replaced by another user of this machine, so aiserver does not run it: "),
                on(
                        "a folder of tools that everybody can write",
                        mac -> mac.command("chmod", "a+w", mac.standin("").toString()),
                        1,
                        "could be replaced by another user of this machine, so aiserver does not run them: "),
                on(
                        "a service's program that everybody can write",
                        mac -> {
                            mac.script(mac.prefix().resolve("bin/ollama"), "echo ollama version is 0.17.1");
                            mac.command(
                                    "chmod",
                                    "a+w",
                                    mac.prefix().resolve("bin/ollama").toString());
                        },
                        1,
                        "ollama could be replaced by another user of this machine"),
                on(
                        "a folder above a service's program that everybody can write",
                        mac -> mac.command("chmod", "a+w", mac.prefix().toString()),
                        1,
                        "Run \"chmod go-w"),
                on(
                        "a tool is missing",
                        mac -> remove(mac.standin("plutil")),
                        1,
                        "This machine lacks plutil, which aiserver needs; install it, or add its folder to PATH"),
                on(
                        "damaged receipt",
                        mac -> mac.write(mac.home().resolve(".aiserver/receipt.json"), "{\"schema\": 1"),
                        1,
                        "receipt.json cannot be used:"));
    }

    private static Stream<Case> network() {
        return Stream.of(
                on(
                        "no Tailscale",
                        mac -> remove(mac.standin("tailscale")),
                        1,
                        "Tailscale is not installed; install it with"),
                on(
                        "Tailscale off",
                        mac -> mac.write(mac.state().resolve("tailscale.json"), TailscaleStatus.stopped(Mac.ADDRESS)),
                        1,
                        "Tailscale is switched off; connect it with the app or \"tailscale up\", then try again."),
                on(
                        "Tailscale logged out",
                        mac -> mac.write(mac.state().resolve("tailscale.json"), TailscaleStatus.needsLogin()),
                        1,
                        "Tailscale is logged out; log in with the app or \"tailscale login\", then try again."),
                on(
                        "Tailscale dead",
                        mac -> remove(mac.state().resolve("tailscale.json")),
                        1,
                        "Tailscale does not answer (failed to connect to local Tailscale service"),
                on(
                        "Tailscale without an interface",
                        mac -> mac.write(mac.state().resolve("tailscale.json"), TailscaleStatus.running("100.64.0.9")),
                        1,
                        "No network interface of this machine has the address 100.64.0.9"),
                on(
                        "Tailscale in userspace",
                        mac -> mac.write(
                                mac.state().resolve("tailscale.json"),
                                TailscaleStatus.running("100.64.0.9").replace("\"TUN\": true", "\"TUN\": false")),
                        1,
                        "the tailnet can reach every loopback port of this machine, including Ollama's"),
                on(
                        "Tailscale answers with text",
                        mac -> mac.write(mac.state().resolve("tailscale.json"), "Warning: client version differs\n"),
                        1,
                        "it printed \"Warning: client version differs\""),
                on(
                        "Tailscale gives a name that is not a host name",
                        mac -> mac.write(
                                mac.state().resolve("tailscale.json"),
                                TailscaleStatus.running(Mac.ADDRESS).replace("mac-studio.", "Mac_Studio.")),
                        1,
                        "which is not a valid host name; give it a name of letters"),
                on(
                        "address of another machine",
                        mac -> configure(mac, NETWORK + "192.168.250.20 }"),
                        1,
                        "No network interface of this machine has the address 192.168.250.20"),
                on(
                        "Ollama runs already",
                        mac -> listen(mac, "127.0.0.1:11434"),
                        1,
                        "Port 11434 is in use on 127.0.0.1 by"),
                on(
                        "something on every address",
                        mac -> listen(mac, "0.0.0.0:11434"),
                        1,
                        "Port 11434 is in use on * by"),
                on(
                        "Homebrew's service",
                        RefusalsIT::brewService,
                        1,
                        "stop it with \"brew services stop ollama\", then try again."),
                on(
                        "an agent whose script runs Ollama",
                        mac -> {
                            Path script = mac.root().resolve("serve.sh");
                            mac.script(script, mac.bottle("ollama", "ollama") + " serve; echo ended");
                            ExistingServers.handMade(mac, "x.plist", "org.ann.llm", "127.0.0.1", script.toString());
                            answers(mac);
                        },
                        1,
                        "which launchd runs as org.ann.llm and restarts when it is killed; stop it with \"launchctl "
                                + "bootout gui/65534/org.ann.llm\" and move "),
                on(
                        "an agent from a linked property list",
                        mac -> {
                            Path plist = mac.root().resolve("dotfiles/x.plist");
                            ExistingServers.handMadeAt(mac, plist, "org.ann.llm", ExistingServers.serve(mac));
                            mac.command("mkdir", "-p", mac.home() + "/Library/LaunchAgents");
                            Path link = mac.home().resolve("Library/LaunchAgents/x.plist");
                            mac.command("ln", "-s", plist.toString(), link.toString());
                            ExistingServers.load(mac, link);
                            answers(mac);
                        },
                        1,
                        "stop it with \"launchctl bootout gui/65534/org.ann.llm\" and move "));
    }

    private static Stream<Case> configuration() {
        return Stream.of(
                on(
                        "unknown key",
                        mac -> configure(mac, "proxi: {}"),
                        2,
                        "aiserver.yaml:2:1: \"proxi\" is not a known key; the top level has name,"),
                on(
                        "malformed YAML",
                        mac -> configure(mac, "proxy: { port: [ }"),
                        2,
                        "aiserver.yaml:2:18: this is not valid YAML:"),
                on(
                        "port out of range",
                        mac -> configure(mac, "proxy: { port: 80 }"),
                        2,
                        "aiserver.yaml:2:16: proxy.port: \"80\" is not allowed: use a port from 1024 to 65535."),
                on(
                        "wildcard",
                        mac -> configure(mac, NETWORK + "0.0.0.0 }"),
                        2,
                        "the proxy never listens on all addresses."),
                on(
                        "hostile value",
                        mac -> configure(mac, "name: \"x\\n bind *:1\""),
                        2,
                        "name: \"x? bind *:1\" is not a valid host name"),
                on("no configuration", mac -> remove(mac.config()), 2, "aiserver.yaml does not exist."));
    }

    private static Stream<Case> services() {
        return Stream.of(
                on(
                        "HAProxy refuses its configuration",
                        mac -> mac.script(
                                mac.standin("haproxy"),
                                "[ \"$1\" = -vv ] && exec /usr/sbin/haproxy -vv; echo '[ALERT] no such keyword' >&2; exit 1"),
                        4,
                        "[ALERT] no such keyword.\nAll changes were rolled back"),
                on(
                        "plutil refuses a property list",
                        mac -> mac.script(mac.standin("plutil"), "echo 'stdin: no property list' >&2; exit 1"),
                        4,
                        "is not valid: \"plutil -lint -s -\" reports: stdin: no property list.\nAll changes were rolled back"),
                on(
                        "plutil is killed",
                        mac -> mac.script(mac.standin("plutil"), "kill -KILL $$"),
                        4,
                        " is valid: \"plutil -lint -s -\" failed (it was killed by signal 9).\nAll changes were rolled back"),
                on(
                        "Ollama ends at once",
                        mac -> mac.script(mac.bottle("ollama", "ollama"), "[ \"$1\" = serve ] || echo 0.16.2; exit 3"),
                        4,
                        "Failed: start    com.ollama: com.ollama does not stay up: exit code 3;"),
                on(
                        "HAProxy ends at once",
                        mac -> mac.script(
                                mac.standin("haproxy"),
                                "case $1 in -c|-vv) exec /usr/sbin/haproxy \"$@\";; esac; exit 1"),
                        4,
                        "Failed: start    com.haproxy: com.haproxy does not stay up: exit code 1;"),
                on(
                        "label taken",
                        RefusalsIT::takenLabel,
                        1,
                        "The label com.ollama is in use by a job that was loaded from"));
    }

    private static void linkedLog(Mac mac) {
        mac.command("mkdir", "-p", mac.logs().toString());
        mac.command("ln", "-s", "/etc/passwd", mac.logs() + "/haproxy.log");
    }

    private static void remove(Path path) {
        try {
            Files.delete(path);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void configure(Mac mac, String line) {
        mac.write(mac.config(), "logs: " + mac.logs() + "\n" + line + "\n");
    }

    private static void listen(Mac mac, String address) {
        mac.start(
                "env",
                "HOME=" + mac.home(),
                "OLLAMA_HOST=" + address,
                "OLLAMA_MODELS=" + mac.state(),
                mac.bottle("ollama", "ollama").toString(),
                "serve");
        answers(mac);
    }

    private static void answers(Mac mac) {
        boolean up = new Poller(Duration.ofMillis(50))
                .await(
                        Duration.ofSeconds(20),
                        () -> mac.http("127.0.0.1", Mac.PORT, "GET / HTTP/1.0\r\n\r\n")
                                        .status()
                                == 200);
        assertThat(up).as("a server listens").isTrue();
    }

    private static void brewService(Mac mac) {
        mac.command(mac.prefix() + "/bin/brew", "install", "ollama");
        load(mac, "homebrew.mxcl.ollama", mac.prefix() + "/bin/ollama</string><string>serve");
        answers(mac);
    }

    private static void takenLabel(Mac mac) {
        load(mac, "com.ollama", "/bin/sleep</string><string>1000");
    }

    private static void load(Mac mac, String label, String program) {
        Path plist = mac.state().resolve(label + ".plist");
        mac.write(plist, """
                <?xml version="1.0" encoding="UTF-8"?>
                <plist version="1.0"><dict><key>Label</key><string>%s</string><key>ProgramArguments</key>
                <array><string>%s</string></array><key>RunAtLoad</key><true/></dict></plist>
                """.formatted(label, program));
        Run loaded = mac.command("launchctl", "bootstrap", "gui/65534", plist.toString());
        loaded.exits(0);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void anUnsuitableMacIsRefusedWithAFixAndUnchanged(Case given) {
        try (Mac mac = new Mac(given.kind())) {
            given.setup().accept(mac);
            Map<String, FileState> before = mac.tree();

            Run run = mac.install("--yes");

            assertThat(run.exitCode()).as(run.toString()).isEqualTo(given.exitCode());
            assertThat(run.err()).contains(given.sentence());
            assertThat(run.err()).doesNotContain("Exception", "\tat ");
            assertThat(mac.tree()).as("the home is as before").isEqualTo(before);
            assertThat(mac.pid("com.haproxy")).isZero();
            if (!given.name().equals("label taken")) {
                assertThat(mac.pid("com.ollama")).isZero();
            }
        }
    }
}
