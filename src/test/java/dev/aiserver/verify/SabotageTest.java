package dev.aiserver.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aiserver.host.Command;
import dev.aiserver.host.CommandResult;
import dev.aiserver.layout.Layout;
import dev.aiserver.spec.EndpointSet;
import dev.aiserver.spec.Network;
import dev.aiserver.spec.ServerSpec;
import dev.aiserver.verify.Sabotages.Sabotage;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Sabotages a server in one way after the other, and proves that exactly the checks fail that should.
 *
 * <p>To run one sabotage: {@code mvn test -Dtest='SabotageTest#aSabotageIsCaughtByExactlyItsChecks*' -Dsabotage='Ollama is stopped'}.
 * A part of the name selects all sabotages that contain it.
 */
@Tag("slow")
@Tag("haproxy")
@Execution(ExecutionMode.CONCURRENT)
@ExtendWith(Worlds.class)
class SabotageTest {
    /**
     * Checks that can fail without sabotage: measurements on a busy machine, the engine of a model after a request, and
     * responses that an old HAProxy loses. A sabotage must name them to have them count.
     */
    private static final Set<String> NOISY = Set.of(
            "performance.latency",
            "streaming.flow",
            "streaming.side-by-side",
            "bindings.engines",
            "blocked.refused-body");

    private static final Map<String, Set<String>> CATCHES = new ConcurrentSkipListMap<>();
    private static final Set<String> RUN = ConcurrentHashMap.newKeySet();
    private static final Set<String> CHECKS = ConcurrentHashMap.newKeySet();

    static Stream<Sabotage> sabotages() {
        String only = System.getProperty("sabotage", "");
        return Sabotages.all().stream().filter(sabotage -> sabotage.name().contains(only));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("sabotages")
    void aSabotageIsCaughtByExactlyItsChecks(Sabotage sabotage, World world) throws Exception {
        sabotage.deed().sabotage(world);
        Set<String> caught = caught(world.verify());
        caught.removeIf(id -> NOISY.contains(id) && !sabotage.names(id));
        caught.forEach(id -> CATCHES.computeIfAbsent(id, any -> ConcurrentHashMap.newKeySet())
                .add(sabotage.name()));
        RUN.add(sabotage.name());
        assertThat(caught).allMatch(sabotage::allows);
        assertThat(sabotage.required())
                .allMatch(pattern -> caught.stream().anyMatch(id -> Sabotages.matches(pattern, id)));
    }

    @Test
    void aGoodServerPasses(World world) throws Exception {
        List<Verdict> good = world.verify();
        assertThat(good).hasSizeGreaterThan(150);
        good.forEach(verdict -> CHECKS.add(verdict.id()));
        assertThat(caught(good)).isSubsetOf(NOISY);
        assertThat(good)
                .filteredOn(verdict -> verdict.outcome() instanceof Outcome.Inconclusive)
                .isEmpty();
    }

    /** Proves that no check always passes, unless only some of the tests were run. */
    @AfterAll
    static void eachCheckCanFail() {
        if (CHECKS.isEmpty() || RUN.size() < Sabotages.all().size()) {
            return;
        }
        CATCHES.forEach((id, names) -> System.out.printf("%-52s %s%n", id, String.join(", ", new TreeSet<>(names))));
        assertThat(CHECKS).as("each check can fail").isSubsetOf(CATCHES.keySet());
    }

    /** The configuration of the earlier shell scripts: path prefixes, no methods, no host names, buffered tokens. */
    private static final String CFG_OF_THE_SHELL_SCRIPTS = """
            global
                log stdout format raw local0
            defaults
                mode http
                timeout connect 5s
                timeout client 10m
                timeout server 10m
            frontend ollama
                bind 127.0.0.1:%d
                acl api path_beg /v1/chat/completions /v1/models /v1/responses /v1/messages
                acl api path_beg /api/version /api/tags /api/show
                http-request deny unless api
                %s
                default_backend ollama
            backend ollama
                server ollama 127.0.0.1:%d
            """;

    @Test
    void theUserSetsTheLatencyLimit(World world) throws Exception {
        world.engine(SpoiltEngine.slow(5));
        world.withMaxLatency(200);
        assertThat(world.verify("performance.latency"))
                .extracting(Verdict::outcome)
                .hasOnlyElementsOfType(Outcome.Passed.class);
    }

    @Test
    void theProxyOfTheShellScriptsFails(World world) throws Exception {
        world.wholeCfg(CFG_OF_THE_SHELL_SCRIPTS.formatted(world.proxyPort(), "", world.ollamaPort()));
        Set<String> refused = caught(world.verify());
        refused.removeAll(NOISY);
        assertThat(refused)
                .as("Ollama refuses the name that clients use, so that nothing else can be checked")
                .containsExactly("network.clients", "reach.server");

        String rewritten = "http-request set-header Host 127.0.0.1";
        world.pace(15);
        world.cancelPace(4);
        world.wholeCfg(CFG_OF_THE_SHELL_SCRIPTS.formatted(world.proxyPort(), rewritten, world.ollamaPort()));
        Set<String> caught = caught(world.verify());
        System.out.println("The shell scripts' proxy: " + caught);
        for (String hole : List.of(
                "name.unknown",
                "blocked.route.*",
                "blocked.method.*",
                "blocked.spelling.*",
                "blocked.detour.*",
                "blocked.malformed.*",
                "blocked.pipelining",
                "blocked.arrivals",
                "streaming.side-by-side")) {
            assertThat(caught).as(hole).anyMatch(id -> Sabotages.matches(hole, id));
        }

        world.wholeCfg(CFG_OF_THE_SHELL_SCRIPTS.formatted(world.proxyPort(), rewritten, world.ollamaPort()));
        world.cancelPace(150);
        assertThat(caught(world.verify("streaming.cancel-early")))
                .as("with a model that is slow enough to cancel")
                .contains("streaming.cancel-early");
    }

    /** A client that reaches the engine asks the model past every rule. Only a loaded model has an engine. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        127.0.0.1 | Warned | any program, user or web page on this machine can reach it
        *         | Failed | other machines can reach the model without the proxy
        """)
    void theEngineOfALoadedModelIsReported(String address, String kind, String words, World world) throws Exception {
        world.afterwards(world::load);
        world.host()
                .change(
                        "lsof",
                        text -> text.replaceAll(
                                "(\ncllama-server\n(?:[^p].*\n)*?)n127\\.0\\.0\\.1:", "$1n" + address + ":"));
        assertThat(world.verify("bindings.*"))
                .filteredOn(verdict -> verdict.id().equals("bindings.engines"))
                .extracting(verdict -> verdict.outcome().toString())
                .singleElement()
                .asString()
                .startsWith(kind)
                .contains("llama-server (pid ", words);
    }

    @Test
    void macSettingsThatCannotBeReadAreWarnings(World world) throws Exception {
        world.host().pretendToBe("Darwin");
        world.host().answer("ifconfig", "inet 127.0.0.1\n");
        assertThat(world.verify("headless.*"))
                .filteredOn(verdict -> verdict.group().equals("headless"))
                .hasSize(4)
                .extracting(Verdict::outcome)
                .allMatch(outcome -> outcome instanceof Outcome.Warned warned
                        && warned.evidence().startsWith("could not read this setting: "));
    }

    /** Each check would pass if the partial output were complete. */
    @ParameterizedTest
    @CsvSource({"124, it did not answer in time", "137, it was killed by signal 9"})
    void aCommandThatIsCutOffProvesNothingAboutAMac(int exitCode, String reason, World world) throws Exception {
        world.host().pretendToBe("Darwin");
        world.host().answer("ifconfig", "inet 127.0.0.1\n");
        world.host().cutOff("fdesetup", exitCode, "FileVault is Off.\n");
        world.host().cutOff("pmset", exitCode, "AC Power:\n sleep                0\n");
        world.host().cutOff("socketfilterfw", exitCode, "Firewall is disabled. (State = 0)\n");
        world.host().cutOff("defaults", exitCode, world.host().facts().user());
        assertThat(world.verify("headless.*"))
                .filteredOn(verdict -> verdict.group().equals("headless"))
                .hasSize(4)
                .extracting(Verdict::outcome)
                .allMatch(outcome -> outcome instanceof Outcome.Warned warned
                        && warned.evidence().equals("could not read this setting: " + reason));
    }

    @Test
    void aServerThatCannotListItsModelsIsInconclusive(World world) throws Exception {
        world.engine(SpoiltEngine.answering("/api/tags", "HTTP/1.1 500 Oh\r\nConnection: close\r\n\r\n{}"));
        assertThat(world.verify("openai.chat"))
                .filteredOn(verdict -> verdict.id().equals("openai.chat"))
                .extracting(Verdict::outcome)
                .hasSize(1)
                .allMatch(outcome -> outcome instanceof Outcome.Inconclusive unknown
                        && unknown.reason().contains("/api/tags returns 500"));
    }

    @Test
    void aModelThatAlwaysThinksIsNotAFailure(World world) throws Exception {
        world.engine(SpoiltEngine::thinking);
        Set<String> caught = caught(world.verify());
        caught.removeAll(NOISY);
        assertThat(caught).isEmpty();
    }

    /** With every endpoint set, each check passes or is skipped for a reason. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        STRICT HEALTH                        |
        STRICT ANTHROPIC_COUNT_TOKENS        |
        STRICT OPENAI_EXTRA                  |
        STRICT OLLAMA_NATIVE                 |
        STRICT AUDIO                         |
        STRICT BROWSER                       |
        STRICT ALL                           | blocked.all blocked.arrivals
        ALL                                  | blocked.all blocked.arrivals
        HEALTH                               | privacy.cloud
        ANTHROPIC_COUNT_TOKENS               | privacy.cloud
        OPENAI_EXTRA                         |
        OLLAMA_NATIVE                        |
        HEALTH BROWSER                       | privacy.cloud
        HEALTH OPENAI_EXTRA                  |
        OPENAI_EXTRA OLLAMA_NATIVE BROWSER   |
        """)
    void everyEndpointSetIsVerified(String sets, String ruledOut, World world) throws Exception {
        world.network(new Network.Address(World.ADDRESS));
        world.open(Stream.of(sets.split(" ")).map(EndpointSet::valueOf).toArray(EndpointSet[]::new));
        if (sets.contains("BROWSER")) {
            world.pages("https://chat.example.com", "app://obsidian.md");
        }
        List<Verdict> verdicts = world.verify();
        Set<String> caught = caught(verdicts);
        caught.removeAll(NOISY);
        caught.remove("anthropic.count-tokens"); // only a warning: no Ollama has this endpoint
        assertThat(caught).isEmpty();
        Map<String, Outcome> others = verdicts.stream()
                .filter(verdict -> !(verdict.outcome() instanceof Outcome.Passed))
                .filter(verdict ->
                        !NOISY.contains(verdict.id()) && !verdict.id().equals("anthropic.count-tokens"))
                .filter(verdict -> !List.of("network", "headless").contains(verdict.group()))
                .collect(Collectors.toMap(Verdict::id, Verdict::outcome));
        assertThat(others.keySet()).isEqualTo(ruledOut == null ? Set.of() : Set.of(ruledOut.split(" ")));
        assertThat(others.values()).allMatch(Outcome.Skipped.class::isInstance);
    }

    /** A stopped process still accepts connections, so that HAProxy's health check passes. */
    @Test
    void aHangingOllamaIsReportedAsHanging(World world) throws Exception {
        world.timeout(Duration.ofMillis(300));
        world.afterwards(() -> {
            String pid = world.pid(Layout.OLLAMA);
            world.closeLater(() -> world.host().run(Command.of("kill", "-CONT", pid)));
            CommandResult stop = world.host().run(Command.of("kill", "-STOP", pid));
            assertThat(stop.succeeded()).as(stop.toString()).isTrue();
            assertThat(world.host()
                            .run(Command.of("ps", "-o", "state=", "-p", pid))
                            .text())
                    .startsWith("T");
        });
        List<Verdict> verdicts = world.verify();
        Set<String> caught = caught(verdicts);
        caught.removeAll(NOISY);
        assertThat(caught).as(verdicts.toString()).containsExactly("reach.server");
        assertThat(verdicts.get(0).outcome())
                .isEqualTo(new Outcome.Failed(
                        "Ollama: 127.0.0.1:" + world.proxyPort()
                                + " accepts connections but does not respond (Read timed out)",
                        "check \"aiserver status\" and Ollama's log on the server"));
        assertThat(verdicts)
                .filteredOn(verdict -> verdict.outcome() instanceof Outcome.Passed)
                .extracting(Verdict::group)
                .containsOnly("services", "bindings", "network", "privacy");
    }

    /** The client gets no response to a hidden request, so that only the log shows it. */
    @Test
    void aHiddenRequestIsReportedWithTheRequestThatHidIt(World world) throws Exception {
        Sabotages.naive(world, NaiveProxy.Mistake.IGNORES_CHUNKS);
        List<Verdict> verdicts = world.verify("blocked.*");
        assertThat(caught(verdicts)).noneMatch(id -> id.startsWith("blocked.smuggling."));
        assertThat(verdicts)
                .filteredOn(verdict -> verdict.id().equals("blocked.arrivals"))
                .extracting(verdict -> ((Outcome.Failed) verdict.outcome()).evidence())
                .allMatch(evidence -> evidence.contains("/api/delete, smuggled by "));
    }

    @Test
    void theLoginCheckNamesNoUser(World world) throws Exception {
        world.host().pretendToBe("Darwin");
        world.host().answer("ifconfig", "inet 127.0.0.1\n");
        String user = world.host().facts().user();
        world.host().answer("defaults", user);
        assertThat(world.verify("headless.login"))
                .filteredOn(verdict -> verdict.id().equals("headless.login"))
                .hasSize(1)
                .extracting(verdict -> ((Outcome.Passed) verdict.outcome()).evidence())
                .allMatch(evidence -> evidence.startsWith("this user is logged in") && !evidence.contains(user));
    }

    @Test
    void aModelThatIsTooFastToCancelProvesNothing(World world) throws Exception {
        world.cfg("option abortonclose", "no option abortonclose");
        assertThat(world.verify("streaming.cancel-early"))
                .filteredOn(verdict -> verdict.id().equals("streaming.cancel-early"))
                .extracting(Verdict::outcome)
                .hasSize(1)
                .allMatch(outcome -> outcome instanceof Outcome.Skipped skipped
                        && skipped.reason().endsWith("too fast to tell"));
    }

    @Test
    void aClientSkipsOnlyTheChecksThatNeedTheServer(World world) throws Exception {
        List<Verdict> verdicts = world.verifyFromOutside("localhost");
        assertThat(verdicts)
                .filteredOn(verdict -> !NOISY.contains(verdict.id()))
                .allMatch(Verdict::isGood);
        Set<String> onServer = Checks.of(new ServerView(
                        "localhost",
                        World.ADDRESS,
                        new ServerSpec.Proxy(world.proxyPort(), Set.of(EndpointSet.STRICT)),
                        List.of("localhost")))
                .stream()
                .filter(check -> check.has(Check.Trait.SERVER))
                .map(Check::id)
                .collect(Collectors.toSet());
        assertThat(verdicts)
                .filteredOn(verdict -> onServer.contains(verdict.id()))
                .extracting(Verdict::outcome)
                .isNotEmpty()
                .allMatch(outcome -> outcome.toString().contains("needs the server"));
        assertThat(world.verifyFromOutside("another-name"))
                .filteredOn(verdict -> verdict.outcome() instanceof Outcome.Failed)
                .extracting(Verdict::id)
                .containsExactly("reach.server");
    }

    @Test
    void aClientDoesNotTrustAServerThatAnswersEverythingWith200(World world) throws Exception {
        Sabotages.answerAllWith200(world);
        Set<String> caught = caught(world.verifyFromOutside("localhost"));
        assertThat(caught)
                .contains("network.name.localhost", "name.unknown", "openai.models", "privacy.cloud")
                .doesNotContain("reach.server");
        assertThat(caught).filteredOn(id -> id.startsWith("blocked.")).hasSizeGreaterThan(200);
    }

    private static Set<String> caught(List<Verdict> verdicts) {
        return verdicts.stream()
                .filter(verdict ->
                        verdict.outcome() instanceof Outcome.Failed || verdict.outcome() instanceof Outcome.Warned)
                .map(Verdict::id)
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
