package dev.aiserver.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.aiserver.host.Content;
import dev.aiserver.host.FileState;
import dev.aiserver.host.Trouble;
import dev.aiserver.resource.Contents;
import dev.aiserver.resource.HostFile;
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
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ApplierTest {
    private static final Map<String, String> FOUND = Map.of(
            "somebodys", "file 0644 somebody's",
            "folder", "directory",
            "folder/file", "file 0640 somebody's too");

    private static final Map<String, String> FIRST = wanted("v1", "somebodys", "folder/file", "own/deep/file");
    private static final Map<String, String> SECOND = wanted("v2", "somebodys", "other/file", "own/deep/file");

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
        Receipt receipt = home.store.load(home.contents).orElse(Home.NO_RECEIPT);
        return home.applier().apply(home.plan(home.targets(wanted), receipt), receipt, Home.NO_RECEIPT);
    }

    /** Refuses one change, or all from that one on. */
    private static Consumer<Path> refusing(int first, boolean andAllAfter) {
        AtomicInteger count = new AtomicInteger();
        return path -> {
            int number = count.incrementAndGet();
            if (number == first || number > first && andAllAfter) {
                throw new Trouble("refused " + path.getFileName());
            }
        };
    }

    private static int changes(Home home, Map<String, String> wanted) {
        AtomicInteger count = new AtomicInteger();
        home.beforeChange = path -> count.incrementAndGet();
        assertThat(install(home, wanted)).isInstanceOf(Applier.Result.Applied.class);
        return count.get();
    }

    @Test
    void aFailureOfTheFirstInstallationAnywhereLeavesNothing() throws IOException {
        int all = changes(found(), FIRST);
        for (int number = 1; number <= all; number++) {
            for (boolean after : new boolean[] {false, true}) {
                Home home = found();
                Map<Path, FileState> before = home.tree();
                fail(home, number, after);
                assertThat(outcome(home, FIRST))
                        .as("change %d of %d", number, all)
                        .startsWith("refused ");
                assertThat(home.tree()).isEqualTo(before);
                assertThat(home.store.load(new Contents())).isEmpty();
            }
        }
    }

    @Test
    void aFailureOfAnUpgradeAnywhereLeavesTheInstallationAsItWas() throws IOException {
        Home probe = found();
        install(probe, FIRST);
        int all = changes(probe, SECOND);
        for (int number = 1; number <= all; number++) {
            for (boolean after : new boolean[] {false, true}) {
                Home home = found();
                install(home, FIRST);
                Map<Path, FileState> before = home.tree();
                Optional<Receipt> receipt = home.store.load(new Contents());
                fail(home, number, after);
                assertThat(outcome(home, SECOND))
                        .as("change %d of %d", number, all)
                        .startsWith("refused ");
                assertThat(home.tree()).isEqualTo(before);
                assertThat(home.store.load(new Contents())).isEqualTo(receipt);
            }
        }
    }

    private static void fail(Home home, int number, boolean after) {
        if (after) {
            home.afterChange = refusing(number, false);
        } else {
            home.beforeChange = refusing(number, false);
        }
    }

    /** Why nothing was changed. */
    private static String outcome(Home home, Map<String, String> wanted) {
        try {
            Applier.Result result = install(home, wanted);
            return result instanceof Applier.Result.RolledBack back ? back.reason() : result.toString();
        } catch (Trouble nothingBegun) {
            return nothingBegun.sentence();
        } finally {
            home.beforeChange = path -> {};
            home.afterChange = path -> {};
        }
    }

    @Test
    void whatCannotBeUndoneIsSaidAndTheReceiptStillKnowsIt() throws IOException {
        Home home = found();
        Map<Path, FileState> before = home.tree();
        Consumer<Path> broken = path -> {
            if (path.equals(home.resolve("somebodys"))) {
                throw new Trouble("refused " + path.getFileName());
            }
        };
        home.afterChange = broken;
        Applier.Result result = install(home, FIRST);
        assertThat(result).isInstanceOfSatisfying(Applier.Result.Stuck.class, stuck -> {
            assertThat(stuck.failed().resource()).isEqualTo(new HostFile(home.resolve("somebodys")));
            assertThat(stuck.reason()).isEqualTo("refused somebodys");
            assertThat(stuck.left()).containsExactly("refused somebodys");
        });
        home.afterChange = path -> {};
        Receipt receipt = home.store.load(home.contents).orElseThrow();
        assertThat(receipt.entries())
                .extracting(Receipt.Entry::resource, Receipt.Entry::done)
                .containsExactly(tuple(new HostFile(home.resolve("somebodys")), false));
        assertThat(home.takeBack(receipt).failures()).isEmpty();
        assertThat(home.tree()).isEqualTo(before);
    }

    @Test
    void theReceiptIsWrittenAheadOfEveryChange() throws IOException {
        Home home = found();
        List<String> seen = new ArrayList<>();
        home.beforeChange = path -> {
            if (!home.isState(path)) {
                Receipt written = home.store.load(new Contents()).orElseThrow();
                assertThat(written.entries())
                        .filteredOn(entry -> !entry.done())
                        .hasSize(1)
                        .allMatch(entry -> entry.resource().id().endsWith(":" + path));
                seen.add(path.getFileName().toString());
            }
        };
        install(home, FIRST);
        assertThat(seen).containsExactlyInAnyOrder("own", "deep", "file", "file", "somebodys");
    }

    @Test
    void aFileComesBackByteForByteAfterUpgrades() throws IOException {
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
        Receipt receipt = later.store.load(later.contents).orElseThrow();
        assertThat(later.takeBack(receipt).done()).hasSize(1);
        assertThat(later.tree()).isEqualTo(before);
    }

    @Test
    void aRemovalGoesOnAfterWhatItCannotTakeBack() throws IOException {
        Home home = found();
        install(home, FIRST);
        Receipt receipt = home.store.load(home.contents).orElseThrow();
        home.beforeChange = path -> {
            if (path.equals(home.resolve("somebodys"))) {
                throw new Trouble("refused");
            }
        };
        Applier.Outcome removal = home.takeBack(receipt);
        assertThat(removal.failures()).extracting(Applier.Failure::reason).containsExactly("refused");
        assertThat(removal.done()).hasSize(4);
        assertThat(home.resolve("own")).doesNotExist();
        assertThat(home.store.load(new Contents()).orElseThrow().entries())
                .extracting(Receipt.Entry::before)
                .containsExactly(home.state("file 0644 somebody's"));
    }

    @Test
    void anEmptyPlanStillBringsTheReceiptUpToDate() throws IOException {
        Home home = found();
        install(home, FIRST);
        Receipt receipt = home.store.load(home.contents).orElseThrow();
        Receipt newer = Receipt.empty("0.2.0", Map.of("name", "other"), "100.64.0.2", List.of("other"));
        Plan plan = home.plan(home.targets(FIRST), receipt);
        assertThat(plan.isEmpty()).isTrue();
        home.applier().apply(plan, receipt, newer);
        Receipt written = home.store.load(new Contents()).orElseThrow();
        assertThat(written).isEqualTo(receipt.from(newer));
        assertThat(written.address()).isEqualTo("100.64.0.2");
        assertThat(written.entries()).isEqualTo(receipt.entries());
    }

    @Test
    void aFileWhoseFolderIsMissingIsTrouble() throws IOException {
        Home home = found();
        State file = home.state("file 0600 v1");
        Target target = new Target(new HostFile(home.resolve("missing/file")), file);
        Applier.Result result =
                home.applier().apply(home.plan(List.of(target), Home.NO_RECEIPT), Home.NO_RECEIPT, Home.NO_RECEIPT);
        assertThat(result)
                .isInstanceOfSatisfying(
                        Applier.Result.RolledBack.class,
                        back -> assertThat(back.reason())
                                .isEqualTo("Cannot write " + home.resolve("missing/file")
                                        + ": its directory does not exist."));
        assertThat(home.resolve(".aiserver")).doesNotExist();
    }
}
