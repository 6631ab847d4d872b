package dev.aiserver.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aiserver.host.CommandResult;
import dev.aiserver.host.Content;
import dev.aiserver.host.FileState;
import dev.aiserver.host.UserError;
import dev.aiserver.resource.BrewPackage;
import dev.aiserver.resource.Contents;
import dev.aiserver.resource.Directory;
import dev.aiserver.resource.HostFile;
import dev.aiserver.resource.Resource;
import dev.aiserver.resource.State;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ApplierTest {
    private static final Map<String, String> FOUND = Map.of(
            "existing", "file 0644 original",
            "folder", "directory",
            "folder/file", "file 0640 original too");

    private static final Map<String, String> FIRST = wanted("v1", "existing", "folder/file", "own/deep/file");
    private static final Map<String, String> SECOND = wanted("v2", "existing", "other/file", "own/deep/file");

    @TempDir
    private Path directory;

    private static Map<String, String> wanted(String version, String... files) {
        Map<String, String> wanted = new LinkedHashMap<>();
        for (String file : files) {
            for (Path folder = Path.of(file).getParent(); folder != null; folder = folder.getParent()) {
                wanted.put(folder.toString(), "directory");
            }
            wanted.put(file, "file 0600 " + version + " of " + file);
        }
        return wanted;
    }

    private Home found() throws IOException {
        Home home = new Home(Files.createTempDirectory(directory, "home"));
        home.put(FOUND);
        return home;
    }

    private static Applier.Result install(Home home, Map<String, String> wanted) {
        Receipt receipt = home.receipt(home.contents).orElse(Home.NO_RECEIPT);
        Plan plan = home.plan(home.targets(wanted), receipt);
        return home.applier().apply(Transaction.install(plan, receipt, Home.NO_RECEIPT));
    }

    private static Applier.Result uninstall(Home home) {
        return home.takeBack(home.receipt(home.contents).orElseThrow());
    }

    /** An operation on a home, and the operation that has to precede it. */
    private enum Operation {
        FIRST_INSTALLATION,
        UPGRADE,
        UNINSTALLATION;

        void prepare(Home home) {
            if (this != FIRST_INSTALLATION) {
                install(home, FIRST);
            }
        }

        Applier.Result run(Home home) {
            return switch (this) {
                case FIRST_INSTALLATION -> install(home, FIRST);
                case UPGRADE -> install(home, SECOND);
                case UNINSTALLATION -> uninstall(home);
            };
        }
    }

    /** Simulates the death of the process: no further code of it runs. */
    private static final class Killed extends Error {
        private static final long serialVersionUID = 1L;
    }

    /** The files of a home except aiserver's records, and the states in its receipt, with paths relative to the home. */
    private record Snapshot(Map<Path, FileState> tree, List<State> receipt) {
        static Snapshot of(Home home) {
            Map<Path, FileState> tree = new TreeMap<>();
            home.tree().forEach((path, state) -> tree.put(home.resolve("").relativize(path), state));
            List<State> states = home.receipt(new Contents()).stream()
                    .flatMap(receipt -> receipt.entries().stream())
                    .flatMap(entry -> Stream.of(entry.before(), entry.after()))
                    .toList();
            return new Snapshot(tree, states);
        }
    }

    /** @param steps the number of changes to the machine */
    private record Steps(int steps, Snapshot planned) {}

    private Steps plannedSteps(Operation operation) throws IOException {
        Home home = found();
        operation.prepare(home);
        AtomicInteger count = new AtomicInteger();
        home.beforeChange = path -> count.incrementAndGet();
        assertThat(operation.run(home)).isInstanceOf(Applier.Result.Applied.class);
        return new Steps(count.get(), Snapshot.of(home));
    }

    private static Consumer<Path> at(int step, Runnable action) {
        AtomicInteger count = new AtomicInteger();
        return path -> {
            if (count.incrementAndGet() == step) {
                action.run();
            }
        };
    }

    private static void refuse() {
        throw new UserError("refused");
    }

    private static void kill() {
        throw new Killed();
    }

    @ParameterizedTest
    @EnumSource(Operation.class)
    void aFailureAtAnyStepIsRolledBack(Operation operation) throws IOException {
        Steps expected = plannedSteps(operation);
        int steps = expected.steps();
        for (int step = 1; step <= steps; step++) {
            for (boolean after : new boolean[] {false, true}) {
                Home home = found();
                operation.prepare(home);
                Snapshot before = Snapshot.of(home);
                Consumer<Path> fault = at(step, ApplierTest::refuse);
                home.beforeChange = after ? path -> {} : fault;
                home.afterChange = after ? fault : path -> {};
                String sentence = outcome(operation, home);
                home.beforeChange = path -> {};
                home.afterChange = path -> {};
                String name =
                        operation + ", step " + step + " of " + steps + (after ? " after: " : " before: ") + sentence;
                boolean done = sentence.equals("applied") || sentence.startsWith("All changes were made, but ");
                assertThat(home.unfinished()).as(name).isEmpty();
                assertThat(Snapshot.of(home)).as(name).isEqualTo(done ? expected.planned() : before);
                convergesAgain(operation, home, name);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Operation.class)
    void aDiskThatFillsUpAtAnyStepIsRolledBack(Operation operation) throws IOException {
        Steps expected = plannedSteps(operation);
        int steps = expected.steps();
        for (int step = 1; step <= steps; step++) {
            Home home = found();
            operation.prepare(home);
            Snapshot before = Snapshot.of(home);
            AtomicInteger count = new AtomicInteger();
            int full = step;
            home.beforeChange = path -> count.incrementAndGet();
            home.beforeWrite = path -> {
                if (count.get() >= full) {
                    throw new UserError("No space left on device");
                }
            };
            String sentence = outcome(operation, home);
            String name = operation + ", full from step " + step + " of " + steps + ": " + sentence;
            assertThat(Snapshot.of(home)).as(name).isEqualTo(sentence.equals("applied") ? expected.planned() : before);
            assertThat(sentence).isIn("applied", "No space left on device");
            home.beforeWrite = path -> {};
            convergesAgain(operation, home, name);
        }
    }

    @ParameterizedTest
    @EnumSource(Operation.class)
    void aProcessKilledAtAnyStepIsRolledBackOrFinishedByTheNextOne(Operation operation) throws IOException {
        Steps expected = plannedSteps(operation);
        int steps = expected.steps();
        for (int step = 1; step <= steps; step++) {
            for (boolean after : new boolean[] {false, true}) {
                Home home = found();
                operation.prepare(home);
                Snapshot before = Snapshot.of(home);
                Consumer<Path> fault = at(step, ApplierTest::kill);
                home.beforeChange = after ? path -> {} : fault;
                home.afterChange = after ? fault : path -> {};
                try {
                    operation.run(home);
                } catch (Killed killed) {
                    home.beforeChange = path -> {};
                }
                Home next = new Home(home.resolve(""));
                String name = operation + ", killed at step " + step + " of " + steps + (after ? " after" : " before");
                Optional<Journal> unfinished = next.unfinished();
                if (unfinished.isPresent()) {
                    assertThat(next.transactions().undo(unfinished.get()))
                            .as(name)
                            .isEmpty();
                    assertThat(next.unfinished()).as(name).isEmpty();
                    assertThat(Snapshot.of(next)).as(name).isEqualTo(before);
                } else {
                    assertThat(Snapshot.of(next)).as(name).isIn(before, expected.planned());
                }
                convergesAgain(operation, next, name);
            }
        }
    }

    /** Returns "applied", or why it failed. */
    private static String outcome(Operation operation, Home home) {
        try {
            Applier.Result result = operation.run(home);
            return result instanceof Applier.Result.RolledBack back
                    ? back.reason()
                    : result instanceof Applier.Result.Applied ? "applied" : result.toString();
        } catch (UserError error) {
            return error.sentence();
        }
    }

    private static void convergesAgain(Operation operation, Home home, String name) {
        Home next = new Home(home.resolve(""));
        if (operation == Operation.UNINSTALLATION) {
            Receipt receipt = next.receipt(next.contents).orElse(Home.NO_RECEIPT);
            assertThat(next.takeBack(receipt)).as(name).isInstanceOf(Applier.Result.Applied.class);
        } else {
            assertThat(operation.run(next)).as(name).isInstanceOf(Applier.Result.Applied.class);
            assertThat(uninstall(next)).as(name).isInstanceOf(Applier.Result.Applied.class);
        }
        Home untouched = new Home(next.resolve(""));
        FOUND.forEach((path, state) -> {
            Resource resource = untouched.target(path, state).resource();
            assertThat(untouched.observed(List.of(resource), Home.NO_RECEIPT).apply(resource))
                    .as(name + " " + path)
                    .isEqualTo(untouched.state(state));
        });
        assertThat(next.resolve("own")).as(name).doesNotExist();
        next.records.journals().clear();
        assertThat(next.list(next.resolve(".aiserver"))).as(name).isEmpty();
        assertThat(next.resolve(".aiserver")).as(name).doesNotExist();
    }

    @Test
    void aKilledUninstallCanBeFinished() throws IOException {
        int steps = plannedSteps(Operation.UNINSTALLATION).steps();
        for (int step = 1; step <= steps; step++) {
            Home home = found();
            Map<Path, FileState> found = home.tree();
            install(home, FIRST);
            home.afterChange = at(step, ApplierTest::kill);
            try {
                uninstall(home);
            } catch (Killed killed) {
                home.afterChange = path -> {};
            }
            Home next = new Home(home.resolve(""));
            Optional<Journal> unfinished = next.unfinished();
            if (unfinished.isPresent()) {
                assertThat(next.applier().finish(unfinished.get())).isInstanceOf(Applier.Result.Applied.class);
                assertThat(next.tree()).as("killed at step " + step).isEqualTo(found);
                assertThat(next.resolve(".aiserver")).doesNotExist();
            }
        }
    }

    @Test
    void anInterruptionIsRolledBack() throws IOException {
        int changes = FIRST.size();
        for (int change = 0; change <= changes; change++) {
            Home home = found();
            Snapshot before = Snapshot.of(home);
            AtomicInteger made = new AtomicInteger();
            int wanted = change;
            Interruption interruption = new Interruption() {
                @Override
                public boolean isRequested() {
                    return made.get() >= wanted;
                }

                @Override
                public void acknowledge() {}

                @Override
                public void close() {}
            };
            Plan plan = home.plan(home.targets(FIRST), Home.NO_RECEIPT);
            Transaction transaction = Transaction.install(plan, Home.NO_RECEIPT, Home.NO_RECEIPT);
            Applier applier = home.applier(interruption, each -> made.incrementAndGet());
            if (change == 0) {
                assertThatThrownBy(() -> applier.apply(transaction))
                        .hasMessage("Interrupted; nothing was changed.")
                        .matches(error -> ((UserError) error).kind() == UserError.Kind.INTERRUPTED);
            } else if (change < plan.changes().size()) {
                assertThat(applier.apply(transaction)).isEqualTo(new Applier.Result.Interrupted(List.of()));
            } else {
                break;
            }
            assertThat(Snapshot.of(home)).as("after change %d", change).isEqualTo(before);
            assertThat(home.resolve(".aiserver")).doesNotExist();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aLostConnectionIsNotReportedAsAnIncompleteRollback(boolean whileUndoing) throws IOException {
        Home home = found();
        Map<Path, FileState> before = home.tree();
        Path own = home.resolve("own");
        AtomicInteger touched = new AtomicInteger();
        home.afterChange = path -> {
            if (path.equals(own) && touched.incrementAndGet() == 1 && whileUndoing) {
                throw new UserError("refused");
            }
        };
        home.beforeChange = path -> {
            if (touched.get() > 0) {
                throw new UserError(UserError.Kind.UNREACHABLE, "lost");
            }
        };
        Applier.Result result = install(home, FIRST);
        assertThat(result).isInstanceOfSatisfying(Applier.Result.Lost.class, lost -> {
            assertThat(lost.reason()).isEqualTo("lost");
            assertThat(lost.during().resource().isReversible()).isTrue();
        });
        home.beforeChange = path -> {};
        home.afterChange = path -> {};
        Journal journal = home.unfinished().orElseThrow();
        assertThat(home.transactions().undo(journal)).isEmpty();
        assertThat(home.tree()).isEqualTo(before);
        assertThat(home.resolve(".aiserver")).doesNotExist();
    }

    @Test
    void aFailedRollbackReportsItsManualStepsAndIsRetriedByTheNextProcess() throws IOException {
        Home home = found();
        Map<Path, FileState> before = home.tree();
        Path own = home.resolve("own");
        AtomicInteger touched = new AtomicInteger();
        home.afterChange = path -> {
            if (path.equals(own) && touched.incrementAndGet() == 1) {
                throw new UserError("refused " + path.getFileName());
            }
        };
        home.beforeChange = path -> {
            if (path.equals(own) && touched.get() > 0) {
                throw new UserError("refused again");
            }
        };
        Applier.Result result = install(home, FIRST);
        assertThat(result).isInstanceOfSatisfying(Applier.Result.RollbackIncomplete.class, stuck -> {
            assertThat(stuck.failed().resource()).isEqualTo(new Directory(own, 0755));
            assertThat(stuck.reason()).isEqualTo("refused own");
            assertThat(stuck.failures()).singleElement().satisfies(left -> {
                assertThat(left.reason()).isEqualTo("refused again");
                assertThat(left.manualSteps()).hasToString("[rmdir " + own + "]");
            });
        });
        home.beforeChange = path -> {};
        Journal journal = home.unfinished().orElseThrow();
        assertThat(home.transactions().undo(journal)).isEmpty();
        assertThat(home.tree()).isEqualTo(before);
        assertThat(home.resolve(".aiserver")).doesNotExist();
    }

    /** @param failing the step that fails after the first package: the second package, the journal, or a file */
    @ParameterizedTest
    @CsvSource({
        "second,  Homebrew package second, Homebrew could not install second: Error: no bottle. Run \"brew install second\"",
        "journal, HOME/folder/file,        refused",
        "file,    HOME/folder/file,        refused"
    })
    void installedPackagesAreKeptAndReported(String failing, String failed, String reason) throws IOException {
        Home home = found();
        Map<Path, FileState> before = home.tree();
        List<String> installed = new ArrayList<>();
        home.commands = Optional.of(command -> {
            String formula = command.argv().get(command.argv().size() - 1);
            installed.add(formula);
            return formula.equals(failing)
                    ? CommandResult.of(1, "", "Error: no bottle.\n")
                    : CommandResult.of(0, "", "");
        });
        home.beforeChange = path -> {
            boolean now = failing.equals("journal")
                    ? path.endsWith("journal.json")
                    : failing.equals("file") && path.endsWith("folder/file");
            if (now) {
                throw new UserError("refused");
            }
        };
        List<Change> packages = Stream.of("first", "second")
                .map(formula -> new Change(new BrewPackage(formula), State.ABSENT, State.PRESENT))
                .toList();
        Plan plan = home.plan(List.of(home.target("folder/file", "file 0600 v1")), Home.NO_RECEIPT);
        Applier applier = home.applier();
        Applier.Result result = applier.installPackages(packages)
                .orElseGet(() -> applier.apply(Transaction.install(plan, Home.NO_RECEIPT, Home.NO_RECEIPT)));

        assertThat(installed).containsExactly("first", "second");
        assertThat(result).isInstanceOfSatisfying(Applier.Result.RolledBack.class, back -> {
            assertThat(back.kept()).isEqualTo(packages.subList(0, failing.equals("second") ? 1 : 2));
            assertThat(back.failed().resource().name())
                    .isEqualTo(
                            failed.replace("HOME", home.resolve("").toString().replaceFirst("/$", "")));
            assertThat(back.reason()).startsWith(reason);
        });
        assertThat(home.tree()).isEqualTo(before);
    }

    @Test
    void everythingForARollbackIsWrittenBeforeTheFirstChange() throws IOException {
        Home home = found();
        AtomicInteger seen = new AtomicInteger();
        home.beforeChange = path -> {
            if (!home.isState(path)) {
                Journal journal = home.unfinished().orElseThrow();
                assertThat(journal.changes())
                        .anyMatch(change -> change.resource().id().endsWith(":" + path));
                for (Change change : journal.changes()) {
                    if (change.resource() instanceof HostFile file && change.before() instanceof State.File before) {
                        assertThat(home.ask(home.records.journals().staging().content(file.path(), before)))
                                .isPresent();
                    }
                }
                seen.incrementAndGet();
            }
        };
        install(home, FIRST);
        assertThat(seen).hasValue(5);
    }

    @ParameterizedTest
    @ValueSource(strings = {"file 0644 edited", "file 0600 original", "absent"})
    void aFileEditedAfterThePlanIsKeptAndTheRestRolledBack(String edited) throws IOException {
        Home home = found();
        HostFile written = new HostFile(home.resolve("existing"));
        Map<Path, FileState> expected = home.tree();
        home.afterChange = path -> {
            if (path.endsWith("journal.json") && home.file(path) instanceof FileState.Regular) {
                home.bring(written, home.state(edited));
                expected.put(written.path(), home.file(written.path()));
            }
        };

        Applier.Result result = install(home, FIRST);

        assertThat(result).isInstanceOfSatisfying(Applier.Result.RolledBack.class, back -> {
            assertThat(back.failed().resource()).isEqualTo(written);
            assertThat(back.reason())
                    .isEqualTo(
                            written.path()
                                    + " was changed by another program after the plan was made; check the file, then try again.");
        });
        expected.values().removeIf(state -> state instanceof FileState.Absent);
        assertThat(home.tree()).isEqualTo(expected);
        assertThat(home.resolve(".aiserver")).doesNotExist();

        home.afterChange = path -> {};
        assertThat(install(home, FIRST)).isInstanceOf(Applier.Result.Applied.class);
        assertThat(uninstall(new Home(home.resolve("")))).isInstanceOf(Applier.Result.Applied.class);
        assertThat(home.tree()).isEqualTo(expected);
    }

    @Test
    void aFileEditedAfterACrashIsKept() throws IOException {
        Home home = found();
        home.afterChange = path -> {
            if (path.equals(home.resolve("own/deep/file"))) {
                kill();
            }
        };
        try {
            install(home, FIRST);
        } catch (Killed killed) {
            home.afterChange = path -> {};
        }
        home.put(Map.of("own/deep/file", "file 0644 edited"));
        Home next = new Home(home.resolve(""));
        assertThat(next.transactions().undo(next.unfinished().orElseThrow())).isEmpty();
        assertThat(home.resolve("own/deep/file")).hasContent("edited");
        assertThat(home.resolve("existing")).hasContent("original");
    }

    @Test
    void uninstallRestoresTheOriginalBytesAfterUpgrades() throws IOException {
        Home home = new Home(directory);
        byte[] bytes = new byte[10_000];
        new Random(1).nextBytes(bytes);
        home.write(home.resolve("file"), Content.of(bytes), 0640);
        Map<Path, FileState> before = home.tree();
        for (String version : List.of("v1", "v2", "v3")) {
            install(home, wanted(version, "file"));
        }
        assertThat(home.resolve("file")).hasContent("v3 of file");
        Home later = new Home(directory);
        assertThat(uninstall(later)).isInstanceOf(Applier.Result.Applied.class);
        assertThat(later.tree()).isEqualTo(before);
        assertThat(later.resolve(".aiserver")).doesNotExist();
    }

    @Test
    void anEmptyPlanStillUpdatesTheReceipt() throws IOException {
        Home home = found();
        install(home, FIRST);
        Receipt receipt = home.receipt(home.contents).orElseThrow();
        Receipt newer = Receipt.empty("0.2.0", Map.of("name", "other"), "100.64.0.2", List.of("other"));
        Plan plan = home.plan(home.targets(FIRST), receipt);
        assertThat(plan.isEmpty()).isTrue();
        home.applier().apply(Transaction.install(plan, receipt, newer));
        Receipt written = home.receipt(new Contents()).orElseThrow();
        assertThat(written).isEqualTo(receipt.from(newer));
        assertThat(written.address()).isEqualTo("100.64.0.2");
        assertThat(written.entries()).isEqualTo(receipt.entries());
    }

    @Test
    void aFileWithoutItsFolderFails() throws IOException {
        Home home = found();
        State file = home.state("file 0600 v1");
        DesiredResource target = new DesiredResource(new HostFile(home.resolve("missing/file")), file);
        Plan plan = home.plan(List.of(target), Home.NO_RECEIPT);
        Applier.Result result = home.applier().apply(Transaction.install(plan, Home.NO_RECEIPT, Home.NO_RECEIPT));
        assertThat(result)
                .isInstanceOfSatisfying(
                        Applier.Result.RolledBack.class,
                        back -> assertThat(back.reason())
                                .isEqualTo("Cannot write " + home.resolve("missing/file")
                                        + ": its directory does not exist."));
        assertThat(home.resolve(".aiserver")).doesNotExist();
    }
}
