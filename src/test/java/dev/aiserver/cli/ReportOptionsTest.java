package dev.aiserver.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aiserver.app.VerifyResult;
import dev.aiserver.spec.EndpointSet;
import dev.aiserver.spec.ServerSpec;
import dev.aiserver.verify.Outcome;
import dev.aiserver.verify.ServerView;
import dev.aiserver.verify.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

class ReportOptionsTest {
    @TempDir
    private Path directory;

    @Command(name = "verify", version = "aiserver 1.2.3")
    private static final class Verification {
        @Mixin
        private final ReportOptions reports = new ReportOptions();
    }

    private static List<String> write(String... args) {
        Verification verification = new Verification();
        new CommandLine(verification).parseArgs(args);
        VerifyResult result = new VerifyResult(
                new ServerView("ai", "ai", new ServerSpec.Proxy(1, Set.of(EndpointSet.STRICT)), List.of("ai")),
                List.of(new Verdict("a.a", "the claim", new Outcome.Passed("seen by jo, api_key: x"), Duration.ZERO)),
                List.of());
        return verification.reports.write(result, Path.of("/Users/jo"));
    }

    @Test
    void writesOnlyTheRequestedReports() throws IOException {
        write();
        assertThat(directory).isEmptyDirectory();
        Path xml = directory.resolve("report.xml");
        write("--junit", xml.toString());
        assertThat(directory).isDirectoryContaining(xml::equals).isDirectoryNotContaining(file -> !file.equals(xml));
        assertThat(xml).content().contains("<testsuites", "the claim");
        Path html = Files.writeString(directory.resolve("report.html"), "the one before");
        write("--html", html.toString());
        assertThat(html)
                .content()
                .contains("<title>ai: verified", "http://ai:1", "aiserver 1.2.3.", "the claim")
                .doesNotContain("the one before");
    }

    @ParameterizedTest
    @ValueSource(strings = {"--junit", "--html"})
    void arePrivateAndContainNoUserNames(String option) throws IOException {
        Path file = Files.writeString(directory.resolve("report"), "the one before");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw-rw-"));
        assertThat(write(option, file.toString())).isEmpty();
        assertThat(Files.getPosixFilePermissions(file)).isEqualTo(PosixFilePermissions.fromString("rw-------"));
        assertThat(file).content().contains("seen by [user], api_key: [secret]");
        Path link = Files.createSymbolicLink(directory.resolve("link"), file);
        assertThat(write(option, link.toString()))
                .singleElement()
                .asString()
                .contains("could not write the report (it is a symbolic link)");
    }

    @Test
    void namesTheReasonIfAReportCannotBeWritten() throws IOException {
        String nowhere = directory.resolve("nowhere/report.xml").toString();
        assertThat(write("--junit", nowhere))
                .containsExactly("--junit " + nowhere + ": could not write the report (no such folder). "
                        + "Name a file in a folder that exists and that you may write to.");
        assertThat(write("--html", directory.toString()))
                .singleElement()
                .asString()
                .contains("--html " + directory + ": could not write the report (it is a folder)");
        Path file = Files.writeString(directory.resolve("file"), "");
        assertThat(write("--html", file.resolve("x").toString()))
                .singleElement()
                .asString()
                .contains("could not write the report");
    }

    @Test
    void writesOneReportEvenIfTheOtherFails() throws IOException {
        Path html = directory.resolve("report.html");
        assertThat(write("--junit", directory.toString(), "--html", html.toString()))
                .hasSize(1);
        assertThat(html).content().contains("the claim");
    }
}
