package dev.aiserver.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aiserver.host.Command;
import dev.aiserver.host.CommandResult;
import dev.aiserver.host.FileState;
import dev.aiserver.host.ForwardingHost;
import dev.aiserver.host.Host;
import dev.aiserver.host.LocalHost;
import dev.aiserver.host.Poller;
import dev.aiserver.host.Query;
import dev.aiserver.host.UserError;
import dev.aiserver.rehearsal.RehearsalHost;
import dev.aiserver.service.Launchd;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import standin.EmbeddedMacPrograms;
import standin.launchd.Account;
import standin.launchd.EmbeddedLaunchctl;
import standin.launchd.Quirks;

class ConflictSearchTest {
    private static final int PORT = 11434;

    @TempDir
    private Path root;

    private EmbeddedLaunchctl launchctl;
    private Mac mac;
    private Launchd launchd;

    /** Maps system directories to a directory of the test, and replaces the output of ps. */
    private record Mac(Host delegate, Path root) implements ForwardingHost {
        private Path there(Path path) {
            return path.startsWith("/Library") || path.startsWith("/Applications")
                    ? root.resolve(path.toString().substring(1))
                    : path;
        }

        private Path here(Path path) {
            return path.startsWith(root) && !path.startsWith(root.resolve("home"))
                    ? Path.of("/").resolve(root.relativize(path))
                    : path;
        }

        @Override
        public FileState file(Path path) {
            if (path.endsWith("private.plist")) {
                throw new UserError("Cannot read " + path + ": permission denied.");
            }
            return delegate.ask(Query.file(there(path)));
        }

        @Override
        public FileState stat(Path path) {
            return delegate.ask(Query.stat(there(path)));
        }

        @Override
        public List<Path> list(Path folder) {
            return delegate.ask(Query.list(there(folder))).stream()
                    .map(this::here)
                    .toList();
        }

        @Override
        public CommandResult run(Command command) {
            return command.program().equals("ps")
                    ? delegate.run(Command.of("cat", root.resolve("processes").toString()))
                    : delegate.run(command);
        }
    }

    @BeforeEach
    void start() throws IOException {
        Files.createDirectories(root.resolve("home"));
        Files.writeString(
                root.resolve("processes"), "-zsh\n/Applications/Ollama.app/Contents/Resources/ollama serve\n");
        Map<String, String> environment = new HashMap<>(System.getenv());
        environment.put("HOME", root.resolve("home").toString());
        LocalHost machine = new LocalHost(environment);
        launchctl = new EmbeddedLaunchctl(
                new Account(machine.facts().uid(), machine.facts().user(), root.resolve("home"), 0.05, List.of()),
                Quirks.usual());
        mac = new Mac(new RehearsalHost(machine, new EmbeddedMacPrograms(launchctl)), root);
        launchd = new Launchd(mac, machine.facts().uid(), new Poller(Duration.ofMillis(15)));
    }

    @AfterEach
    void stop() {
        launchctl.close();
    }

    private List<ConflictingServer> search(Path... own) {
        return ConflictingServer.otherThan(List.of(own), mac.ask(new ConflictSearch(mac.facts()).search(PORT)));
    }

    /**
     * Checks one property list.
     *
     * @param folder in the home directory if it starts with ~
     * @param keys in the property list besides the label and the program
     * @param found - if there is no conflict; ! marks a harmful one
     */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            ~/Library/LaunchAgents | homebrew.mxcl.ollama  | ollama serve   | RunAtLoad        |       | ! Ollama at login on 127.0.0.1:11434: brew services stop ollama
            ~/Library/LaunchAgents | homebrew.mxcl.haproxy | haproxy -f x   | RunAtLoad        |       | HAProxy at login: brew services stop haproxy
            ~/Library/LaunchAgents | org.ann.llm           | ollama serve   | KeepAlive        |       | ! Ollama at login on 127.0.0.1:11434: launchctl bootout gui/UID/org.ann.llm
            ~/Library/LaunchAgents | org.ann.llm           | ollama serve   | StartInterval    |       | ! Ollama at login on 127.0.0.1:11434: launchctl bootout gui/UID/org.ann.llm
            ~/Library/LaunchAgents | org.ann.llm           | ollama serve   | RunAtLoad :11500 |       | ! Ollama at login on *:11500: launchctl bootout gui/UID/org.ann.llm
            ~/Library/LaunchAgents | org.ann.llm           | ollama serve   | RunAtLoad 127.0.0.1:11500 |  | Ollama at login on 127.0.0.1:11500: launchctl bootout gui/UID/org.ann.llm
            ~/Library/LaunchAgents | org.ann.llm           | ollama serve   | RunAtLoad        | gui   | -
            ~/Library/LaunchAgents | org.ann.llm           | ollama serve   |                  |       | -
            ~/Library/LaunchAgents | org.ann.llm           | ollama serve   | RunAtLoad Disabled |     | -
            ~/Library/LaunchAgents | org.ann.pull          | ollama pull x  | RunAtLoad        |       | -
            /Library/LaunchAgents  | org.all.llm           | ollama serve   | RunAtLoad        |       | ! Ollama at login on 127.0.0.1:11434: launchctl bootout gui/UID/org.all.llm
            /Library/LaunchDaemons | com.ollama            | ollama serve   | RunAtLoad        | gui   | ! Ollama at boot on 127.0.0.1:11434: sudo launchctl bootout system/com.ollama
            /Library/LaunchDaemons | homebrew.mxcl.ollama  | ollama serve   | RunAtLoad        |       | ! Ollama at boot on 127.0.0.1:11434: sudo brew services stop ollama
            """)
    void findsServersThatStartOnTheirOwn(
            String folder, String label, String command, String keys, String disabled, String found)
            throws IOException {
        write(folder, label + ".plist", label, command, keys == null ? "" : keys);
        if (disabled != null) {
            assertThat(launchctl
                            .run(List.of("disable", launchd.jobs().domain() + "/" + label))
                            .exitCode())
                    .isZero();
        }
        assertThat(search().stream().map(ConflictSearchTest::summary).collect(Collectors.joining()))
                .isEqualTo(
                        found.equals("-")
                                ? ""
                                : found.replace(
                                        "UID", String.valueOf(mac.facts().uid())));
    }

    private static String summary(ConflictingServer conflict) {
        return (conflict.isHarmful() ? "! " : "")
                + conflict.what().replaceAll("\\(.*\\) starts ", "") + ": "
                + conflict.advice().replaceAll("stop it with \"([^\"]*)\".*", "$1");
    }

    private Path write(String folder, String file, String label, String command, String keys) throws IOException {
        Path there = root.resolve(folder.replace("~", "home").replaceFirst("^/", ""));
        Files.createDirectories(there);
        String host = Stream.of(keys.split(" "))
                .filter(key -> key.contains(":"))
                .map(key -> "<key>EnvironmentVariables</key><dict><key>OLLAMA_HOST</key><string>" + key
                        + "</string></dict>")
                .collect(Collectors.joining());
        String starters = Stream.of(keys.split(" "))
                .filter(key -> key.matches("\\w+"))
                .map(key -> "<key>" + key + "</key>" + (key.startsWith("Start") ? "<integer>9</integer>" : "<true/>"))
                .collect(Collectors.joining());
        return Files.writeString(there.resolve(file), """
                <?xml version="1.0" encoding="UTF-8"?>
                <plist version="1.0"><dict><key>Label</key><string>%s</string>
                <key>ProgramArguments</key><array>%s</array>%s%s</dict></plist>
                """.formatted(
                        label,
                        Stream.of(command.split(" "))
                                .map(word -> "<string>" + word + "</string>")
                                .collect(Collectors.joining()),
                        starters,
                        host));
    }

    @Test
    void ownPropertyListsAreNotConflicts() throws IOException {
        Path own = write("~/Library/LaunchAgents", "com.ollama.plist", "com.ollama", "ollama serve", "RunAtLoad");
        assertThat(search(own)).isEmpty();
        assertThat(search()).hasSize(1);
    }

    @Test
    void unreadablePropertyListsAreReported() throws IOException {
        write("/Library/LaunchDaemons", "private.plist", "x", "x", "");
        assertThat(search()).singleElement().satisfies(conflict -> {
            assertThat(conflict.isHarmful()).isFalse();
            assertThat(conflict.what()).contains("/Library/LaunchDaemons/private.plist", "permission denied");
        });
    }

    /**
     * Finds the app.
     *
     * @param place of the app, or another sign of it
     */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            Applications/Ollama.app      | false | /Applications/Ollama.app is installed
            home/Applications/Ollama.app | false | Applications/Ollama.app is installed
            running                      | true  | the Ollama app is running
            login item                   | true  | the Ollama app (com.ollama.ollama) starts at login
            login item, switched off     |       |
            """)
    void theAppIsFound(String place, Boolean harmful, String words) throws IOException {
        if (place.equals("running")) {
            Files.writeString(root.resolve("processes"), "/Applications/Ollama.app/Contents/MacOS/Ollama hidden\n");
        } else if (place.startsWith("login item")) {
            Path elsewhere = write("/elsewhere", "x.plist", "com.ollama.ollama", "/usr/bin/true", "");
            assertThat(launchctl
                            .run(List.of("bootstrap", launchd.jobs().domain(), elsewhere.toString()))
                            .exitCode())
                    .isZero();
            if (place.endsWith("off")) {
                launchctl.run(List.of("disable", launchd.jobs().domain() + "/com.ollama.ollama"));
            }
        } else {
            Files.createDirectories(root.resolve(place));
        }
        if (words == null) {
            assertThat(search()).isEmpty();
            return;
        }
        assertThat(search()).singleElement().satisfies(conflict -> {
            assertThat(conflict.isHarmful()).isEqualTo(harmful);
            assertThat(conflict.what()).contains(words);
        });
        assertThat(mac.ask(new ConflictSearch(mac.facts()).search(11500)))
                .as("the app serves another port")
                .noneMatch(ConflictingServer::isHarmful);
    }
}
