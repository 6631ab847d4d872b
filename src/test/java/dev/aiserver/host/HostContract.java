package dev.aiserver.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.AnnotatedElementContext;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.io.TempDirFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The behavior that every host must show. It is tested on this machine, so that the host's answers can be compared with
 * what Java sees.
 */
@Timeout(20)
public interface HostContract {
    String SYSTEM_PATH = "/usr/bin:/bin";
    Duration SOON = Duration.ofMillis(300);

    /** Returns a host whose user has this environment. */
    Host host(Map<String, String> environment);

    /** Returns the character set in which arguments arrive. */
    Charset charset();

    /** Creates an empty directory that belongs to the host's user. */
    default Path home() throws IOException {
        return Files.createTempDirectory("aiserver-home-");
    }

    /** Injects a {@link #home()} for one test. */
    @Target(ElementType.PARAMETER)
    @Retention(RetentionPolicy.RUNTIME)
    @TempDir(factory = Homes.class)
    @interface Home {}

    /** Gets the directories from the test class. */
    final class Homes implements TempDirFactory {
        @Override
        public Path createTempDirectory(AnnotatedElementContext element, ExtensionContext test) throws IOException {
            return ((HostContract) test.getRequiredTestInstance()).home();
        }
    }

    private Host host(Path home) {
        return host(Map.of("PATH", SYSTEM_PATH, "HOME", home.toString()));
    }

    private static Command shell(String script, String... arguments) {
        List<String> argv = new ArrayList<>(List.of("sh", "-c", script, "sh"));
        argv.addAll(List.of(arguments));
        return Command.of(argv);
    }

    /** Writes a program that belongs to the host's user. */
    private void script(Path file, String body) {
        host(Map.of("PATH", SYSTEM_PATH, "HOME", "/")).write(file, Content.of("#!/bin/sh\n" + body + "\n"), 0755);
    }

    private static byte[] bytes(int count) {
        byte[] bytes = new byte[count];
        new Random(1).nextBytes(bytes);
        return bytes;
    }

    private static boolean isGone(long pid) {
        return new Poller(Duration.ofMillis(5))
                .await(
                        Duration.ofSeconds(5),
                        () -> ProcessHandle.of(pid)
                                .filter(ProcessHandle::isAlive)
                                .isEmpty());
    }

    @Test
    default void interruptedCommandsAreReportedAsInterrupted(@Home Path home) {
        Host host = host(home);
        host.run(shell("true"));
        Thread here = Thread.currentThread();
        Thread other = new Thread(() -> {
            new Poller(Duration.ofMillis(200)).await(Duration.ofMillis(200), () -> false);
            here.interrupt();
        });
        other.start();
        try {
            assertThatThrownBy(() -> host.run(shell("echo part; sleep 20")))
                    .isInstanceOfSatisfying(
                            UserError.class, error -> assertThat(error.kind()).isEqualTo(UserError.Kind.INTERRUPTED));
            assertThat(here.isInterrupted()).as("the next wait must end too").isTrue();
        } finally {
            Thread.interrupted();
        }
    }

    @Test
    default void argumentsArriveByteForByte(@Home Path home) {
        String[] arguments = {
            "", " ", "a b", "'", "\"", "'\"'", "$HOME", "`id`", "\\", "\\n", "a\nb", "*", "~", "-n", "--", "é→😀", ""
        };
        byte[] arrived =
                host(home).run(shell("printf '%s\\0' \"$@\"", arguments)).stdout();
        assertThat(arrived).isEqualTo((String.join("\0", arguments) + "\0").getBytes(charset()));
    }

    @Test
    default void environmentsOfUserAndCommandAreMerged() {
        Host host = host(Map.of("PATH", SYSTEM_PATH, "A", "user's", "B", "user's"));
        assertThat(host.run(Command.of("env").withEnvironment(Map.of("B", "command's", "C", "a\nb -$B")))
                        .text())
                .contains("A=user's\n", "B=command's\n", "C=a\nb -$B\n", "LC_ALL=C\n")
                .doesNotContain("B=user's");
    }

    @Test
    default void theUsersPathDecidesWhichProgramRuns(@Home Path home) {
        script(home.resolve("uname"), "echo ours");
        script(home.resolve("only-here"), "uname");
        Host host = host(Map.of("PATH", "relative:" + home + ":" + SYSTEM_PATH));
        assertThat(host.ask(Query.program("uname"))).contains(home.resolve("uname"));
        assertThat(host.run(Command.of("only-here")).text()).isEqualTo("ours\n");
    }

    @Test
    default void theCommandsOwnPathAppliesToItsChildren(@Home Path home) {
        Command command = Command.of("env").withEnvironment(Map.of("PATH", home.toString()));
        assertThat(host(home).run(command).text().lines()).contains("PATH=" + home);
    }

    @Test
    default void missingProgramsAreNotFound(@Home Path home) throws IOException {
        Files.createDirectory(home.resolve("directory"));
        Files.writeString(home.resolve("not-executable"), "");
        Host host = host(Map.of("PATH", home + ":" + SYSTEM_PATH));
        for (String program :
                List.of("no-such-program", "directory", "not-executable", home + "/directory", home + "/nothing")) {
            CommandResult result = host.run(Command.of(program));
            assertThat(result.exitCode()).as(program).isEqualTo(CommandResult.NOT_FOUND);
            assertThat(result.firstLine()).startsWith(program + ": ");
        }
        assertThat(host.ask(Query.program("directory"))).isEmpty();
        assertThat(host.ask(Query.program("not-executable"))).isEmpty();
    }

    @Test
    default void aMegabyteGoesInAndComesOut(@Home Path home) {
        byte[] megabyte = bytes(1 << 20);
        assertThat(host(home).run(Command.of("cat").withStdin(megabyte)).stdout())
                .isEqualTo(megabyte);
    }

    @Test
    default void unreadInputIsIgnored(@Home Path home) {
        CommandResult result = host(home).run(shell("exec 0<&-; echo done").withStdin(bytes(1 << 20)));
        assertThat(result.exitCode()).isZero();
        assertThat(result.text()).isEqualTo("done\n");
    }

    @Test
    default void bothStreamsAreSeparateBytes(@Home Path home) {
        byte[] all = new byte[256];
        for (int value = 0; value < all.length; value++) {
            all[value] = (byte) value;
        }
        CommandResult result =
                host(home).run(shell("cat; printf '\\377\\0' >&2").withStdin(all));
        assertThat(result.stdout()).isEqualTo(all);
        assertThat(result.stderr()).isEqualTo(new byte[] {(byte) 0xff, 0});
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
            exit 0,       0
            exit 1,       1
            exit 126,     126
            exit 255,     255
            kill -9 $$,   137
            kill -TERM $$,143
            """)
    default void anyExitCodeIsAResult(String script, int exitCode, @Home Path home) {
        CommandResult result = host(home).run(shell("echo out; echo err >&2; " + script));
        assertThat(result.exitCode()).isEqualTo(exitCode);
        assertThat(result.text()).isEqualTo("out\n");
        assertThat(result.errorText()).isEqualTo("err\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"yes", "yes >&2", "cat /dev/zero", "yes | cat", "yes & yes >&2"})
    default void endlessOutputIsCutAndTheProcessTreeIsKilled(String script, @Home Path home) throws IOException {
        Path pid = home.resolve("pid");
        Host host = host(home);
        CommandResult result = host.run(shell("echo $$ >\"$1\"; " + script, pid.toString()));
        assertThat(result.exitCode()).isEqualTo(CommandResult.OUTPUT_LIMIT_EXCEEDED);
        assertThat(result.incompleteReason()).contains("it was stopped because it printed more than 16 MiB");
        assertThat(result.wasKilled()).isTrue();
        assertThat(isGone(Long.parseLong(Files.readString(pid).strip()))).isTrue();
        assertThat(host.run(shell("echo and on")).text()).isEqualTo("and on\n");
    }

    @Test
    default void anEndlessCommandCostsTheOtherReadsNothing(@Home Path home) throws IOException {
        Path file = home.resolve("file");
        Files.write(file, new byte[Content.MAX_SIZE]);
        Query<List<CommandResult>> commands = Query.all(Stream.of("echo before", "yes", "echo after")
                .map(line -> Query.command(Command.of(List.of(line.split(" ")))))
                .toList());
        Query<List<FileState>> files = Query.all(List.of(Query.file(file), Query.file(file.resolveSibling("absent"))));
        host(home).ask(commands.zip(files, (results, states) -> {
            assertThat(results.get(0).text()).isEqualTo("before\n");
            assertThat(results.get(1).exitCode()).isEqualTo(CommandResult.OUTPUT_LIMIT_EXCEEDED);
            assertThat(results.get(2).text()).isEqualTo("after\n");
            assertThat(states.get(0)).isInstanceOf(FileState.Regular.class);
            assertThat(states.get(1)).isInstanceOf(FileState.Absent.class);
            return true;
        }));
    }

    @Test
    default void largeFilesAndDirectoriesAreRejected(@Home Path home) throws IOException {
        Path file = home.resolve("file");
        Host host = host(home);
        Files.write(file, new byte[Content.MAX_SIZE]);
        assertThat(host.ask(Query.file(file)))
                .isInstanceOfSatisfying(
                        FileState.Regular.class,
                        state -> assertThat(state.content().size()).isEqualTo(Content.MAX_SIZE));
        Files.write(file, new byte[Content.MAX_SIZE + 1]);
        assertThat(host.ask(Query.stat(file))).isInstanceOf(FileState.Unread.class);
        assertThatThrownBy(() -> host.ask(Query.file(file)))
                .isInstanceOf(UserError.class)
                .hasMessage("Cannot read " + file + ": it is larger than 16 MiB.");
        Path many = Files.createDirectory(home.resolve("many"));
        for (int i = 0; i <= Host.MAX_ENTRIES; i++) {
            Files.createSymbolicLink(many.resolve("entry-" + i), file);
        }
        assertThatThrownBy(() -> host.ask(Query.list(many)))
                .isInstanceOf(UserError.class)
                .hasMessage("Cannot read " + many + ": it contains more than 20000 entries.");
    }

    @Test
    default void timeoutKillsTheProcessTree(@Home Path home) {
        CommandResult result = host(home)
                .run(shell("sh -c 'sleep 600 & echo $!; wait' & echo $!; wait").withTimeout(Duration.ofSeconds(3)));
        assertThat(result.exitCode()).isEqualTo(CommandResult.TIMED_OUT);
        assertThat(result.text().lines().map(Long::parseLong).toList())
                .hasSize(2)
                .allMatch(HostContract::isGone);
    }

    @Test
    default void aDaemonThatKeepsTheOutputOpenDoesNotBlockTheCall(@Home Path home) {
        CommandResult result =
                host(home).run(shell("sleep 600 & echo $!; for i in 1 2 3 4 5; do env; done >&2; exit 7"));
        long daemon = Long.parseLong(result.text().strip());
        assertThat(ProcessHandle.of(daemon).orElseThrow().destroyForcibly()).isTrue();
        assertThat(result.exitCode()).isEqualTo(7);
        assertThat(result.errorText()).contains("LC_ALL=C");
        assertThat(isGone(daemon)).isTrue();
    }

    @Test
    default void aDaemonThatKeepsWritingDoesNotDisturbOtherCommands(@Home Path home) {
        Host host = host(home);
        CommandResult started =
                host.run(shell("{ sleep 0.1; while :; do echo noise; echo noise >&2; done; } & echo $!"));
        long daemon = Long.parseLong(started.text().lines().findFirst().orElseThrow());
        try {
            for (int i = 0; i < 20; i++) {
                Content content = Content.of("round " + i);
                host.write(home.resolve("file"), content, 0600);
                assertThat(host.ask(Query.file(home.resolve("file"))))
                        .isInstanceOfSatisfying(
                                FileState.Regular.class,
                                file -> assertThat(file.content()).isEqualTo(content));
                CommandResult result = host.ask(Query.command(shell("echo out; echo err >&2; exit 3")));
                assertThat(result.text()).isEqualTo("out\n");
                assertThat(result.errorText()).isEqualTo("err\n");
                assertThat(result.exitCode()).isEqualTo(3);
            }
        } finally {
            ProcessHandle.of(daemon).ifPresent(ProcessHandle::destroyForcibly);
        }
        assertThat(isGone(daemon)).isTrue();
    }

    @Test
    default void commandsRunUntilTheFirstFailure(@Home Path home) {
        Path left = home.resolve("left");
        List<Command> commands = List.of(
                shell("cat; echo err >&2").withStdin("in".getBytes(StandardCharsets.UTF_8)),
                shell("exit 3"),
                shell("echo > \"$1\"", left.toString()));
        Host host = host(home);
        List<CommandResult> results = host.runAll(commands);
        assertThat(results).extracting(CommandResult::exitCode).containsExactly(0, 3);
        assertThat(results.get(0).text()).isEqualTo("in");
        assertThat(results.get(0).errorText()).isEqualTo("err\n");
        assertThat(left).doesNotExist();
    }

    @Test
    default void aCommandThatTimesOutIsTheLast(@Home Path home) {
        Path left = home.resolve("left");
        List<Command> commands = List.of(
                shell("echo $$; exec sleep 600").withTimeout(SOON),
                shell("echo > \"$1\"", left.toString()).withTimeout(SOON));
        Host host = host(home);
        List<CommandResult> results = host.runAll(commands);
        assertThat(results).hasSize(1);
        assertThat(results.get(0).exitCode()).isEqualTo(CommandResult.TIMED_OUT);
        assertThat(isGone(Long.parseLong(results.get(0).text().strip()))).isTrue();
        assertThat(left).doesNotExist();
    }

    @Test
    default void changesAreMadeUntilTheFirstFailure(@Home Path home) throws IOException {
        Path folder = home.resolve("folder");
        List<FileChange> changes = List.of(
                new FileChange.CreateDirectory(folder, 0700),
                new FileChange.Write(folder.resolve("one"), Content.of(bytes(300_000)), 0640),
                new FileChange.Create(folder.resolve("one"), Content.of("another"), 0600),
                new FileChange.Move(folder.resolve("one"), folder.resolve("two")),
                new FileChange.Move(folder.resolve("nothing"), folder.resolve("three")),
                new FileChange.Delete(folder.resolve("nothing")),
                new FileChange.Write(home.resolve("missing/file"), Content.of(""), 0600),
                new FileChange.Write(folder.resolve("after"), Content.of(""), 0600));
        List<Boolean> made = new ArrayList<>();
        assertThatThrownBy(() -> host(home).changeAll(changes, made::add))
                .isInstanceOf(UserError.class)
                .hasMessage("Cannot write " + home + "/missing/file: its directory does not exist.");
        assertThat(made).containsExactly(true, true, false, true, false, true);
        assertThat(host(home).ask(Query.list(folder))).containsExactly(folder.resolve("two"));
        assertThat(Files.readAllBytes(folder.resolve("two"))).isEqualTo(bytes(300_000));
    }

    @Test
    default void theCallbackCanStopFurtherChanges(@Home Path home) {
        List<FileChange> changes = List.of(
                new FileChange.Write(home.resolve("one"), Content.of("1"), 0600),
                new FileChange.Create(home.resolve("one"), Content.of("2"), 0600),
                new FileChange.Write(home.resolve("three"), Content.of("3"), 0600));
        assertThatThrownBy(() -> host(home).changeAll(changes, made -> {
                    if (!made) {
                        throw new UserError("stop");
                    }
                }))
                .hasMessage("stop");
        assertThat(home.resolve("three")).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(strings = {"0600", "0644", "0755", "0666", "0400"})
    default void filesGetTheirModeRegardlessOfTheUmask(String octal, @Home Path home) {
        int mode = Integer.parseInt(octal, 8);
        Host host = host(home);
        Content content = Content.of(bytes(100_000));
        host.write(home.resolve("file"), Content.of("old"), 0644);
        host.write(home.resolve("file"), content, mode);
        assertThat(host.ask(Query.file(home.resolve("file"))))
                .isEqualTo(new FileState.Regular(content, mode, host.facts().uid()));
        assertThat(host.ask(Query.list(home))).containsExactly(home.resolve("file"));
    }

    @Test
    default void writingReplacesALinkNotItsTarget(@Home Path home) throws IOException {
        Files.writeString(home.resolve("target"), "mine");
        Files.createSymbolicLink(home.resolve("link"), home.resolve("target"));
        host(home).write(home.resolve("link"), Content.of("new"), 0600);
        assertThat(home.resolve("target")).hasContent("mine");
        assertThat(home.resolve("link")).isRegularFile();
        Files.createSymbolicLink(home.resolve("to-directory"), Files.createDirectory(home.resolve("directory")));
        host(home).write(home.resolve("to-directory"), Content.of("new"), 0600);
        assertThat(home.resolve("to-directory")).isRegularFile().hasContent("new");
        assertThat(home.resolve("directory")).isEmptyDirectory();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            missing/file   | its directory does not exist
            regular/file   | Not a directory
            directory      | Is a directory
            """)
    default void aFailedWriteIsExplainedAndLeavesNoFile(String name, String reason, @Home Path home)
            throws IOException {
        Files.writeString(home.resolve("regular"), "mine");
        Files.createDirectory(home.resolve("directory"));
        Host host = host(home);
        Path path = home.resolve(name);
        assertThatThrownBy(() -> host.write(path, Content.of("new"), 0644))
                .isInstanceOf(UserError.class)
                .hasMessage("Cannot write " + path + ": " + reason + ".");
        assertThat(host.ask(Query.list(home))).containsExactly(home.resolve("directory"), home.resolve("regular"));
        assertThat(home.resolve("regular")).hasContent("mine");
    }

    @Test
    default void reportsTheStateOfAPath(@Home Path home) {
        Host host = host(home);
        int uid = host.facts().uid();
        // The host creates them, so that they belong to its user.
        String script = "cd \"$1\" && printf content >regular && chmod 640 regular && mkdir -m 750 directory"
                + " && mkdir -m 1777 sticky && ln -s regular link && ln -s nothing dangling && mkfifo pipe";
        assertThat(host.run(shell(script, home.toString())).succeeded()).isTrue();

        Map<String, FileState> expected = Map.of(
                "regular", new FileState.Regular(Content.of("content"), 0640, uid),
                "directory", new FileState.Directory(0750, uid),
                "sticky", new FileState.Directory(01777, uid),
                "link", new FileState.Other("symbolic link", uid),
                "dangling", new FileState.Other("symbolic link", uid),
                "pipe", new FileState.Other("special file", uid),
                "nothing", new FileState.Absent(),
                "nothing/below", new FileState.Absent(),
                "regular/below", new FileState.Absent());
        expected.forEach((name, state) ->
                assertThat(host.ask(Query.file(home.resolve(name)))).as(name).isEqualTo(state));
    }

    @Test
    default void reportsTheStateOfAPathWithoutReading(@Home Path home) throws IOException {
        Host host = host(home);
        host.write(home.resolve("file"), Content.of(bytes(1_000_000)), 0640);
        host.createDirectory(home.resolve("folder"), 0750);
        Files.createSymbolicLink(home.resolve("link"), Path.of("file"));
        int owner = (Integer) Files.getAttribute(home, "unix:uid");
        assertThat(host.ask(Query.stat(home.resolve("file"))))
                .isEqualTo(new FileState.Unread(0640, owner, 1, 1_000_000));
        Files.createLink(home.resolve("second name"), home.resolve("file"));
        assertThat(host.ask(Query.stat(home.resolve("file"))))
                .isEqualTo(new FileState.Unread(0640, owner, 2, 1_000_000));
        for (String name : List.of("folder", "link", "nothing", "missing/nothing", "file/nothing")) {
            assertThat(host.ask(Query.stat(home.resolve(name)))).isEqualTo(host.ask(Query.file(home.resolve(name))));
        }
    }

    @Test
    default void listsADirectorySorted(@Home Path home) throws IOException {
        for (String name : List.of("b", ".hidden", "a")) {
            Files.writeString(home.resolve(name), "");
        }
        Files.createSymbolicLink(home.resolve("link"), home);
        Host host = host(home);
        assertThat(host.ask(Query.list(home)))
                .containsExactlyElementsOf(Stream.of(".hidden", "a", "b", "link")
                        .map(home::resolve)
                        .toList());
        for (String name : List.of("nothing", "a", "link")) {
            assertThat(host.ask(Query.list(home.resolve(name)))).as(name).isEmpty();
        }
    }

    @Test
    default void deletesFilesAndEmptyDirectories(@Home Path home) throws IOException {
        Files.writeString(home.resolve("file"), "");
        Files.createDirectory(home.resolve("empty"));
        Files.createDirectory(home.resolve("full"));
        Files.writeString(home.resolve("full/file"), "");
        Files.createSymbolicLink(home.resolve("link"), home.resolve("full"));
        Host host = host(home);
        for (String name : List.of("file", "empty", "link", "full", "nothing")) {
            host.delete(home.resolve(name));
        }
        assertThat(host.ask(Query.list(home))).containsExactly(home.resolve("full"));
        assertThat(host.ask(Query.list(home.resolve("full")))).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0700", "0755", "0777"})
    default void directoriesGetTheirModeRegardlessOfTheUmask(String octal, @Home Path home) {
        Host host = host(home);
        int mode = Integer.parseInt(octal, 8);
        host.createDirectory(home.resolve("new"), mode);
        assertThat(host.ask(Query.file(home.resolve("new"))))
                .isEqualTo(new FileState.Directory(mode, host.facts().uid()));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            missing/new | its directory does not exist
            regular     | it already exists
            regular/new | Not a directory
            """)
    default void aFailedDirectoryCreationIsExplained(String name, String reason, @Home Path home) throws IOException {
        Files.writeString(home.resolve("regular"), "");
        Path path = home.resolve(name);
        Host host = host(home);
        assertThatThrownBy(() -> host.createDirectory(path, 0700))
                .isInstanceOf(UserError.class)
                .hasMessage("Cannot create " + path + ": " + reason + ".");
    }

    @Test
    default void exactlyOneConcurrentCreateSucceeds(@Home Path home) {
        Host host = host(home);
        Path path = home.resolve("lock");
        List<Integer> winners = IntStream.range(0, 20)
                .parallel()
                .filter(number -> host.create(path, Content.of("number " + number), 0600))
                .boxed()
                .toList();
        assertThat(winners).hasSize(1);
        assertThat(host.ask(Query.file(path)))
                .isEqualTo(new FileState.Regular(
                        Content.of("number " + winners.get(0)),
                        0600,
                        host.facts().uid()));
        assertThat(host.ask(Query.list(home))).containsExactly(path);
    }

    @Test
    default void aFailedFileCreationIsExplained(@Home Path home) {
        Path path = home.resolve("missing/file");
        Host host = host(home);
        assertThatThrownBy(() -> host.create(path, Content.of(""), 0600))
                .isInstanceOf(UserError.class)
                .hasMessage("Cannot write " + path + ": its directory does not exist.");
    }

    @Test
    default void movingReplacesAFileAndKeepsTheMode(@Home Path home) {
        Host host = host(home);
        host.createDirectory(home.resolve("folder"), 0755);
        host.write(home.resolve("from"), Content.of("new"), 0640);
        host.write(home.resolve("folder/to"), Content.of("old"), 0600);
        assertThat(host.move(home.resolve("from"), home.resolve("folder/to"))).isTrue();
        assertThat(host.ask(Query.file(home.resolve("folder/to"))))
                .isEqualTo(new FileState.Regular(
                        Content.of("new"), 0640, host.facts().uid()));
        assertThat(host.ask(Query.list(home))).containsExactly(home.resolve("folder"));

        assertThat(host.move(home.resolve("from"), home.resolve("folder/to"))).isFalse();
        assertThat(home.resolve("folder/to")).hasContent("new");
        Path missing = home.resolve("missing/to");
        assertThatThrownBy(() -> host.move(home.resolve("folder/to"), missing))
                .isInstanceOf(UserError.class)
                .hasMessage("Cannot write " + missing + ": its directory does not exist.");
        assertThat(home.resolve("folder/to")).hasContent("new");
    }

    @Test
    default void anyFileNameWorks(@Home Path home) {
        Host host = host(home);
        for (String name : List.of("a b", "'", "\"$HOME\"", "-rf", "a\nb", "*", "\\")) {
            Path directory = home.resolve(name);
            Path file = directory.resolve(name);
            host.createDirectory(directory, 0700);
            host.write(file, Content.of(name), 0600);
            assertThat(host.create(file, Content.of("other"), 0600)).as(name).isFalse();
            assertThat(host.ask(Query.list(directory))).as(name).containsExactly(file);
            assertThat(host.ask(Query.file(file)))
                    .as(name)
                    .isEqualTo(new FileState.Regular(
                            Content.of(name), 0600, host.facts().uid()));
            host.delete(file);
            host.delete(directory);
            assertThat(host.ask(Query.list(home))).as(name).isEmpty();
        }
    }

    @Test
    default void readsThatAreAskedTogetherEqualSingleOnes(@Home Path home) {
        script(home.resolve("fail"), "cat; echo out; echo err >&2; kill -9 $$");
        Host host = host(home);
        Path file = home.resolve("file");
        Path nothing = home.resolve("nothing");
        host.write(file, Content.of(bytes(100_000)), 0640);
        Command fail = Command.of(home + "/fail");
        Command missing = Command.of("no-such-program");
        Command echo = Command.of("echo", "later");
        Command no = Command.of("false");
        List<Query<?>> queries = List.of(
                Query.file(file),
                Query.file(nothing),
                Query.file(home),
                Query.stat(file),
                Query.stat(nothing),
                Query.list(home),
                Query.list(nothing),
                Query.program("sh"),
                Query.program("no-such-program"),
                Query.command(fail),
                Query.command(missing),
                Query.command(Command.of("cat").withStdin("input")),
                Query.untilOneSucceeds(List.of(no, missing, echo, Command.of("true"))),
                Query.untilOneSucceeds(List.of(echo, fail)),
                Query.untilOneSucceeds(List.of(no, missing)));
        List<Object> together = host.ask(Query.all(queries.stream()
                .<Query<Object>>map(query -> query.map(each -> (Object) each))
                .toList()));
        for (int i = 0; i < queries.size(); i++) {
            assertThat(together.get(i))
                    .usingRecursiveComparison()
                    .as("query " + i)
                    .isEqualTo(host.ask(queries.get(i)));
        }
        assertThat(host.ask(Query.untilOneSucceeds(List.of(no, missing, echo, Command.of("true")))))
                .extracting(CommandResult::exitCode)
                .containsExactly(1, CommandResult.NOT_FOUND, 0);
    }

    @Test
    default void aDependentQuerySeesTheAnswersOfTheFirst(@Home Path home) {
        Host host = host(home);
        host.write(home.resolve("name"), Content.of("other"), 0600);
        host.write(home.resolve("other"), Content.of("found"), 0600);
        Query<String> content = Query.file(home.resolve("name"))
                .then(state -> Query.file(
                        home.resolve(((FileState.Regular) state).content().text())))
                .map(state -> ((FileState.Regular) state).content().text());
        assertThat(host.ask(content)).isEqualTo("found");
        host.write(home.resolve("other"), Content.of("changed"), 0600);
        assertThat(host.ask(content)).as("asked again").isEqualTo("changed");
    }

    @Test
    default void theErrorOfOnePartCostsTheOthersNothing(@Home Path home) {
        Host host = host(home);
        UserError why = new UserError("Not today.");
        Query<Object> failing = Query.stat(home).map(state -> {
            throw why;
        });
        Optional<UserError> error =
                host.ask(failing.attempt().zip(Query.list(home), (attempt, entries) -> attempt.error()));
        assertThat(error).contains(why);
        assertThatThrownBy(() -> host.ask(failing.zip(Query.list(home), (never, entries) -> entries)))
                .isSameAs(why);
    }

    @Test
    default void theLeaseIsAProcessOnTheHost(@Home Path home) {
        Host host = host(home);
        long leasePid = host.leasePid();
        assertThat(host.run(shell("kill -0 \"$1\"", Long.toString(leasePid))).succeeded())
                .isTrue();
        assertThat(host.leasePid()).isEqualTo(leasePid);
    }

    @Test
    @Tag("linux")
    default void theHostsLoopbackCanBeReached(@Home Path home) throws IOException {
        Host host = host(home);
        InetSocketAddress there;
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            there = new InetSocketAddress(InetAddress.getLoopbackAddress(), server.getLocalPort());
            Set<String> listening = listening();
            try (Socket client = host.connect(there, Duration.ofSeconds(10));
                    Socket accepted = server.accept()) {
                assertThat(listening()).as("no listener that others could use").isSubsetOf(listening);
                client.setSoTimeout(100);
                assertThatThrownBy(() -> client.getInputStream().read()).isInstanceOf(SocketTimeoutException.class);
                client.setSoTimeout(10_000);
                accepted.getOutputStream().write(new byte[1_000_000]);
                assertThat(client.getInputStream().readNBytes(1_000_000)).hasSize(1_000_000);
                client.getOutputStream().write('?');
                accepted.setSoTimeout(10_000);
                assertThat(accepted.getInputStream().read()).isEqualTo('?');
                client.shutdownOutput();
                assertThat(accepted.getInputStream().read()).isEqualTo(-1);
                accepted.getOutputStream().write('!');
                accepted.shutdownOutput();
                assertThat(client.getInputStream().readAllBytes()).containsExactly('!');
            }
        }
        assertThatThrownBy(() -> host.connect(there, Duration.ofSeconds(10))).isInstanceOf(ConnectException.class);
    }

    /** Returns the listening TCP sockets of this process, by inode. */
    private static Set<String> listening() throws IOException {
        Set<String> ours = new HashSet<>();
        try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
            for (Path each : open.toList()) {
                if (Files.isSymbolicLink(each)) {
                    ours.add(Files.readSymbolicLink(each).toString());
                }
            }
        }
        Set<String> listening = new HashSet<>();
        for (String table : List.of("/proc/self/net/tcp", "/proc/self/net/tcp6")) {
            for (String line : Files.readAllLines(Path.of(table))) {
                String[] words = line.strip().split("\\s+");
                if (words[3].equals("0A") && ours.contains("socket:[" + words[9] + "]")) {
                    listening.add(words[9]);
                }
            }
        }
        return listening;
    }

    @Test
    default void identityComesFromTheHostsOwnTools(@Home Path home) {
        script(home.resolve("uname"), "[ \"$*\" = -sm ] && echo Darwin arm64");
        script(home.resolve("id"), "echo 'uid=501(ann) gid=20(staff) groups=20(staff),12(everyone)'");
        script(home.resolve("sw_vers"), "echo 15.7.1");
        Map<String, String> environment = Map.of("PATH", home + ":" + SYSTEM_PATH, "HOME", "/Users/ann");
        assertThat(host(environment).facts())
                .isEqualTo(new HostIdentity("Darwin", "arm64", "15.7.1", 501, "ann", Path.of("/Users/ann")));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            nothing special                    | true                                          | bin/tool      |
            the program is open                | chmod 777 bin/tool                            | bin/tool      | bin/tool
            its folder is open                 | chmod 777 bin                                 | bin/tool      | bin
            its folder is open but sticky      | chmod 1777 bin                                | bin/tool      |
            a folder above is open             | mkdir -p a/b; mv bin a/b; chmod 757 a         | a/b/bin/tool  | a
            a link out of an open folder       | mkdir o; chmod 777 o; ln -s ../bin/tool o/l   | o/l           | o
            a link into an open folder         | mkdir o; mv bin/tool o; chmod 777 o; ln -s ../o/tool bin/l | bin/l | o
            a link to a link in an open folder | mkdir o; ln -s ../bin/tool o/l; chmod 777 o; ln -s o/l l | l    | o
            a folder that is a link            | chmod 777 bin; ln -s bin d                    | d/tool        | bin
            a folder that is a link, in order  | ln -s "$PWD/bin" d                            | d/tool        |
            blanks and quotes in its name      | mv bin "b i'n"; chmod 777 "b i'n"             | "b i'n/tool"  | "b i'n"
            """, quoteCharacter = '"')
    default void programsThatOthersCouldReplaceAreReported(
            String name, String preparation, String program, String open, @Home Path home) {
        Host host = host(home);
        host.createDirectory(home.resolve("bin"), 0755);
        script(home.resolve("bin/tool"), "true");
        CommandResult prepared = host.run(shell("cd \"$1\" && " + preparation, home.toString()));
        assertThat(prepared.succeeded()).as(prepared.errorText()).isTrue();
        String path = home.resolve(program).toString();

        ProgramAudit audit =
                ProgramAudit.read(host.run(ProgramAudit.command(List.of(path))).text(), host.facts());

        assertThat(audit.missing()).isEmpty();
        if (open == null) {
            assertThat(audit.unsafe()).isEmpty();
            audit.requireSafe();
        } else {
            assertThat(audit.unsafe().get(path)).startsWith(home.resolve(open) + " can be written by everybody (");
            assertThatThrownBy(audit::requireSafe).isInstanceOf(UserError.class).hasMessageContaining("chmod go-w");
        }
    }

    @Test
    @Tag("linux")
    default void systemToolsAreFoundInSystemDirectoriesFirst(@Home Path home) {
        for (String tool : List.of("ps", "ls", "launchctl")) {
            script(home.resolve(tool), "echo mine");
        }
        Host host = host(Map.of("PATH", home + ":" + SYSTEM_PATH, "HOME", home.toString()));

        assertThat(host.ask(Query.program("ps"))).get().isNotEqualTo(home.resolve("ps"));
        assertThat(host.run(Command.of("ps", "-p", "1")).text()).doesNotContain("mine");
        assertThat(host.ask(Query.program("ls"))).contains(home.resolve("ls"));
        assertThat(host.tools().unsafe()).isEmpty();
        assertThat(host.tools().missing()).contains("plutil").doesNotContain("launchctl", "ps");
        assertThat(host.run(shell("chmod 777 \"$1\"", home.toString())).succeeded())
                .isTrue();
        ProgramAudit now = ProgramAudit.read(
                host.run(ProgramAudit.command(ProgramAudit.TOOLS)).text(), host.facts());
        assertThat(now.unsafe()).containsOnlyKeys("launchctl");
    }

    @Test
    default void identityOfThisMachineIsCorrect(@Home Path home) throws IOException {
        HostIdentity facts = host(home).facts();
        assertThat(facts.uid()).isEqualTo(Files.getAttribute(home, "unix:uid"));
        assertThat(facts.home()).isEqualTo(home);
        assertThat(facts.os()).isIn("Linux", "Darwin");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "relative"})
    default void anInvalidHomeIsRejected(String value) {
        Host host = host(Map.of("PATH", SYSTEM_PATH, "HOME", value));
        assertThatThrownBy(host::facts)
                .isInstanceOf(UserError.class)
                .hasMessage("HOME is not set to an absolute path; set it to your home directory.");
    }

    @Test
    default void theFirstMeaningfulLineIsReported() {
        record Case(String stdout, String stderr, String firstLine) {}
        for (Case each : List.of(
                new Case("out\n", "\n  err  \nmore\n", "err"),
                new Case("\nout\n", " \n", "out"),
                new Case("", "stdin: Unexpected character. \n", "stdin: Unexpected character"),
                new Case("Downloading ...\n", "...\n", "Downloading"),
                new Case("", "", "no message, exit code 3"))) {
            byte[] stdout = each.stdout.getBytes(StandardCharsets.UTF_8);
            byte[] stderr = each.stderr.getBytes(StandardCharsets.UTF_8);
            assertThat(new CommandResult(3, stdout, stderr).firstLine()).isEqualTo(each.firstLine);
        }
    }
}
