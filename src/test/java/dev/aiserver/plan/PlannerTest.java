package dev.aiserver.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.aiserver.host.FileState;
import dev.aiserver.host.UserError;
import dev.aiserver.resource.BrewPackage;
import dev.aiserver.resource.Contents;
import dev.aiserver.resource.Directory;
import dev.aiserver.resource.Health;
import dev.aiserver.resource.HostFile;
import dev.aiserver.resource.Job;
import dev.aiserver.resource.Resource;
import dev.aiserver.resource.State;
import dev.aiserver.resource.Verb;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class PlannerTest {
    private static final Path CASES = Path.of("src/test/resources/plan");
    private static final YAMLMapper YAML = new YAMLMapper();

    /**
     * The files in a home, the receipt of an earlier installation, the desired state, and the expected changes. Entries of
     * the receipt are "before" and "after".
     */
    record Case(
            Map<String, String> there,
            @Nullable Map<String, List<String>> receipt,
            Map<String, String> wanted,
            List<String> changes) {}

    static Stream<String> cases() throws IOException {
        try (Stream<Path> files = Files.list(CASES)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList().stream();
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void plansAppliesPlansNothingMoreAndUninstalls(String file, @TempDir Path directory) throws IOException {
        Case example = YAML.readValue(CASES.resolve(file).toFile(), Case.class);
        Home home = new Home(directory);
        home.put(example.there());
        Map<Path, FileState> before = home.tree();
        Receipt earlier = receipt(home, example.receipt() == null ? Map.of() : example.receipt());
        home.save(earlier);
        List<DesiredResource> targets = home.targets(example.wanted());

        Plan plan = home.plan(targets, earlier);
        assertThat(plan.changes().stream().map(change -> line(change, directory)))
                .containsExactlyElementsOf(example.changes());

        List<Change> made = new ArrayList<>();
        Applier.Result result =
                home.applier(Interruption.NEVER, made::add).apply(Transaction.install(plan, earlier, Home.NO_RECEIPT));
        assertThat(made).as("the changes made are those planned").isEqualTo(plan.changes());
        assertThat(result).isInstanceOf(Applier.Result.Applied.class);
        Receipt receipt = ((Applier.Result.Applied) result).receipt();
        assertThat(home.receipt(new Contents())).isEqualTo(Optional.of(receipt).filter(any -> !any.isEmpty()));
        assertThat(home.plan(targets, receipt).changes()).isEmpty();

        assertThat(home.takeBack(receipt)).isInstanceOf(Applier.Result.Applied.class);
        if (example.receipt() == null) {
            assertThat(home.tree()).isEqualTo(before);
        }
        Function<Resource, State> observed = home.observed(receipt.resources(), Home.NO_RECEIPT);
        for (Receipt.Entry entry : receipt.entries()) {
            assertThat(observed.apply(entry.resource())).isEqualTo(entry.before());
        }
        assertThat(home.resolve(".aiserver")).doesNotExist();
    }

    private static Receipt receipt(Home home, Map<String, List<String>> entries) {
        List<Receipt.Entry> list = new ArrayList<>();
        entries.forEach((name, texts) -> {
            State before = home.state(texts.get(0));
            State after = home.state(texts.get(1));
            list.add(new Receipt.Entry(home.resource(name, before, after), before, after));
        });
        Receipt none = Home.NO_RECEIPT;
        return new Receipt(none.schema(), none.version(), none.configuration(), none.address(), none.hostNames(), list);
    }

    private static String line(Change change, Path home) {
        return change.verb().name().toLowerCase(Locale.ROOT) + " "
                + change.resource().name().replace(home + "/", "~/");
    }

    private static final State A = new State.File("a".repeat(64), 0644);
    private static final State B = new State.File("b".repeat(64), 0644);
    private static final Health HEALTH = new Health("127.0.0.1", 1, "h", "/");
    private static final Job OLLAMA = new Job("com.ollama", Path.of("/o.plist"), 1, false, HEALTH);
    private static final Job HAPROXY = new Job("com.haproxy", Path.of("/h.plist"), 2, true, HEALTH);

    @RepeatedTest(5)
    void ordersDeletionsByFallingRankThenOtherChangesByRisingRank(RepetitionInfo repetition) {
        State running = new State.Running("d", "c");
        List<Change> ordered = List.of(
                new Change(HAPROXY, running, State.ABSENT),
                new Change(OLLAMA, running, State.ABSENT),
                new Change(new HostFile(Path.of("/old")), A, State.ABSENT),
                new Change(new Directory(Path.of("/deep/er/old"), 0755), State.PRESENT, State.ABSENT),
                new Change(new Directory(Path.of("/deep"), 0755), State.PRESENT, State.ABSENT),
                new Change(new BrewPackage("ollama"), State.ABSENT, State.PRESENT),
                new Change(new Directory(Path.of("/new"), 0755), State.ABSENT, State.PRESENT),
                new Change(new Directory(Path.of("/new/er"), 0755), State.ABSENT, State.PRESENT),
                new Change(new HostFile(Path.of("/new/er/file")), A, B),
                new Change(OLLAMA, State.ABSENT, running),
                new Change(HAPROXY, State.ABSENT, running));
        List<Change> shuffled = new ArrayList<>(ordered);
        Collections.shuffle(shuffled, new Random(repetition.getCurrentRepetition()));
        assertThat(Plan.of(shuffled, new Contents()).changes()).isEqualTo(ordered);
    }

    @Test
    void aChangeHasTheVerbThatPeopleUse() {
        record Row(Resource resource, State before, State after, Verb verb, Verb back) {}
        State both = new State.Running("d", "c");
        State otherConfiguration = new State.Running("d", "c2");
        State otherDefinition = new State.Running("d2", "c");
        State failing = new State.Failing("exited");
        HostFile file = new HostFile(Path.of("/f"));
        for (Row row : List.of(
                new Row(new BrewPackage("b"), State.ABSENT, State.PRESENT, Verb.INSTALL, Verb.INSTALL),
                new Row(file, State.ABSENT, A, Verb.CREATE, Verb.DELETE),
                new Row(file, A, B, Verb.UPDATE, Verb.UPDATE),
                new Row(OLLAMA, State.ABSENT, both, Verb.START, Verb.STOP),
                new Row(OLLAMA, both, otherConfiguration, Verb.RESTART, Verb.RESTART),
                new Row(HAPROXY, both, otherConfiguration, Verb.RELOAD, Verb.RELOAD),
                new Row(HAPROXY, both, otherDefinition, Verb.RESTART, Verb.RESTART),
                new Row(HAPROXY, failing, both, Verb.RESTART, Verb.RESTART))) {
            Change change = new Change(row.resource, row.before, row.after);
            assertThat(change.verb()).as(change.toString()).isEqualTo(row.verb);
            assertThat(change.inverse().verb()).as("back from " + change).isEqualTo(row.back);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            link      | is a symbolic link, but a regular file is needed there. Move it away, then try again.
            directory | is a directory, but a regular file is needed there. Move it away, then try again.
            """)
    void rejectsAnythingElseInPlaceOfAFile(String name, String message, @TempDir Path directory) throws IOException {
        Files.createDirectory(directory.resolve("directory"));
        Files.createSymbolicLink(directory.resolve("link"), directory.resolve("nothing"));
        Home home = new Home(directory);
        assertThatThrownBy(() -> home.plan(List.of(home.target(name, "file 0600 v1")), Home.NO_RECEIPT))
                .isInstanceOf(UserError.class)
                .hasMessage(directory.resolve(name) + " " + message);
        assertThatThrownBy(() -> home.plan(List.of(home.target("link", "directory")), Home.NO_RECEIPT))
                .hasMessage(
                        directory.resolve("link")
                                + " is a symbolic link that does not point to a folder that you own. Point it to one, or move it away, then try again.");
    }
}
