package dev.aiserver.cli;

import dev.aiserver.app.VerifyResult;
import dev.aiserver.report.HtmlReport;
import dev.aiserver.report.JUnitReport;
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

/** Holds the options that write the results of a verification to files as well. */
final class ReportOptions {
    @Option(
            names = "--junit",
            paramLabel = "FILE",
            description = "Also write the results as JUnit XML, for a CI server; secrets and user names are removed.")
    private @Nullable Path junit;

    @Option(
            names = "--html",
            paramLabel = "FILE",
            description =
                    "Also write the results as one HTML page that you can share; secrets and user names are removed.")
    private @Nullable Path html;

    @Spec(Spec.Target.MIXEE)
    @SuppressWarnings("NullAway.Init")
    private CommandSpec command;

    /**
     * Writes the requested reports on this machine, wherever the server is, readable by their owner only.
     *
     * @param home of the user on the server
     * @return an error for each report that could not be written
     */
    List<String> write(VerifyResult result, Path home) {
        List<String> errors = new ArrayList<>();
        if (junit != null) {
            write("--junit", junit, JUnitReport.of(result.verdicts(), Optional.of(home)))
                    .ifPresent(errors::add);
        }
        if (html != null) {
            String version = command.root().version()[0].replaceFirst("^aiserver ", "");
            HtmlReport.About about = new HtmlReport.About(
                    result.server().name(), "http://" + result.server().host(), ZonedDateTime.now(), version);
            write("--html", html, HtmlReport.of(result.verdicts(), about, Optional.of(home)))
                    .ifPresent(errors::add);
        }
        return errors;
    }

    private static Optional<String> write(String option, Path file, String content) {
        try {
            PrivateFile.write(file, content);
            return Optional.empty();
        } catch (IOException e) {
            return Optional.of(PrivateFile.failure(option + " " + file, "report", e));
        }
    }
}
