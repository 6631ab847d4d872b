package standin.launchd;

import static org.assertj.core.api.Assertions.assertThat;

import com.dd.plist.BinaryPropertyListWriter;
import dev.aiserver.host.CommandResult;
import dev.aiserver.host.Poller;
import dev.aiserver.standin.Agent;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests what every implementation of launchctl must do. */
abstract class LaunchctlConformance {
    private static final String LABEL = "com.example.job";
    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final double TIME_SCALE = 0.05;

    private final Poller poller = new Poller(Duration.ofMillis(10));

    @TempDir
    Path home;

    private EmbeddedLaunchctl launchctl =
            new EmbeddedLaunchctl(new Account(0, "", Path.of("/"), TIME_SCALE, List.of()), Quirks.usual());
    private int uid;

    /** Calls the launchctl under test, which uses the launchd of the embedded one. */
    abstract CommandResult run(EmbeddedLaunchctl launchctl, List<String> argv);

    @BeforeEach
    void bootADefaultMac() throws IOException {
        boot(Quirks.usual());
    }

    @AfterEach
    void close() {
        launchctl.close();
    }

    private void boot(Quirks quirks, String... spawnPrefix) throws IOException {
        uid = (Integer) Files.getAttribute(home, "unix:uid");
        launchctl.close();
        launchctl = new EmbeddedLaunchctl(new Account(uid, "ann", home, TIME_SCALE, List.of(spawnPrefix)), quirks);
    }

    private CommandResult run(String... argv) {
        return run(launchctl, List.of(argv));
    }

    private int code(String... argv) {
        return run(argv).exitCode();
    }

    private String gui() {
        return "gui/" + uid;
    }

    private String target() {
        return gui() + "/" + LABEL;
    }

    private Agent agent(String script) {
        return new Agent(home, LABEL, script);
    }

    private CommandResult bootstrap(Agent agent) {
        return run("bootstrap", gui(), agent.plist().toString());
    }

    private String print() {
        return run("print", target()).text();
    }

    private String awaitPrint(Predicate<String> wanted) {
        boolean printed = poller.await(TIMEOUT, () -> wanted.test(print()));
        String print = print();
        assertThat(printed).as(print).isTrue();
        return print;
    }

    private void awaitGone() {
        assertThat(poller.await(TIMEOUT, () -> code("print", target()) == 113)).isTrue();
    }

    private static long pid(String print) {
        return print.lines()
                .filter(line -> line.startsWith("\tpid = "))
                .map(line -> Long.parseLong(line.substring(7)))
                .findFirst()
                .orElse(0L);
    }

    private static boolean isAlive(long pid) {
        return ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false);
    }

    @Test
    void aBootstrappedJobRuns() throws IOException {
        assertThat(bootstrap(agent(Agent.LONG_RUNNING).written()).exitCode()).isZero();
        String print = print();
        assertThat(print).contains("\n\tstate = running\n", "\n\truns = 1\n", "(never exited)");
        assertThat(isAlive(pid(print))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(ints = {5, 37, 17})
    void aSecondBootstrapFailsWithTheCodeOfThisMac(int code) throws IOException {
        boot(Quirks.usual().codes(code, 5, 119, 125));
        Agent agent = agent(Agent.LONG_RUNNING).written();
        bootstrap(agent);
        CommandResult second = bootstrap(agent);
        assertThat(second.exitCode()).isEqualTo(code);
        assertThat(second.errorText()).startsWith("Bootstrap failed: " + code + ": ");
    }

    @ParameterizedTest
    @ValueSource(ints = {5, 37})
    void bootoutReturnsBeforeTheProcessHasEnded(int drainCode) throws IOException {
        boot(Quirks.usual().codes(5, drainCode, 119, 125));
        Path ready = home.resolve("ready");
        Agent agent = agent("trap '' TERM; : >" + ready + "; while :; do sleep 600; done")
                .with("ExitTimeOut", 20)
                .written();
        bootstrap(agent);
        assertThat(poller.await(TIMEOUT, () -> Files.exists(ready))).isTrue();
        long pid = pid(print());
        assertThat(code("bootout", target())).isZero();
        assertThat(print()).contains("\tstate = SIGTERMed\n", "\tpid = " + pid + "\n");
        assertThat(isAlive(pid)).isTrue();
        assertThat(bootstrap(agent).exitCode()).isEqualTo(drainCode);
        assertThat(code("kickstart", target())).isEqualTo(37);
        awaitGone();
        assertThat(isAlive(pid)).isFalse();
        assertThat(bootstrap(agent).exitCode()).isZero();
    }

    @Test
    void aServiceThatIsNotLoadedIsReported() throws IOException {
        assertThat(code("bootout", target())).isEqualTo(3);
        assertThat(code("bootout", gui(), home + "/none.plist")).isEqualTo(5);
        assertThat(code("kickstart", target())).isEqualTo(113);
        CommandResult print = run("print", target());
        assertThat(print.exitCode()).isEqualTo(113);
        assertThat(print.errorText())
                .isEqualTo(
                        "Bad request.\nCould not find service \"" + LABEL + "\" in domain for user gui: " + uid + "\n");
        assertThat(run("print", "system/" + LABEL).errorText()).contains("in domain for system");
        assertThat(code("list", LABEL)).isEqualTo(113);
    }

    @ParameterizedTest
    @ValueSource(ints = {119, 5})
    void aDisabledLabelCannotBeLoadedUntilItIsEnabled(int code) throws IOException {
        boot(Quirks.usual().codes(5, 5, code, 125));
        Agent agent = agent(Agent.LONG_RUNNING).written();
        assertThat(code("disable", target())).isZero();
        assertThat(run("print-disabled", gui()).text()).contains("\t\t\"" + LABEL + "\" => disabled\n");
        assertThat(bootstrap(agent).exitCode()).isEqualTo(code);
        assertThat(code("enable", target())).isZero();
        assertThat(run("print-disabled", gui()).text()).contains("\t\t\"" + LABEL + "\" => enabled\n");
        assertThat(bootstrap(agent).exitCode()).isZero();
    }

    @ParameterizedTest
    @CsvSource({"true, 5", "false, 122"})
    void aFileWritableByOthersIsRefused(boolean opaque, int code) throws IOException {
        boot(new Quirks(5, 5, 119, 125, "15.5", true, false, opaque, List.of()));
        Agent agent = agent(Agent.LONG_RUNNING).written();
        Files.setPosixFilePermissions(agent.plist(), PosixFilePermissions.fromString("rw-rw-rw-"));
        assertThat(bootstrap(agent).exitCode()).isEqualTo(code);
        assertThat(launchctl.log()).last().asString().contains("122: Path had bad ownership/permissions");
    }

    @ParameterizedTest
    @CsvSource({
        "<plist, 109",
        "<plist version=\"1.0\"><dict/></plist>, 110",
        "<plist version=\"1.0\"><dict><key>Label</key><string>a</string></dict></plist>, 111"
    })
    void aFileWithoutAValidJobIsRefused(String content, int reason) throws IOException {
        boot(new Quirks(5, 5, 119, 125, "15.5", true, false, false, List.of()));
        Agent agent = agent("");
        Files.writeString(agent.plist(), content);
        Files.setPosixFilePermissions(agent.plist(), PosixFilePermissions.fromString("rw-r--r--"));
        assertThat(bootstrap(agent).exitCode()).isEqualTo(reason);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/no/such/program", "/etc/passwd"})
    void bootstrapSucceedsIfTheProgramCannotRun(String program) throws IOException {
        assertThat(bootstrap(agent("").running(program).written()).exitCode()).isZero();
        assertThat(print())
                .contains("\tstate = spawn scheduled\n", "\tlast exit code = 78: EX_CONFIG\n", "= spawn failed\n")
                .doesNotContain("\tpid = ");
    }

    @Test
    void bootstrapSucceedsIfTheLogCannotBeOpened() throws IOException {
        Agent agent = agent(Agent.LONG_RUNNING).with("StandardOutPath", home.toString());
        assertThat(bootstrap(agent.written()).exitCode()).isZero();
        assertThat(print()).contains("\tlast exit code = 78: EX_CONFIG\n");
    }

    @Test
    void anEditedFileTakesEffectOnlyAfterBootoutAndBootstrap() throws IOException {
        Agent agent = agent(Agent.LONG_RUNNING).with("ThrottleInterval", 1).written();
        bootstrap(agent);
        long first = pid(print());
        agent.running("/bin/sh", "-c", Agent.LONG_RUNNING, "edited").written();
        assertThat(code("kickstart", "-k", target())).isZero();
        String restarted = awaitPrint(print -> print.contains("\tstate = running\n") && pid(print) != first);
        assertThat(restarted).doesNotContain("\t\tedited\n");
        assertThat(run("kickstart", "-p", target()).text()).isEqualTo(pid(restarted) + "\n");
        code("bootout", target());
        awaitGone();
        bootstrap(agent);
        assertThat(print()).contains("\t\tedited\n");
    }

    @Test
    void aFailedJobIsRestartedAfterTheThrottleInterval() throws IOException {
        Path starts = home.resolve("starts");
        bootstrap(agent("date +%s%N >>" + starts + "; exit 1").written());
        String waiting = awaitPrint(print -> print.contains("\tstate = spawn scheduled\n"));
        assertThat(waiting).contains("\tlast exit code = 1\n", "\tjob state = exited\n", "\tminimum runtime = 10\n");
        awaitPrint(print -> print.contains("\truns = 3\n"));
        assertThat(poller.await(TIMEOUT, () -> lines(starts).size() >= 3)).isTrue();
        List<String> times = lines(starts);
        long between = Long.parseLong(times.get(2)) - Long.parseLong(times.get(0));
        assertThat(Duration.ofNanos(between)).isBetween(Duration.ofMillis(700), Duration.ofSeconds(8));
    }

    @ParameterizedTest
    @CsvSource({"0, not running", "3, spawn scheduled"})
    void keepAliveUnlessSuccessfulRestartsOnlyFailedJobs(int exit, String state) throws IOException {
        bootstrap(agent("exit " + exit)
                .with("KeepAlive", Map.of("SuccessfulExit", false))
                .written());
        String print = awaitPrint(text -> text.contains("\tlast exit code = " + exit + "\n"));
        assertThat(print).contains("\tstate = " + state + "\n", "\t\tsuccessful exit => 0\n");
    }

    @Test
    void aJobWithoutRunAtLoadWaitsForKickstart() throws IOException {
        bootstrap(agent(Agent.LONG_RUNNING)
                .with("RunAtLoad", false)
                .with("KeepAlive", false)
                .written());
        assertThat(print()).contains("\tstate = not running\n", "\tjob state = uninitialized\n");
        assertThat(code("kill", "SIGHUP", target())).isEqualTo(3);
        assertThat(code("kickstart", target())).isZero();
        assertThat(print()).contains("\tstate = running\n", "\timmediate reason = non-ipc demand\n");
    }

    @Test
    void aKilledProcessHasASignalInsteadOfAnExitCode() throws IOException {
        bootstrap(agent(Agent.LONG_RUNNING).written());
        assertThat(code("kill", "SIGKILL", target())).isZero();
        assertThat(awaitPrint(print -> print.contains("\tlast terminating signal = Killed: 9\n")))
                .doesNotContain("last exit code");
    }

    @ParameterizedTest
    @CsvSource({
        "print, gui/424242, 112, Could not find domain for user gui: 424242",
        "print, garbage, 64, Unrecognized target specifier.",
        "bootout, garbage, 64, Unrecognized target specifier.",
        "bootstrap, gui/424242, 64, Unrecognized target specifier.",
        "frobnicate, x, 1, Unrecognized subcommand: frobnicate"
    })
    void anInvalidTargetIsReported(String verb, String target, int code, String sentence) throws IOException {
        CommandResult result = run(verb, target);
        assertThat(result.exitCode()).isEqualTo(code);
        assertThat(result.errorText()).startsWith(sentence + "\n");
    }

    @ParameterizedTest
    @CsvSource({"14.7, 64", "15.7, 64", "26.5, 0"})
    void bootoutWaitsOnlyOnVersionsThatSupportIt(String version, int code) throws IOException {
        boot(Quirks.usual().on(version));
        bootstrap(agent(Agent.LONG_RUNNING).written());
        assertThat(code("bootout", "--wait", target())).isEqualTo(code);
        assertThat(code("print", target())).isEqualTo(code == 0 ? 113 : 0);
    }

    @Test
    void listShowsTheExitCodeAndTheRawStatus() throws IOException {
        bootstrap(agent("exit 1").written());
        awaitPrint(print -> print.contains("\tlast exit code = 1\n"));
        assertThat(run("list").text()).startsWith("PID\tStatus\tLabel\n").contains("-\t1\t" + LABEL + "\n");
        assertThat(run("list", LABEL).text()).contains("\t\"LastExitStatus\" = 256;\n", "\t\"OnDemand\" = false;\n");
        assertThat(run("print", gui()).text()).contains("\t\t       0      1 \t" + LABEL + "\n");
    }

    @ParameterizedTest
    @ValueSource(ints = {125, 112})
    void withoutADesktopSessionTheGuiDomainDoesNotExist(int code) throws IOException {
        boot(Quirks.usual().codes(5, 5, 119, code).overSsh(false));
        Agent agent = agent(Agent.LONG_RUNNING)
                .with("LimitLoadToSessionType", new Object[] {"Aqua", "Background"})
                .written();
        assertThat(code("print", target())).isEqualTo(code);
        assertThat(bootstrap(agent).exitCode()).isEqualTo(code);
        assertThat(code("bootout", target())).isEqualTo(code);
        assertThat(code("kickstart", target())).isEqualTo(code);
        assertThat(run("managername").text()).isEqualTo("Background\n");
        assertThat(code("bootstrap", "user/" + uid, agent.plist().toString())).isZero();
        assertThat(run("list").text()).contains(LABEL);
    }

    @Test
    void aDesktopAgentCannotBeLoadedIntoTheBackgroundDomain() throws IOException {
        Agent agent = agent(Agent.LONG_RUNNING).written();
        assertThat(code("bootstrap", "user/" + uid, agent.plist().toString())).isEqualTo(5);
        assertThat(launchctl.log()).last().asString().contains("134: Service cannot load in requested session");
    }

    @Test
    void aProcessGetsTheDocumentedEnvironmentOnly() throws IOException {
        run("setenv", "OLLAMA_HOST", "0.0.0.0:11434");
        run("setenv", "FROM_SESSION", "1");
        Path out = home.resolve("log/out");
        bootstrap(agent("")
                .running(
                        "/bin/sh",
                        "-c",
                        "env; pwd; umask; ulimit -Sn; printf '%s|' \"$@\"; echo end",
                        "sh",
                        "a  b",
                        "$HOME;",
                        "")
                .with("EnvironmentVariables", Map.of("OLLAMA_HOST", "127.0.0.1:11434"))
                .with("WorkingDirectory", home.toString())
                .with("StandardOutPath", out.toString())
                .with("StandardErrorPath", out.toString())
                .with("Umask", 63)
                .with("SoftResourceLimits", Map.of("NumberOfFiles", 200))
                .with("HardResourceLimits", Map.of("NumberOfFiles", 300))
                .with("KeepAlive", false)
                .written());
        assertThat(poller.await(TIMEOUT, () -> lines(out).contains("a  b|$HOME;||end")))
                .isTrue();
        List<String> lines = lines(out);
        Set<String> names = lines.stream()
                .filter(line -> line.matches("[A-Za-z_]+=.*"))
                .map(line -> line.substring(0, line.indexOf('=')))
                .collect(Collectors.toSet());
        // The shell of this test sets these three.
        names.removeAll(Set.of("PWD", "SHLVL", "_"));
        assertThat(names)
                .containsExactlyInAnyOrder(
                        "PATH",
                        "HOME",
                        "USER",
                        "LOGNAME",
                        "SHELL",
                        "TMPDIR",
                        "SSH_AUTH_SOCK",
                        "XPC_SERVICE_NAME",
                        "XPC_FLAGS",
                        "OSLogRateLimit",
                        "OLLAMA_HOST",
                        "FROM_SESSION");
        assertThat(lines)
                .contains("PATH=/usr/bin:/bin:/usr/sbin:/sbin", "XPC_SERVICE_NAME=" + LABEL, "HOME=" + home)
                .contains("OLLAMA_HOST=127.0.0.1:11434", home.toString(), "0077", "200");
    }

    @Test
    void outputIsAppendedToTheLog() throws IOException {
        Path out = home.resolve("out");
        Files.writeString(out, "before\n");
        bootstrap(agent("echo after").with("StandardOutPath", out.toString()).written());
        assertThat(poller.await(TIMEOUT, () -> lines(out).equals(List.of("before", "after"))))
                .isTrue();
    }

    @Test
    void aSymbolicLinkIsLoadedByBootstrapButNotAtLogin() throws IOException {
        Path agents = Files.createDirectories(home.resolve("Library/LaunchAgents"));
        Agent agent = agent(Agent.LONG_RUNNING).written();
        Path link = Files.createSymbolicLink(agents.resolve(LABEL + ".plist"), agent.plist());
        Agent real = new Agent(agents, "com.example.real", Agent.LONG_RUNNING).written();
        assertThat(code("bootstrap", gui(), link.toString())).isZero();
        launchctl.logOut();
        launchctl.logIn();
        assertThat(code("print", target())).isEqualTo(113);
        assertThat(code("print", gui() + "/" + real.label())).isZero();
    }

    @Test
    void binaryPropertyListsAreSupported() throws IOException {
        Agent agent = agent(Agent.LONG_RUNNING).written();
        byte[] xml = Files.readAllBytes(agent.plist());
        Files.write(agent.plist(), binary(xml));
        assertThat(bootstrap(agent).exitCode()).isZero();
        assertThat(print()).contains("\tstate = running\n");
    }

    private static byte[] binary(byte[] xml) throws IOException {
        try {
            return BinaryPropertyListWriter.writeToArray(PropertyListReader.parse(xml));
        } catch (LaunchdFailure e) {
            throw new IOException(e);
        }
    }

    @Test
    void printOutputContainsBytesThatAreNotUtf8() throws IOException {
        bootstrap(agent(Agent.LONG_RUNNING).written());
        byte[] bytes = run("print", target()).stdout();
        assertThat(new String(bytes, StandardCharsets.ISO_8859_1)).contains("0 = \u00fa\u00de\t");
        assertThat(new String(bytes, StandardCharsets.UTF_8).lines().filter(line -> line.endsWith("state = active")))
                .hasSize(2);
    }

    @Test
    void theLegacyVerbsAlwaysSucceed() throws IOException {
        Agent agent = agent(Agent.LONG_RUNNING).written();
        assertThat(code("load", "-w", agent.plist().toString())).isZero();
        CommandResult second = run("load", agent.plist().toString());
        assertThat(second.exitCode()).isZero();
        assertThat(second.errorText()).startsWith("Load failed: 5: Input/output error\n");
        assertThat(code("unload", "-w", agent.plist().toString())).isZero();
        awaitGone();
        assertThat(run("print-disabled", gui()).text()).contains("\"" + LABEL + "\" => disabled");
        assertThat(run("error", "125").text()).isEqualTo("125: Domain does not support specified action\n");
    }

    @Test
    void childProcessesOfAJobEndWithIt() throws IOException, InterruptedException {
        Path held = home.resolve("held");
        new ProcessBuilder("mkfifo", held.toString()).start().waitFor();
        bootstrap(agent("trap 'exit 0' TERM; sleep 600 >" + held + " & wait").written());
        // Opening waits for the child to open the pipe; reading ends when no process has it open.
        try (InputStream fifo = Files.newInputStream(held)) {
            code("bootout", target());
            assertThat(CompletableFuture.supplyAsync(() -> readOne(fifo)))
                    .succeedsWithin(TIMEOUT)
                    .isEqualTo(-1);
        }
    }

    private static int readOne(InputStream stream) {
        try {
            return stream.read();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void theSpawnPrefixRunsTheProgram() throws IOException {
        boot(Quirks.usual(), "/usr/bin/env", "PREFIXED=yes");
        Path out = home.resolve("out");
        bootstrap(
                agent("echo $PREFIXED").with("StandardOutPath", out.toString()).written());
        assertThat(poller.await(TIMEOUT, () -> lines(out).contains("yes"))).isTrue();
    }

    private static List<String> lines(Path file) {
        try {
            return Files.exists(file) ? Files.readAllLines(file) : List.of();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
