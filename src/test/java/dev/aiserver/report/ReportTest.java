package dev.aiserver.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aiserver.host.Content;
import dev.aiserver.plan.Change;
import dev.aiserver.plan.Plan;
import dev.aiserver.report.Console.Colour;
import dev.aiserver.resource.BrewPackage;
import dev.aiserver.resource.Contents;
import dev.aiserver.resource.Directory;
import dev.aiserver.resource.Health;
import dev.aiserver.resource.HostFile;
import dev.aiserver.resource.Job;
import dev.aiserver.resource.State;
import dev.aiserver.server.CommandOutcome;
import dev.aiserver.verify.Outcome;
import dev.aiserver.verify.Verdict;
import java.io.BufferedReader;
import java.io.PrintWriter;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class ReportTest {
    private static final Path HOME = Path.of("/Users/ann");
    private static final Console PLAIN = console(false);

    private static Console console(boolean colored) {
        PrintWriter nowhere = new PrintWriter(new StringWriter());
        return new Console(new BufferedReader(new StringReader("")), nowhere, nowhere, false, colored, false);
    }

    private static State.File file(Contents contents, String text, int mode) {
        return new State.File(contents.add(Content.of(text)), mode);
    }

    private static Plan plan() {
        Contents contents = new Contents();
        Health health = new Health("127.0.0.1", 11434, "127.0.0.1:11434", "/api/version");
        Job ollama = new Job("com.ollama", HOME.resolve("o.plist"), 1, false, health);
        Job haproxy = new Job("com.haproxy", HOME.resolve("h.plist"), 2, true, health);
        return Plan.of(
                List.of(
                        new Change(new BrewPackage("haproxy"), State.ABSENT, State.PRESENT),
                        new Change(new Directory(HOME.resolve(".haproxy"), 0700), State.ABSENT, State.PRESENT),
                        new Change(new HostFile(HOME.resolve("new")), State.ABSENT, file(contents, "one\ntwo\n", 0600)),
                        new Change(new HostFile(HOME.resolve("old")), file(contents, "one\n", 0644), State.ABSENT),
                        new Change(
                                new HostFile(HOME.resolve("edited")),
                                file(contents, "1\n2\n3\n4\n5\n6\n7\n8\n", 0644),
                                file(contents, "1\n2\n3\n4\n5\nsix\n7\n8\n", 0600)),
                        new Change(
                                new HostFile(Path.of("/Users/annabel/jar")),
                                State.ABSENT,
                                file(contents, "PK\0\1", 0644)),
                        new Change(
                                new HostFile(HOME.resolve("command")),
                                State.ABSENT,
                                file(contents, "#!/bin/sh\nexec java\n", 0755)),
                        new Change(
                                new HostFile(HOME.resolve("script")),
                                file(contents, "#!/bin/sh\nexec java\n", 0755),
                                file(contents, "#!/bin/sh\nexec java -jar\n", 0755)),
                        new Change(ollama, new State.Failing("not running"), new State.Running("d", "")),
                        new Change(haproxy, new State.Running("d", "c"), new State.Running("d", "c2"))),
                contents);
    }

    @Test
    void aPlanHasALineForEachChange() {
        assertThat(new PlanText(PLAIN, HOME).list(plan())).isEqualTo("""
                  delete   ~/old
                  install  Homebrew package haproxy
                  create   ~/.haproxy/
                  create   ~/new
                  update   ~/edited
                  create   /Users/annabel/jar
                  create   ~/command
                  update   ~/script
                  restart  com.ollama  (now: not running)
                  reload   com.haproxy  (if the reload fails, restarts it, which interrupts requests in progress)
                """);
    }

    /** Finding the smallest difference between millions of lines takes days. */
    @Test
    void theDiffOfAHugeFileShowsItsSize() {
        Contents contents = new Contents();
        Plan plan = new Plan(
                List.of(new Change(
                        new HostFile(HOME.resolve("large")),
                        file(contents, "1\n".repeat(8_000_000), 0644),
                        file(contents, "2\n", 0644))),
                List.of(),
                contents);
        assertThat(new PlanText(PLAIN, HOME).diffs(plan))
                .contains("-(large, 16000000 bytes, sha256 ", "+2")
                .hasSizeLessThan(300);
    }

    @Test
    void aPlanShowsADiffOfEachFile() {
        assertThat(new PlanText(PLAIN, HOME).diffs(plan())).isEqualTo("""

                --- ~/old
                +++ /dev/null
                @@ -1,1 +0,0 @@
                -one

                --- /dev/null
                +++ ~/new
                @@ -0,0 +1,2 @@
                +one
                +two

                mode 0644 -> 0600
                --- ~/edited
                +++ ~/edited
                @@ -3,6 +3,6 @@
                 3
                 4
                 5
                -6
                +six
                 7
                 8

                --- /dev/null
                +++ /Users/annabel/jar
                @@ -0,0 +1,1 @@
                +(binary, 4 bytes, sha256 a518c300aff1)

                --- /dev/null
                +++ ~/command
                @@ -0,0 +1,1 @@
                +(script, 2 lines, sha256 2c7e95dbbc07)

                --- ~/script
                +++ ~/script
                @@ -1,2 +1,2 @@
                 #!/bin/sh
                -exec java
                +exec java -jar
                """);
    }

    @Test
    void aDiffEscapesControlCharacters() {
        Contents contents = new Contents();
        HostFile file = new HostFile(HOME.resolve("a\u001b[31m\nb"));
        Plan plan = Plan.of(
                List.of(new Change(
                        file,
                        file(contents, "\u001b[31mred\n", 0644),
                        file(contents, "\u202eder\u001b]0;t\u0007\n", 0644))),
                contents);
        PlanText text = new PlanText(console(true), HOME);
        assertThat(CleanStream.clean(text.list(plan) + text.diffs(plan)))
                .contains("~/a\\u001b[31m b\n")
                .contains("\u001b[31m-\\u001b[31mred\u001b[0m\n\u001b[32m+\\u202eder\\u001b]0;t\\u0007\u001b[0m\n");
    }

    private static final List<Verdict> VERDICTS = List.of(
            new Verdict("a.one", "One is so", new Outcome.Passed("seen"), Duration.ZERO),
            new Verdict("a.two", "Two is so", new Outcome.Failed("two is not", "make it so"), Duration.ZERO),
            new Verdict("b.three", "Three is so", new Outcome.Skipped("not asked for"), Duration.ZERO),
            new Verdict("b.four", "Four is so", new Outcome.Inconclusive("no response"), Duration.ZERO));

    @Test
    void aVerdictShowsEvidenceAndFix() {
        VerdictText text = new VerdictText(PLAIN);
        String lines = VERDICTS.stream().map(text::line).collect(Collectors.joining("\n"));
        assertThat(lines + "\n" + text.summary(VERDICTS)).isEqualTo("""
            a
              ok    One is so                                                      seen
              FAIL  a.two: Two is so
                      seen: two is not
                      do:   make it so
            b
              skip  b.three: Three is so
                      why:  not asked for
              ????  b.four: Four is so
                      inconclusive: no response
            Not verified: 1 passed, 1 failed, 1 skipped, 1 inconclusive, 0 warnings.
            Fix first: make it so (a.two).
            """);
        assertThat(text.summary(List.of(VERDICTS.get(0), VERDICTS.get(2))))
                .isEqualTo("Verified: 1 passed, 0 failed, 1 skipped, 0 inconclusive, 0 warnings.\n");
        Verdict warned = new Verdict("c.five", "Five is so", new Outcome.Warned("slow", "wait"), Duration.ZERO);
        assertThat(text.summary(List.of(VERDICTS.get(0), warned)))
                .isEqualTo("Verified: 1 passed, 0 failed, 0 skipped, 0 inconclusive, 1 warning.\n");
        assertThat(text.summary(List.of(VERDICTS.get(2))))
                .isEqualTo("Nothing verified: 0 passed, 0 failed, 1 skipped, 0 inconclusive, 0 warnings.\n");
        assertThat(text.summary(List.of(VERDICTS.get(0), VERDICTS.get(3)))).isEqualTo("""
                Not verified: 1 passed, 0 failed, 0 skipped, 1 inconclusive, 0 warnings.
                Fix first: run "aiserver verify" again. If the check stays inconclusive, the cause is: no response (b.four).
                """);
    }

    @Test
    void jsonIsOneDocument() {
        assertThat(Json.text(Json.document(
                        "verify", CommandOutcome.NOT_VERIFIED, Map.of("checks", Json.verdicts(VERDICTS)))))
                .isEqualTo("""
                {
                  "schema" : 1,
                  "command" : "verify",
                  "outcome" : "not-verified",
                  "checks" : [ {
                    "id" : "a.one",
                    "claim" : "One is so",
                    "outcome" : "passed",
                    "milliseconds" : 0,
                    "evidence" : "seen"
                  }, {
                    "id" : "a.two",
                    "claim" : "Two is so",
                    "outcome" : "failed",
                    "milliseconds" : 0,
                    "evidence" : "two is not",
                    "fix" : "make it so"
                  }, {
                    "id" : "b.three",
                    "claim" : "Three is so",
                    "outcome" : "skipped",
                    "milliseconds" : 0,
                    "reason" : "not asked for"
                  }, {
                    "id" : "b.four",
                    "claim" : "Four is so",
                    "outcome" : "inconclusive",
                    "milliseconds" : 0,
                    "reason" : "no response"
                  } ]
                }
                """);
        assertThat(Json.changes(plan()).get(0))
                .containsEntry("change", "delete")
                .containsEntry("id", "file:/Users/ann/old")
                .containsEntry("name", "/Users/ann/old")
                .hasEntrySatisfying("after", after -> assertThat(after).hasToString("{\"is\":\"absent\"}"))
                .containsEntry("diff", List.of("--- /Users/ann/old", "+++ /dev/null", "@@ -1,1 +0,0 @@", "-one"));
    }

    @Test
    void onlyAColoredConsolePaints() {
        assertThat(CleanStream.clean(console(true).paint(Colour.RED, "no"))).isEqualTo("\u001b[31mno\u001b[0m");
        assertThat(PLAIN.paint(Colour.RED, "no")).isEqualTo("no");
    }

    @Test
    void theFirstLetterAnswersAPrompt() {
        Console console = new Console(
                new BufferedReader(new StringReader("  Yes\n\nno\n")),
                new PrintWriter(new StringWriter()),
                new PrintWriter(new StringWriter()),
                true,
                false,
                false);
        assertThat(List.of(console.ask("?"), console.ask("?"), console.ask("?"), console.ask("?")))
                .hasToString("[Optional[y], Optional.empty, Optional[n], Optional.empty]");
    }
}
