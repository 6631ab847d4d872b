package dev.aiserver.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aiserver.report.FleetReport.Result;
import dev.aiserver.server.ExitCode;
import java.io.BufferedReader;
import java.io.PrintWriter;
import java.io.Reader;
import java.io.StringWriter;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class FleetProgressTest {
    private static final List<String> HOSTS = List.of("mac-1", "mac-studio");
    private static final String UP = "\u001b[";

    private final StringWriter written = new StringWriter();

    private FleetProgress progress(boolean redraws) {
        PrintWriter err = new PrintWriter(written);
        return FleetProgress.on(
                new Console(new BufferedReader(Reader.nullReader()), err, err, false, false, redraws), HOSTS);
    }

    /** Returns what a terminal shows in the end. */
    private String screen() {
        StringBuilder screen = new StringBuilder();
        for (String part : CleanStream.clean(written.toString()).split("(?=\u001b\\[\\d+A)")) {
            String rest = part;
            if (part.startsWith(UP)) {
                int rows = Integer.parseInt(part.substring(UP.length(), part.indexOf('A')));
                for (int row = 0; row < rows; row++) {
                    screen.setLength(screen.lastIndexOf("\n", screen.length() - 2) + 1);
                }
                rest = part.substring(part.indexOf("\u001b[J") + UP.length() + 1);
            }
            screen.append(rest);
        }
        return screen.toString();
    }

    private static Result result(String host, Report report, long millis) {
        return new Result(host, Optional.of(report), millis, 0);
    }

    @Test
    void aTerminalShowsALineForEachHostAtWork() {
        FleetProgress progress = progress(true);
        progress.start("mac-1");
        progress.start("mac-studio");
        progress.show("mac-1", "first\n  done  create   ~/.haproxy/");
        assertThat(screen()).isEqualTo("""
                mac-1       done  create   ~/.haproxy/
                mac-studio  connecting
                0 of 2 hosts finished
                """);
        progress.finished(result(
                "mac-studio",
                Report.failed(ExitCode.UNREACHABLE, "status", "mac-studio port 22 refused the connection."),
                40));
        assertThat(screen()).isEqualTo("""
                mac-studio  unreachable after 0.0 s: mac-studio port 22 refused the connection.
                mac-1       done  create   ~/.haproxy/
                1 of 2 hosts finished
                """);
        progress.close();
        assertThat(screen())
                .isEqualTo("mac-studio  unreachable after 0.0 s: mac-studio port 22 refused the connection.\n");
    }

    @Test
    void nothingIsDrawnOrPrintedDuringAPrompt() {
        FleetProgress progress = progress(true);
        progress.start("mac-1");
        progress.start("mac-studio");
        progress.pause();
        String before = written.toString();
        progress.show("mac-1", "Verifying:");
        progress.finished(result("mac-1", Report.of(ExitCode.DONE, ""), 1000));
        assertThat(written.toString()).isEqualTo(before);
        progress.resume();
        assertThat(screen()).isEqualTo("""
                mac-1       done after 1.0 s
                mac-studio  connecting
                1 of 2 hosts finished
                """);
    }

    @Test
    void withoutATerminalEachLineStartsWithTheNameOfItsHost() {
        FleetProgress progress = progress(false);
        progress.start("mac-1");
        progress.show("mac-1", "  done  create   ~/.haproxy/\n\nVerifying:");
        progress.finished(result("mac-1", Report.of(ExitCode.DONE, ""), 1000));
        progress.close();
        assertThat(written.toString()).isEqualTo("""
                mac-1         done  create   ~/.haproxy/
                mac-1       Verifying:
                mac-1       done after 1.0 s
                """);
    }
}
