package dev.aiserver.report;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The one way to standard output and standard error. Control characters in what passes are spelled out, wherever the
 * text is from; only sequences that {@link #sequence} made become those of a terminal. UTF-8 whatever the locale: the
 * machine at the other end of an SSH session often has none.
 */
public final class CleanStream extends OutputStream {
    /** Drawn by lot for this run, so that no text from outside can hold it. */
    private static final String MARK =
            "\u001b" + Long.toUnsignedString(new SecureRandom().nextLong(), Character.MAX_RADIX) + "[";

    private static final Pattern MARKS = Pattern.compile(Pattern.quote(MARK));
    private static final String BEGINNING = "\u001b[";

    private final OutputStream out;
    /** Whole lines pass, and what is flushed: a character or a mark is never seen in halves. */
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();

    public CleanStream(OutputStream out) {
        this.out = out;
    }

    /** A control sequence of the program's own, such as {@code 31m} for red. */
    static String sequence(String code) {
        return MARK + code;
    }

    /** Text that the program alone has made, with control sequences by a library in it. */
    static String own(String text) {
        return text.replace(BEGINNING, MARK);
    }

    /** The text as a terminal gets it. */
    static String clean(String text) {
        return Arrays.stream(MARKS.split(text, -1)).map(Controls::spelledOut).collect(Collectors.joining(BEGINNING));
    }

    /** Writes lines at once. */
    public PrintWriter writer() {
        return new PrintWriter(new OutputStreamWriter(this, StandardCharsets.UTF_8), true);
    }

    @Override
    public synchronized void write(int b) throws IOException {
        line.write(b);
        if (b == '\n') {
            pass();
        }
    }

    @Override
    public synchronized void write(byte[] bytes, int offset, int length) throws IOException {
        int end = offset + length;
        while (end > offset && bytes[end - 1] != '\n') {
            end--;
        }
        line.write(bytes, offset, end - offset);
        if (end > offset) {
            pass();
        }
        line.write(bytes, end, offset + length - end);
    }

    private void pass() throws IOException {
        out.write(clean(line.toString(StandardCharsets.UTF_8)).getBytes(StandardCharsets.UTF_8));
        line.reset();
    }

    @Override
    public synchronized void flush() throws IOException {
        pass();
        out.flush();
    }
}
