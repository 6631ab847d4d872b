package dev.aiserver.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aiserver.host.Command;
import dev.aiserver.host.CommandResult;
import dev.aiserver.host.Content;
import dev.aiserver.host.FileState;
import dev.aiserver.host.LocalHost;
import dev.aiserver.plan.Change;
import dev.aiserver.plan.Plan;
import dev.aiserver.resource.BrewPackage;
import dev.aiserver.resource.Contents;
import dev.aiserver.resource.Directory;
import dev.aiserver.resource.ExistingJob;
import dev.aiserver.resource.Health;
import dev.aiserver.resource.HostFile;
import dev.aiserver.resource.Job;
import dev.aiserver.resource.OneShotJob;
import dev.aiserver.resource.State;
import dev.aiserver.template.Golden;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PlanScriptTest {
    private static final LocalHost HOST = new LocalHost(System.getenv());
    private static final Path HOME = Path.of("/Users/ann o'hara");
    private static final Path AGENTS = HOME.resolve("Library/LaunchAgents");
    private static final Health HEALTH = new Health("127.0.0.1", 11434, "127.0.0.1:11434", "/api/version");

    private static State.File file(Contents contents, String text, int mode) {
        return new State.File(contents.add(Content.of(text)), mode);
    }

    private static Plan everyKindOfChange() {
        Contents contents = new Contents();
        Path plist = AGENTS.resolve("com.ollama.plist");
        State running = new State.Running("d", "c");
        return Plan.of(
                List.of(
                        new Change(
                                new ExistingJob("homebrew.mxcl.ollama", AGENTS.resolve("h.plist"), List.of()),
                                running,
                                State.ABSENT),
                        new Change(
                                new HostFile(AGENTS.resolve("h.plist")), file(contents, "old\n", 0644), State.ABSENT),
                        new Change(new BrewPackage("haproxy"), State.ABSENT, State.PRESENT),
                        new Change(new Directory(HOME.resolve(".haproxy"), 0700), State.ABSENT, State.PRESENT),
                        new Change(
                                new HostFile(plist),
                                file(contents, "old\n", 0644),
                                file(contents, "EOF\n<plist>$HOME `id` \\n</plist>\n", 0644)),
                        new Change(
                                new HostFile(HOME.resolve("no line end")),
                                State.ABSENT,
                                file(contents, "it's $HOME", 0600)),
                        new Change(new HostFile(HOME.resolve("jar")), State.ABSENT, file(contents, "PK\0\1", 0644)),
                        new Change(new Job("com.ollama", plist, 1, false, HEALTH), State.ABSENT, running),
                        new Change(
                                new Job("com.haproxy", AGENTS.resolve("com.haproxy.plist"), 2, true, HEALTH),
                                running,
                                new State.Running("d", "c2")),
                        new Change(
                                new OneShotJob("com.ollama.warm-models", AGENTS.resolve("w.plist")),
                                State.ABSENT,
                                new State.Loaded("d"))),
                contents);
    }

    private static void isShell(String script) {
        CommandResult checked = HOST.run(Command.of("sh", "-n").withStdin(script.getBytes(StandardCharsets.UTF_8)));
        assertThat(checked.exitCode()).as(checked.errorText()).isZero();
    }

    @Test
    void everyKindOfChangeIsACommandWithAComment() throws IOException {
        String script = PlanScript.install(everyKindOfChange(), HOME, Optional.empty());
        isShell(script);
        Golden.compare("install.sh", script);
    }

    @Test
    void anUninstallRemovesTheRecordsToo() throws IOException {
        Plan plan = everyKindOfChange();
        Plan back = Plan.of(
                plan.reversible().changes().stream().map(Change::inverse).toList(), plan.contents());
        String script = PlanScript.uninstall(back, HOME, HOME.resolve(".aiserver"));
        isShell(script);
        Golden.compare("uninstall.sh", script);
    }

    /** Includes names and contents that a shell would interpret. */
    @Test
    void filesAreWrittenByteForByteWithTheirModes(@TempDir Path home) throws IOException {
        Contents contents = new Contents();
        Map<String, String> files = Map.of(
                "it's a \"file\" $HOME", "one\ntwo\n",
                "ends", "EOF\nEOF_\n\n\n",
                "none", "",
                "no end", "a\n'b'\\",
                "binary", "\0\1\2\n");
        List<Change> changes = files.entrySet().stream()
                .map(each -> new Change(
                        new HostFile(home.resolve(each.getKey())),
                        State.ABSENT,
                        file(contents, each.getValue(), each.getKey().equals("none") ? 0644 : 0600)))
                .toList();
        String script = PlanScript.install(Plan.of(changes, contents), home, Optional.empty());
        CommandResult run = HOST.run(Command.of("sh", "-s")
                .withEnvironment(Map.of("HOME", home.toString()))
                .withStdin(script.getBytes(StandardCharsets.UTF_8)));
        assertThat(run.exitCode()).as(run.errorText()).isZero();
        for (Change change : changes) {
            Path path = ((HostFile) change.resource()).path();
            assertThat(HOST.file(path)).isInstanceOfSatisfying(FileState.Regular.class, regular -> {
                assertThat(new State.File(regular.content().digest(), regular.mode()))
                        .isEqualTo(change.after());
            });
        }
        assertThat(HOST.list(home)).hasSize(files.size());
    }

    @Test
    void theScriptRefusesAnotherHome() {
        String script =
                PlanScript.install(Plan.of(List.of(), new Contents()), Path.of("/Users/nobody"), Optional.empty());
        CommandResult run = HOST.run(Command.of("sh", "-s").withStdin(script.getBytes(StandardCharsets.UTF_8)));
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.errorText()).isEqualTo("This script is for another home folder.\n");
    }
}
