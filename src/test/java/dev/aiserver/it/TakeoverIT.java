package dev.aiserver.it;

import static dev.aiserver.it.ExistingServers.awaitAnswer;
import static dev.aiserver.it.ExistingServers.handMade;
import static dev.aiserver.it.ExistingServers.handMadeBinary;
import static dev.aiserver.it.ExistingServers.serve;
import static org.assertj.core.api.Assertions.assertThat;

import dev.aiserver.host.FileState;
import dev.aiserver.host.Poller;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Proves that install finds, reports and stops existing services, and that uninstall restores them or leaves them stopped. */
@Tag("root")
class TakeoverIT {
    private static final String LOOPBACK = "127.0.0.1:11434";
    private static final String EVERYWHERE = "*:11434";
    private static final String PROXY = Mac.ADDRESS + ":11434";

    @FunctionalInterface
    private interface Setup {
        void on(Mac mac) throws Exception;
    }

    /**
     * @param labels loaded before the install and after the uninstall
     * @param found the heading of the plan
     * @param listening addresses of the existing services
     */
    private record Case(String name, Setup setup, List<String> labels, String found, Set<String> listening) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Case> cases() {
        return Stream.of(
                new Case(
                        "the shell scripts, on loopback",
                        ExistingServers::byShellScripts,
                        List.of("com.ollama", "com.haproxy"),
                        "an installation by the old shell scripts (com.haproxy, listening on 100.101.102.103:11434; "
                                + "com.ollama, listening on 127.0.0.1:11434). It will be replaced.",
                        Set.of(LOOPBACK, PROXY)),
                new Case(
                        "the shell scripts, on every network",
                        mac -> ExistingServers.ollamaByShellScripts(mac, "0.0.0.0"),
                        List.of("com.ollama"),
                        "an installation by the old shell scripts (com.ollama, listening on *:11434). It will be",
                        Set.of(EVERYWHERE)),
                new Case(
                        "Homebrew's services",
                        mac -> {
                            ExistingServers.homebrewsOllama(mac);
                            ExistingServers.homebrewsHaproxy(mac);
                        },
                        List.of("homebrew.mxcl.ollama", "homebrew.mxcl.haproxy"),
                        "Ollama as a Homebrew service (homebrew.mxcl.ollama), listening on 127.0.0.1:11434. "
                                + "It will be stopped. \"aiserver uninstall\" restores it.",
                        Set.of(LOOPBACK, PROXY)),
                new Case(
                        "Homebrew's Ollama, opened by launchctl setenv",
                        mac -> {
                            ExistingServers.setForAllJobs(mac, "OLLAMA_HOST", "0.0.0.0:11434");
                            ExistingServers.homebrewsOllama(mac);
                        },
                        List.of("homebrew.mxcl.ollama"),
                        "Ollama as a Homebrew service (homebrew.mxcl.ollama), listening on *:11434. It will be",
                        Set.of(EVERYWHERE)),
                new Case(
                        "our label, from another file",
                        mac -> handMade(mac, "ollama at home.plist", "com.ollama", "127.0.0.1", serve(mac)),
                        List.of("com.ollama"),
                        "Ollama as a launch agent (com.ollama, from ollama at home.plist), listening on",
                        Set.of(LOOPBACK)),
                new Case(
                        "another label",
                        mac -> handMade(mac, "org.ann.llm.plist", "org.ann.llm", "0.0.0.0", serve(mac)),
                        List.of("org.ann.llm"),
                        "Ollama as a launch agent (org.ann.llm, from org.ann.llm.plist), listening on *:11434",
                        Set.of(EVERYWHERE)),
                new Case(
                        "another label, from a binary property list, by a shell",
                        mac -> handMadeBinary(
                                mac,
                                "org.ann.llm.plist",
                                "org.ann.llm",
                                "127.0.0.1",
                                "/bin/sh</string><string>-c</string><string>OLLAMA_HOST=:11434 exec " + mac.prefix()
                                        + "/bin/ollama serve"),
                        List.of("org.ann.llm"),
                        "Ollama as a launch agent (org.ann.llm, from org.ann.llm.plist), listening on *:11434",
                        Set.of(EVERYWHERE)));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void anExistingServiceIsReplacedWithoutExposureAndRestored(Case given) throws Exception {
        try (Mac mac = new Mac()) {
            given.setup().on(mac);
            awaitAnswer(mac);
            Map<String, FileState> before = mac.tree();
            Set<Integer> earlier = given.labels().stream().map(mac::pid).collect(Collectors.toSet());
            assertThat(addresses(mac.listening())).isEqualTo(given.listening());

            Run installed;
            ListeningWatch watch = new ListeningWatch(mac);
            try (watch) {
                installed = mac.install("--yes");
            }
            Set<Mac.Listening> seen = watch.seen();
            assertThat(watch.looks()).isGreaterThan(50);
            installed.exits(0);
            assertThat(installed.err()).contains("Found " + given.found());
            assertThat(seen)
                    .filteredOn(socket -> earlier.contains(socket.pid()))
                    .isNotEmpty();
            assertThat(addressesOfOthers(seen, earlier, "ollama")).as("ours").containsExactly(LOOPBACK);
            assertThat(addressesOfOthers(seen, earlier, "haproxy")).containsExactly(PROXY);
            assertThat(addresses(mac.listening())).containsExactlyInAnyOrder(LOOPBACK, PROXY);

            Map<String, FileState> ours = mac.tree();
            Run verified = mac.aiserver("verify", "--no-inference");
            verified.exits(0);
            Run again = mac.install("--yes");
            assertThat(again.err()).as(again.toString()).contains("No changes.").doesNotContain("Found ");
            assertThat(mac.tree()).isEqualTo(ours);

            if (given.listening().contains(EVERYWHERE)) {
                Run refused = mac.aiserver("uninstall", "--yes");
                refused.exits(2);
                assertThat(refused.err())
                        .contains("The previous setup is reachable from other machines: Ollama ("
                                + given.labels().get(0))
                        .contains(" Use --restore to bring it back or --no-restore to leave it stopped.");
                assertThat(mac.tree()).as("nothing was changed").isEqualTo(ours);
            }
            Run uninstalled = mac.aiserver("uninstall", "--yes", "--restore");

            uninstalled.exits(0);
            assertThat(mac.tree()).as("every byte is back").isEqualTo(before);
            awaitAnswer(mac);
            assertThat(given.labels())
                    .allSatisfy(label -> assertThat(mac.pid(label)).isNotZero());
            assertThat(addresses(mac.listening())).isEqualTo(given.listening());
        }
    }

    private static Set<String> addresses(Iterable<Mac.Listening> sockets) {
        return stream(sockets)
                .map(Mac.Listening::address)
                .map(TakeoverIT::usual)
                .collect(Collectors.toSet());
    }

    private static Set<String> addressesOfOthers(Iterable<Mac.Listening> sockets, Set<Integer> not, String process) {
        return stream(sockets)
                .filter(socket -> socket.process().equals(process) && !not.contains(socket.pid()))
                .map(Mac.Listening::address)
                .map(TakeoverIT::usual)
                .collect(Collectors.toSet());
    }

    private static Stream<Mac.Listening> stream(Iterable<Mac.Listening> sockets) {
        Stream.Builder<Mac.Listening> stream = Stream.builder();
        sockets.forEach(stream);
        return stream.build();
    }

    private static String usual(String address) {
        return address.replace("0.0.0.0:", "*:").replace("[::]:", "*:");
    }

    @Test
    void itsSettingsAreKeptUntilTheConfigurationChangesThem() {
        try (Mac mac = new Mac()) {
            Path models = mac.root().resolve("models of Ann");
            succeeded(mac.command("mkdir", models.toString()));
            ExistingServers.homebrewsOllama(mac, "OLLAMA_MODELS", models.toString());
            awaitAnswer(mac);

            Run plan = mac.command(
                    mac.checkout() + "/install", "--config", mac.config().toString(), "--dry-run");
            assertThat(plan.out())
                    .contains("Ollama keeps these settings of the existing service: OLLAMA_FLASH_ATTENTION=1, "
                            + "OLLAMA_KV_CACHE_TYPE=q8_0, OLLAMA_MODELS=" + models + ".")
                    .contains("The existing service's setting OLLAMA_ORIGINS is dropped: ");
            succeeded(mac.install("--yes"));
            assertThat(settings(mac)).contains("OLLAMA_FLASH_ATTENTION", "q8_0", models.toString());
            assertThat(mac.install("--yes").err()).as("the same configuration").contains("No changes.");

            mac.write(mac.config(), "name: remote-ollama\nollama: {environment: {OLLAMA_FLASH_ATTENTION: 0}}\n");
            succeeded(mac.install("--yes"));
            assertThat(settings(mac)).contains("<string>0</string>", "q8_0", models.toString());
            succeeded(mac.aiserver("uninstall", "--yes"));
            awaitAnswer(mac);
        }
    }

    @Test
    void aMissingModelFolderIsReportedBeforeAnyChange() {
        try (Mac mac = new Mac()) {
            ExistingServers.homebrewsOllama(mac, "OLLAMA_MODELS", "/Volumes/away/models");
            awaitAnswer(mac);
            Map<String, FileState> before = mac.tree();

            Run refused = mac.install("--yes");

            refused.exits(1);
            assertThat(refused.err()).contains("OLLAMA_MODELS: /Volumes/away/models is not a folder on this machine");
            assertThat(mac.tree()).isEqualTo(before);
        }
    }

    private static String settings(Mac mac) {
        return String.join("\n", mac.lines(mac.home().resolve("Library/LaunchAgents/com.ollama.plist")));
    }

    private static void succeeded(Run run) {
        run.exits(0);
    }

    @Test
    void anExistingServiceIsRestoredWhenTheInstallFails() {
        try (Mac mac = new Mac()) {
            ExistingServers.homebrewsOllama(mac);
            awaitAnswer(mac);
            Map<String, FileState> before = mac.tree();
            int earlier = mac.pid("homebrew.mxcl.ollama");
            mac.script(mac.standin("haproxy"), "case $1 in -c|-vv) exec /usr/sbin/haproxy \"$@\";; esac; exit 1");

            Run failed = mac.install("--yes");

            failed.exits(4);
            assertThat(failed.err())
                    .contains("done  stop     existing homebrew.mxcl.ollama")
                    .contains("All changes were rolled back");
            assertThat(mac.tree()).isEqualTo(before);
            assertThat(mac.pid("homebrew.mxcl.ollama")).isNotZero().isNotEqualTo(earlier);
            awaitAnswer(mac);
            assertThat(addresses(mac.listening())).containsExactly(LOOPBACK);
        }
    }

    @Test
    void anExistingServiceIsRestoredAfterAKilledInstall() throws Exception {
        try (Mac mac = new Mac()) {
            ExistingServers.homebrewsOllama(mac);
            awaitAnswer(mac);
            Map<String, FileState> before = mac.tree();
            Process installing = mac.startAiserver(
                    "install", "--yes", "--config", mac.config().toString());
            boolean stopped = new Poller(Duration.ofMillis(5))
                    .await(Duration.ofSeconds(60), () -> mac.pid("homebrew.mxcl.ollama") == 0);
            installing.destroyForcibly().waitFor();
            assertThat(stopped)
                    .as("it was killed after it had stopped the earlier service")
                    .isTrue();

            Run installed = mac.install("--yes");
            installed.exits(0);
            assertThat(installed.err()).contains("Rolling it back first.", "Found Ollama as a Homebrew service");
            Run uninstalled = mac.aiserver("uninstall", "--yes");
            uninstalled.exits(0);
            assertThat(mac.tree()).isEqualTo(before);
            assertThat(mac.pid("homebrew.mxcl.ollama")).isNotZero();
        }
    }

    @Test
    void aServiceThatFailedBeforeIsRestoredAsLoaded() {
        try (Mac mac = new Mac()) {
            ExistingServers.byShellScripts(mac);
            awaitAnswer(mac);
            handMade(mac, "x.plist", "org.ann.llm", "127.0.0.1", serve(mac));
            ExistingServers.stop(mac, "com.haproxy");
            mac.write(mac.home().resolve(".haproxy/haproxy.cfg"), "no configuration");
            ExistingServers.load(mac, mac.home().resolve("Library/LaunchAgents/com.haproxy.plist"));
            assertThat(addresses(mac.listening())).containsExactly(LOOPBACK);
            Map<String, FileState> before = mac.tree();

            Run installed = mac.install("--yes");
            installed.exits(0);
            assertThat(addresses(mac.listening())).containsExactlyInAnyOrder(LOOPBACK, PROXY);
            Run uninstalled = mac.aiserver("uninstall", "--yes");

            uninstalled.exits(0);
            assertThat(mac.tree()).isEqualTo(before);
            for (String label : List.of("com.ollama", "com.haproxy", "org.ann.llm")) {
                assertThat(mac.command("launchctl", "print", "gui/65534/" + label)
                                .exitCode())
                        .as("%s is loaded", label)
                        .isZero();
            }
        }
    }

    @Test
    void withNoRestoreTheServiceStaysStoppedAndItsFilesAreKept() {
        try (Mac mac = new Mac()) {
            ExistingServers.ollamaByShellScripts(mac, "0.0.0.0");
            awaitAnswer(mac);
            List<String> plist = mac.lines(mac.home().resolve("Library/LaunchAgents/com.ollama.plist"));
            handMade(mac, "other.plist", "org.ann.other", "127.0.0.1:11500", serve(mac));
            assertThat(mac.install("--yes").exitCode()).isZero();

            Run uninstalled = mac.aiserver("uninstall", "--yes", "--no-restore");

            uninstalled.exits(0);
            Path kept = mac.home().resolve(".aiserver/earlier-installation/com.ollama.plist");
            assertThat(uninstalled.out())
                    .contains("kept  " + kept + ": a file of the existing services, which are not restored.");
            assertThat(mac.tree().keySet())
                    .containsExactly(
                            "",
                            ".aiserver",
                            ".aiserver/earlier-installation",
                            ".aiserver/earlier-installation/com.ollama.plist",
                            "Library",
                            "Library/LaunchAgents",
                            "Library/LaunchAgents/other.plist");
            assertThat(mac.lines(kept)).isEqualTo(plist);
            assertThat(mac.pid("com.ollama")).isZero();
            assertThat(mac.listening()).isEmpty();
            assertThat(mac.pid("org.ann.other"))
                    .as("an Ollama on another port still runs")
                    .isNotZero();
        }
    }

    @Test
    void aServiceThatCannotBeRestoredStopsTheUninstall() {
        try (Mac mac = new Mac()) {
            Path folder = mac.root().resolve("own");
            mac.command("mkdir", folder.toString());
            Path own = folder.resolve("ollama");
            mac.script(own, "exec " + mac.bottle("ollama", "ollama") + " \"$@\"");
            handMade(mac, "own.plist", "org.ann.llm", "127.0.0.1", own + "</string><string>serve");
            awaitAnswer(mac);
            assertThat(mac.install("--yes").exitCode()).isZero();
            Map<String, FileState> ours = mac.tree();
            mac.script(own, "exit 3");

            Run failed = mac.aiserver("uninstall", "--yes");

            failed.exits(4);
            assertThat(failed.err())
                    .contains("Failed: start    existing org.ann.llm: org.ann.llm does not stay up: exit code 3")
                    .endsWith("All changes were rolled back.\n"
                            + "A service from the previous setup did not start again. Fix it, or leave it "
                            + "stopped with \"aiserver uninstall --no-restore\".\n");
            assertThat(mac.tree()).isEqualTo(ours);
            assertThat(addresses(mac.listening())).containsExactlyInAnyOrder(LOOPBACK, PROXY);
            Run stopped = mac.aiserver("uninstall", "--yes", "--no-restore");
            stopped.exits(0);
            assertThat(mac.listening()).isEmpty();
        }
    }

    @Test
    void onATerminalUninstallAsksBeforeItRestoresAnExposedServer() {
        try (Mac mac = new Mac()) {
            ExistingServers.ollamaByShellScripts(mac, "0.0.0.0");
            awaitAnswer(mac);
            Map<String, FileState> before = mac.tree();
            assertThat(mac.install("--yes").exitCode()).isZero();
            Map<String, FileState> ours = mac.tree();

            Run no = onATerminal(mac, "n", "n");
            assertThat(no.out())
                    .as(no.toString())
                    .contains(
                            "The previous setup is reachable from other machines: Ollama (com.ollama) on 0.0.0.0:11434.")
                    .contains("Restore it? [y]es, [N]o: ")
                    .contains("~/.aiserver/earlier-installation/com.ollama.plist");
            assertThat(mac.tree()).as("nothing was changed").isEqualTo(ours);
            Run dryRun = mac.aiserver("uninstall", "--dry-run");
            dryRun.exits(0);
            assertThat(dryRun.err())
                    .contains(
                            "With --restore, this service becomes reachable from other machines again: Ollama (com.o");

            Run yes = onATerminal(mac, "y", "y");
            yes.exits(0);
            assertThat(mac.tree()).isEqualTo(before);
            assertThat(mac.pid("com.ollama")).isNotZero();
        }
    }

    private static Run onATerminal(Mac mac, String... answers) {
        String typed = String.join("\\n", answers) + "\\n";
        return mac.command(
                "sh",
                "-c",
                "printf '" + typed + "' | TERM=xterm script -qec '\"$HOME/.local/bin/aiserver\" uninstall' /dev/null");
    }

    @Test
    void aServiceThatWouldStartAtTheNextLoginIsReplacedToo() {
        try (Mac mac = new Mac()) {
            ExistingServers.homebrewsOllama(mac);
            ExistingServers.stop(mac, "homebrew.mxcl.ollama");
            Map<String, FileState> before = mac.tree();

            Run installed = mac.install("--yes");

            installed.exits(0);
            assertThat(installed.err())
                    .contains("Found Ollama as a Homebrew service (homebrew.mxcl.ollama), not loaded. It will be")
                    .contains("delete   ~/Library/LaunchAgents/homebrew.mxcl.ollama.plist")
                    .doesNotContain("stop     ");
            Run uninstalled = mac.aiserver("uninstall", "--yes");
            uninstalled.exits(0);
            assertThat(mac.tree()).isEqualTo(before);
            assertThat(mac.pid("homebrew.mxcl.ollama")).isZero();
        }
    }
}
