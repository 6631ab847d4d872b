package dev.aiserver.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aiserver.host.CommandResult;
import dev.aiserver.host.FileState;
import dev.aiserver.host.Host;
import dev.aiserver.host.Poller;
import dev.aiserver.host.UserError;
import dev.aiserver.standin.Agent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import standin.launchd.Account;
import standin.launchd.EmbeddedLaunchctl;
import standin.launchd.Fault;
import standin.launchd.ProgramResult;
import standin.launchd.Quirks;

/** The behavior of {@link Launchd}, however launchctl is reached and whichever Mac answers. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class LaunchdContract {
    private static final String LABEL = "com.example.job";
    private static final double TIME_SCALE = 0.02;
    private static final ProgramResult SILENT_SUCCESS = ProgramResult.of(0, "", "");
    private static final ProgramResult OPAQUE = ProgramResult.of(
            5, "", "Bootstrap failed: 5: Input/output error\nTry re-running the command as root for richer errors.\n");
    private static final Timing TIMING = new Timing(
            Duration.ofMillis(40),
            Duration.ofSeconds(5),
            List.of(Duration.ofMillis(20), Duration.ofMillis(50), Duration.ofMillis(100)),
            Duration.ofSeconds(3),
            Duration.ofMillis(300),
            Duration.ofSeconds(5));

    @TempDir
    Path home;

    private final List<AutoCloseable> open = new ArrayList<>();

    /**
     * Returns the host.
     *
     * @param open resources to close after the test, last first
     */
    abstract Host host(EmbeddedLaunchctl launchctl, List<AutoCloseable> open);

    /** A booted Mac and the control of its agents. */
    private record Mac(EmbeddedLaunchctl launchctl, WatchedHost host, Launchd launchd, int uid) {

        LaunchctlPrint loaded() {
            assertThat(status()).isInstanceOf(JobStatus.Loaded.class);
            return ((JobStatus.Loaded) status()).print();
        }

        JobStatus status() {
            return host.ask(launchd.jobs().status(LABEL));
        }

        boolean hasDesktopSession() {
            return host.ask(launchd.jobs().hasDesktopSession());
        }

        void start(Agent agent) {
            launchd.start(agent.label(), agent.plist(), Readiness.RUNNING_IS_ENOUGH);
        }

        /** Starts a job whose process creates this file when it is ready. */
        void start(Agent agent, Path ready) {
            launchd.start(
                    agent.label(),
                    agent.plist(),
                    () -> Files.exists(ready) ? Optional.empty() : Optional.of("it is not ready yet"));
        }
    }

    private Mac boot(Quirks quirks) throws IOException {
        return boot(quirks, TIMING);
    }

    private Mac boot(Quirks quirks, Timing timing) throws IOException {
        int uid = (Integer) Files.getAttribute(home, "unix:uid");
        EmbeddedLaunchctl launchctl =
                new EmbeddedLaunchctl(new Account(uid, "ann", home, TIME_SCALE, List.of()), quirks);
        open.add(launchctl);
        WatchedHost host = new WatchedHost(host(launchctl, open));
        Launchd launchd = new Launchd(host, uid, new Poller(Duration.ofMillis(10)), timing);
        return new Mac(launchctl, host, launchd, uid);
    }

    /** Returns a timing whose window is longer than a process start on a slow machine. */
    private static Timing watching(Duration window, Duration deadline) {
        return new Timing(
                window, deadline, TIMING.pauses(), TIMING.reloadGrace(), TIMING.drainGrace(), TIMING.killGrace());
    }

    @AfterEach
    void closeAll() throws Exception {
        for (int i = open.size() - 1; i >= 0; i--) {
            open.get(i).close();
        }
        open.clear();
    }

    private Agent agent(String script) {
        return new Agent(home, LABEL, script);
    }

    private static boolean isAlive(LaunchctlPrint print) {
        return ProcessHandle.of(print.pid().orElse(0))
                .map(ProcessHandle::isAlive)
                .orElse(false);
    }

    private static void assertUserError(ThrowingCallable action, String... parts) {
        assertThatThrownBy(action)
                .isInstanceOfSatisfying(
                        UserError.class, error -> assertThat(error.sentence()).contains(parts));
    }

    /** Returns the variants of launchctl with which the lifecycle is tested. */
    abstract Stream<Quirks> macs();

    static Stream<Quirks> everyMac() {
        List<Quirks> macs = new ArrayList<>();
        for (int already : new int[] {5, 37, 17}) {
            for (int drain : new int[] {5, 37}) {
                for (int disabled : new int[] {5, 119}) {
                    for (int noDesktop : new int[] {125, 112}) {
                        macs.add(Quirks.usual().codes(already, drain, disabled, noDesktop));
                    }
                }
            }
        }
        return macs.stream();
    }

    /** Meets every exit code of this Mac: a lost enable, a drain, a load reported as failed, a logout. */
    @ParameterizedTest
    @MethodSource("macs")
    void theWholeLifecycleWorksOnEveryMac(Quirks quirks) throws IOException {
        Mac mac = boot(quirks.withFaults(
                new Fault("enable", 1, new Fault.Answer(SILENT_SUCCESS)),
                new Fault("bootstrap", 3, new Fault.Answer(ProgramResult.of(quirks.drainCode(), "", ""))),
                new Fault("bootstrap", 5, new Fault.ActThenAnswer(ProgramResult.of(quirks.alreadyCode(), "", ""))),
                new Fault("bootstrap", 6, new Fault.LogOut())));
        mac.launchctl().run(List.of("disable", "gui/" + mac.uid() + "/" + LABEL));
        Path reloaded = home.resolve("reloaded");
        Path listening = home.resolve("listening");
        Agent agent = agent("trap ': >" + reloaded + "' USR2; : >" + listening + "; " + Agent.LONG_RUNNING)
                .with("ThrottleInterval", 1)
                .written();

        mac.start(agent);
        LaunchctlPrint first = mac.loaded();
        assertThat(first.isRunning()).isTrue();
        assertThat(first.plist()).contains(agent.plist());

        agent.with("EnvironmentVariables", Map.of("A", "b")).written();
        Files.deleteIfExists(listening);
        mac.launchd()
                .start(
                        LABEL,
                        agent.plist(),
                        () -> Files.exists(listening) ? Optional.empty() : Optional.of("it does not listen"));
        LaunchctlPrint second = mac.loaded();
        assertThat(second.pid()).isNotEqualTo(first.pid());
        assertThat(isAlive(first)).isFalse();

        mac.launchd()
                .reload(
                        LABEL,
                        "127.0.0.1:1",
                        Readiness.RUNNING_IS_ENOUGH,
                        () -> Files.exists(reloaded) ? Optional.empty() : Optional.of("not reloaded"));
        assertThat(mac.loaded().pid()).isEqualTo(second.pid());

        mac.launchd().restart(LABEL, Readiness.RUNNING_IS_ENOUGH);
        assertThat(mac.loaded().pid()).isNotEqualTo(second.pid());
        assertThat(isAlive(second)).isFalse();

        mac.start(agent);
        LaunchctlPrint last = mac.loaded();
        mac.launchd().stop(LABEL);
        assertThat(mac.status()).isEqualTo(new JobStatus.Absent());
        assertThat(isAlive(last)).isFalse();
        mac.launchd().stop(LABEL);

        assertUserError(() -> mac.start(agent), "no desktop session", "log in");
        assertThat(mac.host().launchctlVerbs()).doesNotContain("load", "unload", "list");
    }

    @Test
    void aLabelIsEnabledBeforeItIsLoaded() throws IOException {
        Mac mac = boot(Quirks.usual());
        mac.start(agent(Agent.LONG_RUNNING).written());
        assertThat(mac.host().launchctlVerbs()).containsSubsequence("enable", "bootstrap", "print");
    }

    @Test
    void startWaitsForASlowDrain() throws IOException {
        Mac mac = boot(Quirks.usual().withFaults(new Fault("bootout", 1, new Fault.Linger(Duration.ofMillis(400)))));
        Agent agent = agent("trap 'sleep 0.3; exit 0' TERM; while :; do sleep 0.05; done")
                .with("ExitTimeOut", 60)
                .written();
        mac.start(agent);
        LaunchctlPrint first = mac.loaded();
        mac.start(agent);
        assertThat(mac.loaded().pid()).isNotEqualTo(first.pid());
        assertThat(isAlive(first)).isFalse();
    }

    /** Returns a script that ignores SIGTERM; its sleep is killed with it. */
    private static String ignoringTerm(Path ready) {
        return "trap '' TERM; : >'" + ready + "'; while :; do sleep 600; done";
    }

    @Test
    void stopKillsAJobThatIgnoresSigterm() throws IOException {
        Mac mac = boot(Quirks.usual());
        Path ready = home.resolve("ready");
        mac.start(agent(ignoringTerm(ready)).written(), ready);
        LaunchctlPrint running = mac.loaded();
        mac.launchd().stop(LABEL);
        assertThat(isAlive(running)).isFalse();
        assertThat(mac.host().commands).noneMatch(command -> command.contains("SIGKILL"));
    }

    @Test
    void aJobThatLaunchdDoesNotKillIsKilled() throws IOException {
        Mac mac = boot(Quirks.usual().withFaults(new Fault("bootout", 1, new Fault.DrainForever())));
        Path ready = home.resolve("ready");
        mac.start(agent(ignoringTerm(ready)).with("ExitTimeOut", 1).written(), ready);
        LaunchctlPrint running = mac.loaded();
        mac.launchd().stop(LABEL);
        assertThat(isAlive(running)).isFalse();
        assertThat(mac.host().commands).anyMatch(command -> command.contains("SIGKILL"));
    }

    @Test
    void aCrashLoopIsReportedWithItsExitAndLog() throws IOException {
        Mac mac = boot(Quirks.usual(), watching(Duration.ofSeconds(1), Duration.ofSeconds(20)));
        Path log = home.resolve("job.log");
        Agent agent = agent("exit 3").with("StandardErrorPath", log.toString()).written();
        assertUserError(() -> mac.start(agent), LABEL + " does not stay up", "exit code 3", log.toString());
    }

    @Test
    void startedJobsThatDoNotStayUpAreReported() throws IOException {
        Mac mac = boot(Quirks.usual(), watching(Duration.ofSeconds(1), Duration.ofSeconds(20)));
        String steady = LABEL + ".steady";
        Agent good = new Agent(home, steady, Agent.LONG_RUNNING).written();
        Agent bad = agent("sleep 0.3; exit 3").written();
        mac.launchd().startNoWait(steady, good.plist(), Readiness.RUNNING_IS_ENOUGH);
        mac.launchd().startNoWait(LABEL, bad.plist(), Readiness.RUNNING_IS_ENOUGH);
        assertThat(mac.launchd().exited(List.of(steady, LABEL, LABEL + ".never")))
                .extracting(exited -> exited.error().sentence())
                .containsExactly(
                        LABEL + " does not stay up: exit code 3.", LABEL + ".never does not stay up: it was unloaded.");
        assertThat(mac.launchd().exited(List.of())).isEmpty();
    }

    @Test
    void aLoadedCopyIsLookedForOnlyAfterARejection() throws IOException {
        Mac mac = boot(Quirks.usual());
        Path plist = agent(Agent.LONG_RUNNING).written().plist();
        mac.launchd().startUnloadedNoWait(LABEL, plist, Readiness.RUNNING_IS_ENOUGH);
        LaunchctlPrint first = mac.loaded();
        assertThat(mac.host().commands).noneMatch(command -> command.contains("system/" + LABEL));

        mac.launchd().startUnloadedNoWait(LABEL, plist, Readiness.RUNNING_IS_ENOUGH);
        assertThat(mac.loaded().pid()).as("it was already loaded").isNotEqualTo(first.pid());
        assertThat(isAlive(first)).isFalse();
        assertThat(mac.host().commands).anyMatch(command -> command.contains("system/" + LABEL));
    }

    @Test
    void aMissingProgramIsReported() throws IOException {
        Mac mac = boot(Quirks.usual());
        Agent agent = agent("").running("/no/such/program").written();
        assertUserError(() -> mac.start(agent), LABEL + " does not stay up", "exit code 78", "program");
    }

    @Test
    void aServiceThatIsNeverReadyIsReported() throws IOException {
        Mac mac = boot(Quirks.usual(), watching(Duration.ofMillis(50), Duration.ofSeconds(1)));
        Agent agent = agent(Agent.LONG_RUNNING).written();
        assertUserError(
                () -> mac.launchd().start(LABEL, agent.plist(), () -> Optional.of("port 1 does not answer")),
                "was not ready",
                "it is running, but port 1 does not answer");
    }

    @Test
    void anExitedJobWithoutKeepAliveIsReported() throws IOException {
        Mac mac = boot(Quirks.usual(), watching(Duration.ofSeconds(2), Duration.ofSeconds(1)));
        Agent agent = agent("exit 0").with("KeepAlive", false).written();
        assertUserError(() -> mac.start(agent), "it is not running (state: not running, last exit: exit code 0)");
    }

    @Test
    void aLabelThatStaysDisabledIsReported() throws IOException {
        Mac mac = boot(
                Quirks.usual().withFaults(new Fault("enable", Fault.EVERY_CALL, new Fault.Answer(SILENT_SUCCESS))));
        mac.launchctl().run(List.of("disable", "gui/" + mac.uid() + "/" + LABEL));
        Agent agent = agent(Agent.LONG_RUNNING).written();
        assertUserError(() -> mac.start(agent), "it is disabled", "Login Items");
    }

    @ParameterizedTest
    @ValueSource(ints = {125, 112})
    void withoutADesktopSessionNothingChanges(int code) throws IOException {
        Mac mac = boot(Quirks.usual().codes(5, 5, 119, code).overSsh(false));
        assertThat(mac.hasDesktopSession()).isFalse();
        assertThat(mac.status()).isEqualTo(new JobStatus.Absent());
        mac.launchd().stop(LABEL);
        Agent agent = agent(Agent.LONG_RUNNING).written();
        assertUserError(() -> mac.start(agent), "no desktop session for user id " + mac.uid());
        assertUserError(() -> mac.launchd().restart(LABEL, Readiness.RUNNING_IS_ENOUGH), "no desktop session");
        assertThat(mac.host().launchctlVerbs()).containsOnly("print");
    }

    @Test
    void aDesktopSessionIsSeenFromSshToo() throws IOException {
        assertThat(boot(Quirks.usual().overSsh(true)).hasDesktopSession()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "rw-rw-rw-, <plist/>, other users can write to",
        "rw-r--r--, <plist, it is not a valid property list",
        "rw-r--r--, '', it is not a valid property list"
    })
    void aBadPropertyListIsReported(String mode, String content, String parts) throws IOException {
        Mac mac = boot(Quirks.usual());
        Agent agent = agent("");
        Files.writeString(agent.plist(), content);
        Files.setPosixFilePermissions(agent.plist(), PosixFilePermissions.fromString(mode));
        assertUserError(() -> mac.start(agent), "did not load " + LABEL + " from " + agent.plist(), parts);
    }

    @Test
    void aMissingPropertyListIsReported() throws IOException {
        Mac mac = boot(Quirks.usual());
        assertUserError(() -> mac.start(agent("")), "the file does not exist");
    }

    @Test
    void aPropertyListOfAnotherUserIsReported() throws IOException {
        Mac mac = boot(Quirks.usual().withFaults(new Fault("bootstrap", Fault.EVERY_CALL, new Fault.Answer(OPAQUE))));
        Agent agent = agent("").written();
        FileState.Regular own = (FileState.Regular) mac.host().file(agent.plist());
        mac.host().files.put(agent.plist(), new FileState.Regular(own.content(), 0644, 4711));
        assertUserError(() -> mac.start(agent), "belongs to user id 4711", "sudo chown " + mac.uid());
        mac.host().files.put(agent.plist(), new FileState.Other("symbolic link", mac.uid()));
        assertUserError(() -> mac.start(agent), "it is a symbolic link");
        mac.host().files.remove(agent.plist());
        mac.host().files.put(home, new FileState.Directory(0775, mac.uid()));
        assertUserError(() -> mac.start(agent), "other users can write to " + home + ";");
    }

    @ParameterizedTest
    @ValueSource(ints = {5, 37, 17})
    void aLoadIsRetriedWhileItMayHelp(int code) throws IOException {
        Fault.Effect failure = new Fault.Answer(ProgramResult.of(code, "", "Bootstrap failed: " + code));
        Mac mac = boot(Quirks.usual()
                .withFaults(
                        new Fault("bootstrap", 1, failure),
                        new Fault("bootstrap", 2, failure),
                        new Fault("bootstrap", 3, failure)));
        mac.start(agent(Agent.LONG_RUNNING).written());
        assertThat(mac.loaded().isRunning()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"5, 4", "161, 1"})
    void anUnexplainedLoadFailureIsReportedAfterRetries(int code, int attempts) throws IOException {
        Mac mac = boot(Quirks.usual()
                .withFaults(new Fault(
                        "bootstrap",
                        Fault.EVERY_CALL,
                        new Fault.Answer(ProgramResult.of(code, "", "Bootstrap failed: " + code + ": reason\n")))));
        Agent agent = agent(Agent.LONG_RUNNING).written();
        assertUserError(
                () -> mac.start(agent),
                "exited with " + code + " (Bootstrap failed: " + code + ": reason)",
                "launchd.log");
        assertThat(mac.host().launchctlVerbs()).filteredOn("bootstrap"::equals).hasSize(attempts);
    }

    @Test
    void aJobInTheBackgroundDomainIsFoundAndStopped() throws IOException {
        Mac mac = boot(Quirks.usual());
        Agent agent = agent(Agent.LONG_RUNNING)
                .with("LimitLoadToSessionType", new Object[] {"Aqua", "Background"})
                .written();
        String domain = "user/" + mac.uid();
        mac.launchctl().run(List.of("bootstrap", domain, agent.plist().toString()));
        assertThat(mac.status())
                .isInstanceOfSatisfying(
                        JobStatus.Elsewhere.class,
                        elsewhere -> assertThat(elsewhere.domain()).isEqualTo(domain));
        mac.start(agent);
        assertThat(mac.status()).isInstanceOf(JobStatus.Loaded.class);
        assertThat(mac.launchctl().run(List.of("print", domain + "/" + LABEL)).exitCode())
                .isEqualTo(113);
    }

    @Test
    void aSystemServiceWithTheLabelIsReportedAndKept() throws IOException {
        String print = "system/" + LABEL + " = {\n\tstate = running\n\tpid = 99\n}\n";
        Mac mac = boot(
                Quirks.usual().withFaults(new Fault("print", 3, new Fault.Answer(ProgramResult.of(0, print, "")))));
        assertUserError(() -> mac.start(agent(Agent.LONG_RUNNING).written()), "sudo launchctl bootout system/" + LABEL);
        assertThat(mac.host().launchctlVerbs()).containsOnly("print");
    }

    @Test
    void anUnclearAnswerStopsEverything() throws IOException {
        Mac mac = boot(Quirks.usual()
                .withFaults(new Fault(
                        "print", Fault.EVERY_CALL, new Fault.Answer(ProgramResult.of(1, "", "Something odd.\n")))));
        Agent agent = agent(Agent.LONG_RUNNING).written();
        assertUserError(
                () -> mac.status(), "Could not determine whether " + LABEL + " is loaded", "(Something odd). Run");
        assertUserError(() -> mac.start(agent), "Could not determine");
        assertUserError(() -> mac.launchd().stop(LABEL), "Could not determine");
        assertThat(mac.host().launchctlVerbs()).containsOnly("print");
    }

    @ParameterizedTest
    @CsvSource({"124, it did not answer in time", "127, it is not installed", "137, it was killed by signal 9"})
    void aProcessCountsAsEndedOnlyAfterAClearAnswer(int exitCode, String reason) throws IOException {
        Mac mac = boot(
                Quirks.usual(),
                new Timing(
                        TIMING.window(),
                        TIMING.deadline(),
                        TIMING.pauses(),
                        TIMING.reloadGrace(),
                        TIMING.drainGrace(),
                        Duration.ofMillis(50)));
        mac.start(agent(Agent.LONG_RUNNING).written());
        mac.host().signalZero = Optional.of(CommandResult.of(exitCode, "", ""));
        assertUserError(
                () -> mac.launchd().stop(LABEL),
                "Could not determine whether process ",
                " of " + LABEL + " has ended: ",
                "(" + reason + ")");
    }

    @Test
    void aHangingLaunchctlTimesOut() throws IOException {
        Mac mac = boot(Quirks.usual().withFaults(new Fault("print", 1, new Fault.Hang(Duration.ofMinutes(10)))));
        mac.host().limit = Optional.of(Duration.ofMillis(300));
        assertUserError(() -> mac.status(), "timed out");
    }

    @Test
    void aJobThatDiesDuringAReloadIsRestarted() throws IOException {
        Mac mac = boot(Quirks.usual(), watching(Duration.ofSeconds(1), Duration.ofSeconds(20)));
        mac.start(agent(Agent.LONG_RUNNING).with("ThrottleInterval", 1).written());
        LaunchctlPrint before = mac.loaded();
        assertThat(mac.launchd()
                        .reload(LABEL, "127.0.0.1:1", Readiness.RUNNING_IS_ENOUGH, otherProcessThan(before, mac)))
                .isTrue();
        assertThat(mac.loaded().isRunning()).isTrue();
        assertThat(isAlive(before)).isFalse();
    }

    @Test
    void aJobThatIgnoresReloadsKeepsRunning() throws IOException {
        Mac mac = boot(Quirks.usual(), watching(Duration.ofSeconds(1), Duration.ofSeconds(20)));
        mac.start(agent("trap '' USR2; while :; do sleep 0.1; done").written());
        LaunchctlPrint before = mac.loaded();
        assertThat(mac.launchd()
                        .reload(LABEL, "127.0.0.1:1", Readiness.RUNNING_IS_ENOUGH, otherProcessThan(before, mac)))
                .isFalse();
        assertThat(mac.loaded().pid()).isEqualTo(before.pid());
    }

    private static Readiness otherProcessThan(LaunchctlPrint before, Mac mac) {
        return () -> mac.loaded().pid().equals(before.pid()) ? Optional.of("it is the old one") : Optional.empty();
    }

    @Test
    void aJobThatIsNotLoadedCannotBeRestartedOrReloaded() throws IOException {
        Mac mac = boot(Quirks.usual());
        assertUserError(() -> mac.launchd().restart(LABEL, Readiness.RUNNING_IS_ENOUGH), "not loaded");
        assertUserError(
                () -> mac.launchd()
                        .reload(LABEL, "127.0.0.1:1", Readiness.RUNNING_IS_ENOUGH, Readiness.RUNNING_IS_ENOUGH),
                "not loaded");
    }

    @Test
    void aRejectedBootoutIsReported() throws IOException {
        Mac mac = boot(Quirks.usual()
                .withFaults(new Fault(
                        "bootout",
                        Fault.EVERY_CALL,
                        new Fault.Answer(ProgramResult.of(1, "", "Boot-out failed: 1: Operation not permitted\n")))));
        mac.start(agent(Agent.LONG_RUNNING).written());
        assertUserError(() -> mac.launchd().stop(LABEL), "did not unload " + LABEL, "Operation not permitted");
        assertThat(mac.loaded().isRunning()).isTrue();
    }
}
