package dev.aiserver.cli;

import dev.aiserver.report.HtmlReport;
import dev.aiserver.report.JUnitReport;
import dev.aiserver.verify.Verdict;
import java.io.IOException;
import java.nio.file.Path;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The files into which a verification can be written, beside what it says. */
final class ReportOptions {
    @Option(
            names = "--junit",
            paramLabel = "FILE",
            description =
                    "Also write the results as JUnit XML, for a build server: secrets and user names are taken out.")
    private @Nullable Path junit;

    @Option(
            names = "--html",
            paramLabel = "FILE",
            description =
                    "Also write the results as one web page that can be sent on: secrets and user names are taken out.")
    private @Nullable Path html;

    @Spec(Spec.Target.MIXEE)
    @SuppressWarnings("NullAway.Init")
    private CommandSpec command;

    /**
     * Writes what was asked for, here, wherever the server is, for nobody else to read.
     *
     * @param home of the person
     * @return a sentence for each file that cannot be written
     */
    List<String> write(List<Verdict> verdicts, String server, String url, Path home) {
        List<String> complaints = new ArrayList<>();
        if (junit != null) {
            write("--junit", junit, JUnitReport.of(verdicts, Optional.of(home))).ifPresent(complaints::add);
        }
        if (html != null) {
            String version = command.root().version()[0].replaceFirst("^aiserver ", "");
            write(
                            "--html",
                            html,
                            HtmlReport.of(
                                    verdicts,
                                    new HtmlReport.About(server, url, ZonedDateTime.now(), version),
                                    Optional.of(home)))
                    .ifPresent(complaints::add);
        }
        return complaints;
    }

    private static Optional<String> write(String option, Path file, String content) {
        try {
            PrivateFile.write(file, content);
            return Optional.empty();
        } catch (IOException e) {
            return Optional.of(
                    "%s %s: the report cannot be written (%s); name a file in a folder that exists and is yours."
                            .formatted(option, file, PrivateFile.reason(e)));
        }
    }
}
