package dev.aiserver.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aiserver.app.ChangeFailure;
import dev.aiserver.app.InstallResult;
import dev.aiserver.app.UninstallResult;
import dev.aiserver.host.Command;
import dev.aiserver.layout.Layout;
import dev.aiserver.plan.Change;
import dev.aiserver.plan.Plan;
import dev.aiserver.plan.Rollback;
import dev.aiserver.resource.BrewPackage;
import dev.aiserver.resource.Contents;
import dev.aiserver.resource.Directory;
import dev.aiserver.resource.ExistingJob;
import dev.aiserver.resource.State;
import dev.aiserver.server.ExitCode;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.Writer;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Proves what is said about an install or uninstall that failed, and which sentence stands for it. */
class InstallReportTest {
    private static final PrintWriter NOWHERE = new PrintWriter(Writer.nullWriter());
    private static final Console PLAIN = Console.unattended(NOWHERE, NOWHERE);
    private static final Layout LAYOUT = new Layout(Path.of("/Users/ann"));
    private static final Change FOLDER =
            new Change(new Directory(Path.of("/Users/ann/.haproxy"), 0700), State.ABSENT, State.PRESENT);
    private static final Change FORMULA = new Change(new BrewPackage("ollama"), State.ABSENT, State.PRESENT);
    private static final Plan PLAN = Plan.of(List.of(FOLDER, FORMULA), new Contents());

    private static Report installed(InstallResult result) {
        return result.to(new InstallReport(PLAIN, Optional.of("mac-2"), LAYOUT, new ShellPath("", "")));
    }

    private static Report uninstalled(UninstallResult result) {
        return result.to(new UninstallReport(PLAIN, Optional.of("mac-2"), LAYOUT));
    }

    @Test
    void aReportWithoutADocumentIsPrintedAsText() {
        StringWriter out = new StringWriter();
        Console console = Console.unattended(new PrintWriter(out), NOWHERE);
        Report.of(ExitCode.DONE, "#!/bin/sh\n").print(console, true);
        Report.of(ExitCode.DONE, "text", () -> Json.failed("plan", "no")).print(console, true);
        assertThat(out.toString()).startsWith("#!/bin/sh\n{\n").doesNotContain("text");
    }

    @Test
    void aRollbackIsSaidWithItsReasonFirst() {
        Report report = installed(new ChangeFailure.RolledBack(PLAN, FOLDER, "no\nspace", List.of(FORMULA)));
        assertThat(report.exitCode()).isEqualTo(ExitCode.ROLLED_BACK);
        assertThat(report.reason()).isEqualTo("Failed: create   ~/.haproxy/: no space");
        assertThat(report.notices())
                .isEqualTo(report.reason() + "\nAll changes were rolled back, except for: Homebrew package ollama.");
        assertThat(Json.text(report.document().orElseThrow().get()))
                .contains(
                        "\"outcome\" : \"rolled-back\"",
                        "\"error\" : \"no\\nspace\"",
                        "\"kept\" : [ \"Homebrew package ollama\" ]");
    }

    @Test
    void anEarlierServiceThatDoesNotStartIsExplained() {
        Change start = new Change(
                new ExistingJob("homebrew.mxcl.ollama", Path.of("/Users/ann/h.plist"), List.of()),
                State.ABSENT,
                new State.Running("d", ""));
        ChangeFailure failure = new ChangeFailure.RolledBack(PLAN, start, "it exits", List.of());
        assertThat(uninstalled(failure).notices())
                .endsWith("leave it stopped with \"aiserver uninstall --no-restore --host mac-2\".");
        assertThat(installed(failure).notices()).endsWith("All changes were rolled back.");
    }

    @Test
    void aLostConnectionSaysWhatContinues() {
        ChangeFailure failure = new ChangeFailure.Unreachable(PLAN, FOLDER, "broken pipe");
        assertThat(installed(failure).reason())
                .isEqualTo("Lost the connection to mac-2 during \"create ~/.haproxy/\". The next \"aiserver install"
                        + " --host mac-2\" or \"aiserver uninstall --host mac-2\" rolls the changes back.");
        assertThat(uninstalled(failure).reason())
                .endsWith("Run \"aiserver uninstall --host mac-2\" again to continue.");
    }

    @Test
    void anIncompleteRollbackListsWhatToDoByHand() {
        Rollback.Failure left = new Rollback.Failure(
                FOLDER.inverse(), "not empty", List.of(Command.of("rmdir", "/Users/ann/.haproxy")));
        Report report =
                installed(new ChangeFailure.RollbackIncomplete(PLAN, Optional.of(FOLDER), "no space", List.of(left)));
        assertThat(report.reason()).isEqualTo("Failed: create   ~/.haproxy/: no space");
        assertThat(report.notices()).isEqualTo("""
                Failed: create   ~/.haproxy/: no space
                Rollback incomplete:
                  - delete   ~/.haproxy/: not empty
                    by hand:
                      rmdir /Users/ann/.haproxy
                Fix the cause and run "aiserver install" again; it continues the rollback.""");
    }
}
