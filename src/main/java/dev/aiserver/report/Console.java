package dev.aiserver.report;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Reader;
import java.io.Writer;
import java.util.Locale;
import java.util.Optional;

/**
 * Connects aiserver to its user: results go to standard output, everything else to standard error.
 *
 * @param out and {@code err} of a {@link CleanStream}, or of another console's lines
 * @param interactive whether there is a terminal on which you can be prompted
 * @param colored whether output is colored
 * @param redraws whether lines can be erased and drawn again, because standard error is a terminal
 */
public record Console(
        BufferedReader in, PrintWriter out, PrintWriter err, boolean interactive, boolean colored, boolean redraws) {

    /** Lists the ANSI colors in use. */
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

    /** Returns a console that another program reads: it asks nothing, and has no colors and no lines to redraw. */
    public static Console unattended(PrintWriter out, PrintWriter err) {
        return new Console(new BufferedReader(Reader.nullReader()), out, err, false, false, false);
    }

    /** Returns the text in this color if output is colored, else the text as it is. */
    public String paint(Colour colour, String text) {
        return colored ? CleanStream.sequence(colour.code + "m") + text + CleanStream.sequence("0m") : text;
    }

    /** Writes a result to standard output. */
    public void print(String text) {
        out.print(text);
        out.flush();
    }

    /** Writes a line about progress, a prompt or an error to standard error. */
    public void notice(String line) {
        err.println(line);
        err.flush();
    }

    /** Returns a writer to standard output for the text of a library, such as help, whose control sequences are kept. */
    public PrintWriter trustedOut() {
        return new PrintWriter(
                new Writer() {
                    @Override
                    public void write(char[] text, int offset, int length) {
                        out.print(CleanStream.trusted(new String(text, offset, length)));
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

    /** Prompts you, and returns the first letter of the answer in lower case; empty if there is no answer. */
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
