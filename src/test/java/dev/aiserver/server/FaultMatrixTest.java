package dev.aiserver.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aiserver.host.FileState;
import dev.aiserver.host.UserError;
import dev.aiserver.plan.Applier;
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
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.AnnotatedElementContext;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.io.TempDirFactory;

/**
 * Every step of an installation, an upgrade and an uninstallation goes wrong in every way; afterwards the machine is as
 * before or as planned, and doing it again leads to the plan.
 */
@Tag("haproxy")
@Tag("slow")
class FaultMatrixTest {
    /** What launchctl was seen to answer. */
    private static final List<Integer> ODD_CODES = List.of(3, 5, 17, 36, 37, 112, 113, 119, 125, 150);

    /** Most of the time they wait. */
    private static final int THREADS = 8;

    private final Ports ports = new Ports(ProcessHandle.current().pid());

    @TempDir
    private Path directory;

    @TempDir(factory = InMemory.class)
    private Path homes;

    /** Homes are written through to the disk at every step, which takes a sixth of the time, and none of them is kept. */
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
                assertThat(rig.install(Version.FIRST)).isInstanceOf(Applier.Result.Applied.class);
            }
        }

        Applier.Result carryOut(Rig rig) {
            return switch (this) {
                case INSTALL -> rig.install(Version.FIRST);
                case UPGRADE -> rig.install(Version.NEXT);
                case MOVE_LOGS -> rig.install(Version.MOVED);
                case UNINSTALL -> rig.uninstall();
            };
        }
    }

    /** @param before and planned without this program's records, which name a home's own paths and digests */
    private record Course(List<FaultyHost.Step> steps, Sight before, Sight planned) {}

    /** @param sleeper the program whose next process never answers, or empty */
    private record Scenario(Doing doing, Fault fault, String sleeper) {
        String kind() {
            return sleeper.isEmpty() ? fault.kind().toString() : "NEVER_HEALTHY";
        }
    }

    /**
     * @param end one word
     * @param message what the person was told, empty when nothing failed
     */
    private record Ending(Scenario scenario, String end, String message) {}

    private Rig rig() throws IOException {
        return new Rig(
                Files.createTempDirectory(homes, "rig"), Files.createTempDirectory(directory, "programs"), ports);
    }

    private Course course(Doing doing) throws IOException {
        try (Rig rig = rig()) {
            doing.prepare(rig);
            Sight before = installation(rig.look());
            rig.host().fail(Fault.NONE);
            assertThat(doing.carryOut(rig)).isInstanceOf(Applier.Result.Applied.class);
            return new Course(rig.host().steps(), before, installation(rig.look()));
        }
    }

    private static List<Scenario> scenarios(Doing doing, Course course) {
        List<Scenario> scenarios = new ArrayList<>();
        for (int step = 1; step <= course.steps().size(); step++) {
            FaultyHost.Step what = course.steps().get(step - 1);
            for (Kind kind : Kind.values()) {
                boolean applies = switch (kind) {
                    case HANGS -> what.launchctl();
                    case CODE -> false;
                    case DISK_FULL -> what.needsRoom();
                    case PERMISSION_DENIED -> !what.launchctl();
                    default -> true;
                };
                if (applies) {
                    scenarios.add(new Scenario(doing, new Fault(kind, step, 0), ""));
                }
            }
            if (what.launchctl()) {
                for (int code : ODD_CODES) {
                    scenarios.add(new Scenario(doing, new Fault(Kind.CODE, step, code), ""));
                }
            }
        }
        if (doing == Doing.INSTALL || doing == Doing.MOVE_LOGS) {
            scenarios.add(new Scenario(doing, Fault.NONE, "ollama"));
            scenarios.add(new Scenario(doing, Fault.NONE, "haproxy"));
        }
        if (doing == Doing.UPGRADE) {
            scenarios.add(new Scenario(doing, Fault.NONE, "ollama"));
        }
        return scenarios;
    }

    private Ending play(Scenario scenario, Course course) throws IOException {
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
            assertThat(scenario.doing().carryOut(rig))
                    .as("again after %s", scenario)
                    .isInstanceOf(Applier.Result.Applied.class);
            assertThat(installation(rig.look())).as("again after %s", scenario).isEqualTo(course.planned());
            return new Ending(scenario, end, message);
        }
    }

    /** The path or the label of the step that went wrong. */
    private static String culprit(Scenario scenario, Rig rig) {
        return scenario.sleeper().isEmpty()
                ? rig.host().steps().get(scenario.fault().step() - 1).subject()
                : "com." + scenario.sleeper();
    }

    private static String message(Scenario scenario, Rig rig, Applier.Result result) {
        if (result instanceof Applier.Result.RolledBack back) {
            String culprit = culprit(scenario, rig);
            if (!culprit.contains("/.aiserver")) {
                assertThat(back.failed().resource().name())
                        .as(scenario.toString())
                        .startsWith(culprit);
            }
            return back.failed().resource().name() + ": " + back.reason();
        }
        assertThat(result).as(scenario.toString()).isInstanceOf(Applier.Result.Applied.class);
        return "";
    }

    private static String end(Scenario scenario, Rig rig, Sight before, Course course, String message) {
        Sight now = rig.look();
        if (message.startsWith("Everything that was begun was undone, but ")) {
            assertThat(installation(now)).as(scenario + " " + message).isEqualTo(installation(before));
            return "as before";
        }
        assertThat(rig.unfinished()).as(scenario + " " + message).isEmpty();
        if (message.startsWith("The lock could not be removed")) {
            assertThat(installation(now)).as(scenario + " " + message).isEqualTo(course.planned());
            return "planned";
        }
        if (message.isEmpty() || message.startsWith("Everything was done")) {
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

    @Test
    void afterEveryFaultAtEveryStepTheMachineIsAsBeforeOrAsPlannedAndDoingItAgainLeadsToThePlan() throws Exception {
        List<Future<Ending>> plays = new ArrayList<>();
        ExecutorService pool = Executors.newFixedThreadPool(THREADS);
        try {
            for (Doing doing : Doing.values()) {
                Course course = course(doing);
                for (Scenario scenario : scenarios(doing, course)) {
                    plays.add(pool.submit(() -> play(scenario, course)));
                }
            }
            report(plays);
        } finally {
            pool.shutdownNow();
        }
    }

    private static void report(List<Future<Ending>> plays) throws InterruptedException {
        Map<String, Map<String, Integer>> table = new TreeMap<>();
        Map<String, Integer> named = new TreeMap<>();
        List<Throwable> failures = new ArrayList<>();
        for (Future<Ending> play : plays) {
            try {
                Ending ending = play.get();
                String row = "%-10s %-18s"
                        .formatted(ending.scenario().doing(), ending.scenario().kind());
                table.computeIfAbsent(row, any -> new TreeMap<>()).merge(ending.end(), 1, Integer::sum);
                named.merge(row, ending.message().isEmpty() ? 0 : 1, Integer::sum);
            } catch (ExecutionException e) {
                failures.add(e.getCause());
            }
        }
        System.out.printf("Fault matrix: %d scenarios, %d wrong%n", plays.size(), failures.size());
        table.forEach((row, ends) ->
                System.out.println("  " + row + " " + ends + ", messages that name the step: " + named.get(row)));
        failures.stream().limit(5).forEach(Throwable::printStackTrace);
        assertThat(failures).as("scenarios that went wrong").isEmpty();
    }
}
