package dev.aiserver.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aiserver.app.ChangeFailure;
import dev.aiserver.app.Declined;
import dev.aiserver.app.Event;
import dev.aiserver.app.InstallResult;
import dev.aiserver.app.Ui;
import dev.aiserver.app.UninstallResult;
import dev.aiserver.layout.Layout;
import dev.aiserver.plan.LocalEdit;
import dev.aiserver.plan.Plan;
import dev.aiserver.server.FaultyHost.Fault;
import dev.aiserver.server.FaultyHost.Killed;
import dev.aiserver.server.FaultyHost.Kind;
import dev.aiserver.server.Rig.Sight;
import dev.aiserver.server.Rig.Version;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Proves what an install and an uninstall ask, tell and return, whoever calls them. */
@Tag("haproxy")
class InstallProtocolTest {
    @TempDir
    private Path directory;

    @SuppressWarnings("NullAway.Init")
    private Rig rig;

    private final Person person = new Person();

    @BeforeEach
    void rig() throws IOException {
        rig = new Rig(
                Files.createDirectory(directory.resolve("root")), Files.createDirectory(directory.resolve("programs")));
    }

    @AfterEach
    void close() {
        rig.close();
    }

    /** Answers as told, and remembers what happened. */
    private static final class Person implements Ui {
        private final Deque<Runnable> beforeAnswers = new ArrayDeque<>();
        private boolean agrees = true;
        private Optional<LocalEdit.Policy> policy = Optional.empty();
        private final List<String> log = new ArrayList<>();

        @Override
        public boolean prompts() {
            return true;
        }

        @Override
        public boolean confirm(Plan plan) {
            log.add("confirm");
            if (!beforeAnswers.isEmpty()) {
                beforeAnswers.pop().run();
            }
            return agrees;
        }

        @Override
        public Optional<LocalEdit.Policy> decide(Install.PlannedInstall planned) {
            log.add("decide");
            return policy;
        }

        @Override
        public boolean restore(List<String> exposed) {
            throw new AssertionError("exposed: " + exposed);
        }

        @Override
        public void event(Event event) {
            String name = event.getClass().getSimpleName();
            if (log.isEmpty() || !log.get(log.size() - 1).equals(name)) {
                log.add(name);
            }
        }

        List<String> log() {
            List<String> happened = List.copyOf(log);
            log.clear();
            return happened;
        }
    }

    @Test
    void anInstallAndAnUninstallTellEachStep() {
        InstallResult installed = rig.install(Version.FIRST, LocalEdit.Policy.NONE, person);
        assertThat(installed).isInstanceOf(InstallResult.Installed.class);
        assertThat(installed.exitCode()).isEqualTo(ExitCode.DONE);
        assertThat(person.log()).containsExactly("Planned", "confirm", "Done", "Verifying");

        assertThat(rig.install(Version.FIRST, LocalEdit.Policy.NONE, person))
                .isInstanceOf(InstallResult.Unchanged.class);
        assertThat(person.log()).containsExactly("Verifying");

        UninstallResult gone = rig.uninstall(person);
        assertThat(gone.outcome()).isEqualTo(CommandOutcome.UNINSTALLED);
        assertThat(person.log()).containsExactly("RemovalPlanned", "confirm", "Done");

        assertThat(rig.uninstall(person).outcome()).isEqualTo(CommandOutcome.UNCHANGED);
        assertThat(person.log()).isEmpty();
    }

    @Test
    void withoutAgreementNothingIsChanged() {
        person.agrees = false;
        Sight before = rig.look();
        InstallResult result = rig.install(Version.FIRST, LocalEdit.Policy.NONE, person);
        assertThat(result).isInstanceOf(Declined.class);
        assertThat(result.exitCode()).isEqualTo(ExitCode.FAILED);
        assertThat(rig.look()).isEqualTo(before);

        rig.install(Version.FIRST);
        Sight installed = rig.look();
        assertThat(rig.uninstall(person)).isInstanceOf(Declined.class);
        assertThat(rig.look()).isEqualTo(installed);
    }

    @Test
    void aPersonDecidesAboutLocalEdits() throws IOException {
        rig.install(Version.FIRST);
        Files.writeString(rig.proxyConfiguration(), "# mine\n");
        assertThat(rig.install(Version.NEXT, LocalEdit.Policy.NONE, person)).isInstanceOf(Declined.class);
        assertThat(person.log()).containsExactly("decide");

        person.policy = Optional.of(LocalEdit.Policy.OVERWRITE);
        assertThat(rig.install(Version.NEXT, LocalEdit.Policy.NONE, person))
                .isInstanceOf(InstallResult.Installed.class);
        assertThat(person.log()).containsExactly("decide", "Planned", "confirm", "Done", "Verifying");
    }

    @Test
    void aPlanThatIsOutOfDateIsShownAgain() {
        person.beforeAnswers.add(() -> rig.install(Version.FIRST));
        assertThat(rig.install(Version.NEXT, LocalEdit.Policy.NONE, person))
                .isInstanceOf(InstallResult.Installed.class);
        assertThat(person.log())
                .containsExactly("Planned", "confirm", "PlanOutdated", "Planned", "confirm", "Done", "Verifying");

        person.beforeAnswers.add(() -> rig.install(Version.FIRST));
        assertThat(rig.uninstall(person)).isInstanceOf(UninstallResult.Uninstalled.class);
    }

    @Test
    void whatAKilledInstallLeftIsRolledBackFirst() {
        person.beforeAnswers.add(() -> {
            rig.host().fail(new Fault(Kind.KILLED_AFTER, 12, 0));
            try {
                rig.install(Version.FIRST);
            } catch (Killed killed) {
                rig.host().fail(Fault.NONE);
            }
        });
        assertThat(rig.install(Version.FIRST, LocalEdit.Policy.NONE, person))
                .isInstanceOf(InstallResult.Installed.class);
        assertThat(person.log()).containsExactly("Planned", "confirm", "RollingBack", "Done", "Verifying");
    }

    @Test
    void aFailureIsAResult() throws IOException {
        rig.letSleep("ollama");
        InstallResult result = rig.install(Version.FIRST, LocalEdit.Policy.NONE, person);
        assertThat(result)
                .isInstanceOfSatisfying(
                        ChangeFailure.RolledBack.class,
                        back -> assertThat(back.failed().resource().name()).isEqualTo(Layout.OLLAMA));
        assertThat(result.exitCode()).isEqualTo(ExitCode.ROLLED_BACK);
        assertThat(person.log()).doesNotContain("Verifying");
    }
}
