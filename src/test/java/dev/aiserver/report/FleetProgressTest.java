package dev.aiserver.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aiserver.report.FleetReport.Result;
import java.io.BufferedReader;
import java.io.PrintWriter;
import java.io.Reader;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;

class FleetProgressTest {
    private static final List<String> HOSTS = List.of("mac-1", "mac-studio");
    private static final String UP = "\u001b[";

    private final StringWriter said = new StringWriter();

    private FleetProgress board(boolean redraws) {
        PrintWriter err = new PrintWriter(said);
        return FleetProgress.on(
                new Console(new BufferedReader(Reader.nullReader()), err, err, false, false, redraws), HOSTS);
    }

    /** What a terminal shows in the end. */
    private String screen() {
        StringBuilder screen = new StringBuilder();
        for (String part : CleanStream.clean(said.toString()).split("(?=\u001b\\[\\d+A)")) {
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

    private static void say(FleetProgress.Lines lines, String text) {
        PrintWriter writer = new PrintWriter(lines, true);
        writer.println(text);
    }

    @Test
    void onATerminalEachMachineAtWorkHasALineWithItsStep() {
        FleetProgress board = board(true);
        FleetProgress.Lines first = board.begin("mac-1");
        board.begin("mac-studio");
        say(first, "  done  create   ~/.haproxy/\n          seen: a detail");
        assertThat(screen()).isEqualTo("""
                mac-1       done  create   ~/.haproxy/
                mac-studio  connecting
                0 of 2 machines have ended
                """);
        board.ended(new Result("mac-studio", 6, "", "mac-studio port 22 refuses connections.", 40, 0));
        assertThat(screen()).isEqualTo("""
                mac-studio  unreachable after 0.0 s: mac-studio port 22 refuses connections.
                mac-1       done  create   ~/.haproxy/
                1 of 2 machines have ended
                """);
        board.close();
        assertThat(screen())
                .isEqualTo("mac-studio  unreachable after 0.0 s: mac-studio port 22 refuses connections.\n");
    }

    @Test
    void nothingIsDrawnOrSaidWhileSomebodyIsAsked() {
        FleetProgress board = board(true);
        FleetProgress.Lines first = board.begin("mac-1");
        board.begin("mac-studio");
        board.pause();
        String before = said.toString();
        say(first, "Verifying:");
        board.ended(new Result("mac-1", 0, "", "", 1000, 7));
        assertThat(said.toString()).isEqualTo(before);
        board.goOn();
        assertThat(screen()).isEqualTo("""
                mac-1       done after 1.0 s
                mac-studio  connecting
                1 of 2 machines have ended
                """);
    }

    @Test
    void elsewhereEveryLineStandsAfterTheNameOfItsMachine() {
        FleetProgress board = board(false);
        FleetProgress.Lines first = board.begin("mac-1");
        say(first, "  done  create   ~/.haproxy/\n\nVerifying:");
        board.ended(new Result("mac-1", 0, "", "", 1000, 7));
        board.close();
        assertThat(said.toString()).isEqualTo("""
                mac-1         done  create   ~/.haproxy/
                mac-1       Verifying:
                mac-1       done after 1.0 s
                """);
    }

    @Test
    void theReasonOfAFailureIsRememberedAndNotWhatBecameOfTheRest() {
        FleetProgress board = board(false);
        FleetProgress.Lines lines = board.begin("mac-1");
        say(lines, "Failed: start    com.ollama: it does not start\nEverything that was begun was undone.");
        assertThat(lines.last()).isEqualTo("Failed: start    com.ollama: it does not start");
    }
}
