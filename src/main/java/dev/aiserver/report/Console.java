package dev.aiserver.report;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.util.Locale;
import java.util.Optional;

/**
 * Where the program speaks and listens: the answer goes to standard output, everything else to standard error.
 *
 * @param out and {@code err} of a {@link CleanStream}, or of another console's lines
 * @param asks whether somebody sits at a terminal who can be asked
 * @param colours whether what it writes is looked at by somebody who likes colours
 * @param redraws whether a line that was said can be taken back and said anew, because standard error is a terminal
 */
public record Console(
        BufferedReader in, PrintWriter out, PrintWriter err, boolean asks, boolean colours, boolean redraws) {

    /** An ANSI colour. */
    public enum Colour {
        RED(31),
        GREEN(32),
        YELLOW(33),
        BOLD(1),
        DIM(2);

        private final int code;

        Colour(int code) {
            this.code = code;
        }
    }

    public String paint(Colour colour, String text) {
        return colours ? CleanStream.sequence(colour.code + "m") + text + CleanStream.sequence("0m") : text;
    }

    public void answer(String text) {
        out.print(text);
        out.flush();
    }

    public void say(String line) {
        err.println(line);
        err.flush();
    }

    /** Takes text that the program alone has made, with control sequences by a library in it, for the answer. */
    public PrintWriter ownAnswer() {
        return new PrintWriter(
                new Writer() {
                    @Override
                    public void write(char[] text, int offset, int length) {
                        out.print(CleanStream.own(new String(text, offset, length)));
                    }

                    @Override
                    public void flush() {
                        out.flush();
                    }

                    @Override
                    public void close() {}
                },
                true);
    }

    /** The first letter of the person's answer in lower case, empty when there is none. */
    public Optional<Character> ask(String question) {
        err.print(question);
        err.flush();
        try {
            String line = in.readLine();
            return line == null || line.isBlank()
                    ? Optional.empty()
                    : Optional.of(line.strip().toLowerCase(Locale.ROOT).charAt(0));
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
