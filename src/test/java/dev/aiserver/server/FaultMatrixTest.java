package dev.aiserver.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aiserver.app.ChangeFailure;
import dev.aiserver.host.FileState;
import dev.aiserver.host.UserError;
import dev.aiserver.layout.Layout;
import dev.aiserver.server.FaultyHost.Fault;
import dev.aiserver.server.FaultyHost.Killed;
import dev.aiserver.server.FaultyHost.Kind;
import dev.aiserver.server.Rig.Sight;
import dev.aiserver.server.Rig.Version;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.AnnotatedElementContext;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.io.TempDirFactory;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Makes each step of an installation, an upgrade and an uninstallation fail in each way. Afterwards the Mac is as before
 * or as planned, and a second try leads to the plan.
 *
 * <p>To run one scenario: {@code mvn test -Dtest=FaultMatrixTest -Dfault='UPGRADE KILLED_AFTER at step 12 '}. A part of
 * the name selects all scenarios that contain it.
 */
@Tag("slow")
@Tag("haproxy")
@Execution(ExecutionMode.CONCURRENT)
class FaultMatrixTest {
    /** Exit codes that launchctl was seen to return. */
    private static final List<Integer> ODD_CODES = List.of(3, 5, 17, 36, 37, 112, 113, 119, 125, 150);

    private static final Queue<Ending> ENDINGS = new ConcurrentLinkedQueue<>();

    @TempDir
    private static Path directory;

    @TempDir(factory = InMemory.class)
    private static Path homes;

    /** Keeps homes in memory: each step is synced to the disk, which would take a sixth of the time. */
    static final class InMemory implements TempDirFactory {
        private static final Path MEMORY = Path.of("/dev/shm");

        @Override
        public Path createTempDirectory(AnnotatedElementContext element, ExtensionContext extension)
                throws IOException {
            return Files.isWritable(MEMORY)
                    ? Files.createTempDirectory(MEMORY, "homes")
                    : Files.createTempDirectory("homes");
        }
    }

    private enum Doing {
        INSTALL,
        UPGRADE,
        MOVE_LOGS,
        UNINSTALL;

        void prepare(Rig rig) {
            if (this != INSTALL) {
                assertDone(rig.install(Version.FIRST));
            }
        }

        UseCaseResult carryOut(Rig rig) {
            return switch (this) {
                case INSTALL -> rig.install(Version.FIRST);
                case UPGRADE -> rig.install(Version.NEXT);
                case MOVE_LOGS -> rig.install(Version.MOVED);
                case UNINSTALL -> rig.uninstall();
            };
        }
    }

    /**
     * An operation without a fault.
     *
     * @param before the Mac before it, without aiserver's records, which contain the home's own paths and digests
     * @param planned the Mac after it, without the records
     */
    private record Course(List<FaultyHost.Step> steps, Sight before, Sight planned) {}

    /**
     * One operation with one fault.
     *
     * @param subject the path or the label that the failing step changes
     * @param sleeper the program whose next process never answers, or empty
     */
    private record Scenario(Doing doing, Fault fault, String subject, String sleeper, Course course) {
        String kind() {
            return sleeper.isEmpty() ? fault.kind().toString() : "NEVER_HEALTHY";
        }

        @Override
        public String toString() {
            String where = subject.replaceFirst(".*/home/", "~/");
            return doing + " " + (sleeper.isEmpty() ? fault : "NEVER_HEALTHY") + " of " + where;
        }
    }

    /**
     * The result of a scenario.
     *
     * @param end one word
     * @param message for the user, empty when nothing failed
     */
    private record Ending(Scenario scenario, String end, String message) {}

    private static void assertDone(UseCaseResult result) {
        assertThat(result.exitCode()).as(result.toString()).isEqualTo(ExitCode.DONE);
    }

    private static Rig rig() throws IOException {
        return new Rig(Files.createTempDirectory(homes, "rig"), Files.createTempDirectory(directory, "programs"));
    }

    private static Course course(Doing doing) throws IOException {
        try (Rig rig = rig()) {
            doing.prepare(rig);
            Sight before = installation(rig.look());
            rig.host().fail(Fault.NONE);
            assertDone(doing.carryOut(rig));
            return new Course(rig.host().steps(), before, installation(rig.look()));
        }
    }

    static Stream<Scenario> scenarios() throws IOException {
        String only = System.getProperty("fault", "");
        List<Scenario> scenarios = new ArrayList<>();
        for (Doing doing : Doing.values()) {
            scenarios.addAll(scenarios(doing, course(doing)));
        }
        return scenarios.stream().filter(scenario -> scenario.toString().contains(only));
    }

    private static List<Scenario> scenarios(Doing doing, Course course) {
        List<Scenario> scenarios = new ArrayList<>();
        for (int number = 1; number <= course.steps().size(); number++) {
            FaultyHost.Step step = course.steps().get(number - 1);
            for (Kind kind : Kind.values()) {
                boolean applies = switch (kind) {
                    case HANGS -> step.launchctl();
                    case CODE -> false;
                    case DISK_FULL -> step.needsSpace();
                    case PERMISSION_DENIED -> !step.launchctl();
                    default -> true;
                };
                if (applies) {
                    scenarios.add(new Scenario(doing, new Fault(kind, number, 0), step.subject(), "", course));
                }
            }
            if (step.launchctl()) {
                for (int code : ODD_CODES) {
                    scenarios.add(new Scenario(doing, new Fault(Kind.CODE, number, code), step.subject(), "", course));
                }
            }
        }
        if (doing == Doing.INSTALL || doing == Doing.MOVE_LOGS) {
            scenarios.add(new Scenario(doing, Fault.NONE, Layout.OLLAMA, "ollama", course));
            scenarios.add(new Scenario(doing, Fault.NONE, Layout.HAPROXY, "haproxy", course));
        }
        if (doing == Doing.UPGRADE) {
            scenarios.add(new Scenario(doing, Fault.NONE, Layout.OLLAMA, "ollama", course));
        }
        return scenarios;
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("scenarios")
    void afterAFaultTheMacIsAsBeforeOrAsPlanned(Scenario scenario) throws IOException {
        Course course = scenario.course();
        try (Rig rig = rig()) {
            scenario.doing().prepare(rig);
            Sight before = rig.look();
            assertThat(installation(before)).as("before %s", scenario).isEqualTo(course.before());
            if (!scenario.sleeper().isEmpty()) {
                rig.letSleep(scenario.sleeper());
            }
            rig.host().fail(scenario.fault());
            String message = "";
            boolean killed = false;
            try {
                message = message(scenario, rig, scenario.doing().carryOut(rig));
            } catch (UserError error) {
                message = error.sentence();
            } catch (Killed error) {
                killed = true;
            }
            if (!message.isEmpty()) {
                assertThat(message).as(scenario.toString()).contains(culprit(scenario, rig));
            }
            rig.host().fail(Fault.NONE);
            String end =
                    killed ? recovered(scenario, rig, before, course) : end(scenario, rig, before, course, message);
            assertThat(scenario.doing().carryOut(rig).exitCode())
                    .as("again after %s", scenario)
                    .isEqualTo(ExitCode.DONE);
            assertThat(installation(rig.look())).as("again after %s", scenario).isEqualTo(course.planned());
            ENDINGS.add(new Ending(scenario, end, message));
        }
    }

    /** Returns the path or the label of the failing step. */
    private static String culprit(Scenario scenario, Rig rig) {
        return scenario.sleeper().isEmpty()
                ? rig.host().steps().get(scenario.fault().step() - 1).subject()
                : "com." + scenario.sleeper();
    }

    private static String message(Scenario scenario, Rig rig, UseCaseResult result) {
        if (result instanceof ChangeFailure.RolledBack back) {
            String culprit = culprit(scenario, rig);
            if (!culprit.contains("/.aiserver")) {
                assertThat(back.failed().resource().name())
                        .as(scenario.toString())
                        .startsWith(culprit);
            }
            return back.failed().resource().name() + ": " + back.reason();
        }
        assertThat(result.exitCode()).as(scenario.toString()).isEqualTo(ExitCode.DONE);
        return "";
    }

    private static String end(Scenario scenario, Rig rig, Sight before, Course course, String message) {
        Sight now = rig.look();
        if (message.startsWith("All changes were rolled back, but ")) {
            assertThat(installation(now)).as(scenario + " " + message).isEqualTo(installation(before));
            return "as before";
        }
        assertThat(rig.unfinished()).as(scenario + " " + message).isEmpty();
        if (message.startsWith("The lock file could not be removed")) {
            assertThat(installation(now)).as(scenario + " " + message).isEqualTo(course.planned());
            return "planned";
        }
        if (message.isEmpty() || message.startsWith("All changes were made")) {
            assertThat(installation(now)).as(scenario + " " + message).isEqualTo(course.planned());
            return "planned";
        }
        assertThat(now).as(scenario + " " + message).isEqualTo(before);
        return "as before";
    }

    private static Sight installation(Sight sight) {
        Map<String, FileState> tree = new TreeMap<>(sight.tree());
        tree.keySet().removeIf(path -> path.startsWith(".aiserver"));
        return new Sight(tree, sight.services(), sight.answers());
    }

    private static String recovered(Scenario scenario, Rig rig, Sight before, Course course) {
        if (rig.unfinished().isEmpty()) {
            assertThat(installation(rig.look())).as(scenario.toString()).isIn(course.before(), course.planned());
            return installation(rig.look()).equals(course.before()) ? "as before" : "planned";
        }
        assertThat(rig.undo()).as(scenario.toString()).isEmpty();
        assertThat(rig.look()).as("undone after %s", scenario).isEqualTo(before);
        return "undone later";
    }

    @AfterAll
    static void report() {
        Map<String, Map<String, Integer>> table = new TreeMap<>();
        Map<String, Integer> named = new TreeMap<>();
        for (Ending ending : ENDINGS) {
            String row = "%-10s %-18s"
                    .formatted(ending.scenario().doing(), ending.scenario().kind());
            table.computeIfAbsent(row, any -> new TreeMap<>()).merge(ending.end(), 1, Integer::sum);
            named.merge(row, ending.message().isEmpty() ? 0 : 1, Integer::sum);
        }
        System.out.printf("Fault matrix: %d scenarios passed%n", ENDINGS.size());
        table.forEach((row, ends) ->
                System.out.println("  " + row + " " + ends + ", messages that name the step: " + named.get(row)));
    }
}
