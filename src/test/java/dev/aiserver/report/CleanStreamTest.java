package dev.aiserver.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aiserver.report.Console.Colour;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class CleanStreamTest {
    private final ByteArrayOutputStream terminal = new ByteArrayOutputStream();
    private final CleanStream stream = new CleanStream(terminal);

    private String shown() {
        return terminal.toString(StandardCharsets.UTF_8);
    }

    static Stream<Arguments> texts() {
        return Stream.of(
                Arguments.of("\u001b[31mred\u001b]0;title\u0007", "\\u001b[31mred\\u001b]0;title\\u0007"),
                Arguments.of("a\rb\bc\u0000d\u007fe", "a\\u000db\\u0008c\\u0000d\\u007fe"),
                Arguments.of("\u009b31m \u0085 \u008e", "\\u009b31m \\u0085 \\u008e"),
                Arguments.of("\u202aa\u202eb\u2066c\u2069d", "\\u202aa\\u202eb\\u2066c\\u2069d"),
                Arguments.of("\u200ea\u200fb\u061cc", "\\u200ea\\u200fb\\u061cc"),
                Arguments.of("\u2028a\u2029b", "\\u2028a\\u2029b"),
                Arguments.of("é 漢 😀 ➜ \u200d", "é 漢 😀 ➜ \u200d"));
    }

    @ParameterizedTest
    @MethodSource("texts")
    void controlCharactersAreEscaped(String text, String shown) {
        PrintWriter writer = stream.writer();
        writer.print(text + "\n\t" + text);
        writer.flush();
        assertThat(shown()).isEqualTo(shown + "\n\t" + shown);
    }

    @Test
    void ourOwnControlSequencesReachTheTerminal() {
        PrintWriter writer = stream.writer();
        Console console = new Console(new BufferedReader(Reader.nullReader()), writer, writer, false, true, true);
        console.notice(console.paint(Colour.RED, "\u001b[32mno"));
        console.trustedOut().print("\u001b[1mbold\u001b[0m");
        console.trustedOut().flush();
        assertThat(shown()).isEqualTo("\u001b[31m\\u001b[32mno\u001b[0m\n\u001b[1mbold\u001b[0m");
    }

    /** A library may write through a PrintStream. */
    @Test
    void aPrintStreamNeverSplitsACharacter() {
        PrintStream printing = new PrintStream(stream, true, StandardCharsets.UTF_8);
        printing.println("漢".repeat(10_000) + "\u001b");
        for (byte each : "é\u202e\n".getBytes(StandardCharsets.UTF_8)) {
            printing.write(each);
        }
        assertThat(shown()).isEqualTo("漢".repeat(10_000) + "\\u001b\né\\u202e\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\n", "\r\n", "\r", "\u2028", "\u0085", "\n \t\n", "\u000b"})
    void textIsPutOnOneLine(String lineBreak) {
        assertThat(Controls.inLine("a" + lineBreak + "aiserver: b")).isEqualTo("a aiserver: b");
    }

    @Test
    void aPromptOfAnotherHostStaysOnItsLine() {
        assertThat(Controls.prompt("mac: \u001b[2JPassword\r\nSudo password: "))
                .isEqualTo("mac: \\u001b[2JPassword Sudo password: ");
    }

    @Test
    void aSentenceKeepsTheListBelowIt() {
        assertThat(Controls.sentence("2 things:\n  - a\nVerified: all\n  - b"))
                .isEqualTo("2 things:\n  - a Verified: all\n  - b");
    }
}
