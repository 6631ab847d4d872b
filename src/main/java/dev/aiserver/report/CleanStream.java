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
 * The only way to standard output and standard error. Escapes control characters wherever the text comes from; only
 * sequences made by {@link #sequence} reach the terminal as control sequences. Writes UTF-8 whatever the locale is,
 * because the environment of an SSH session often has none.
 */
public final class CleanStream extends OutputStream {
    /** Marks our own control sequences. Random for each run, so that no text from outside can contain it. */
    private static final String MARK =
            "\u001b" + Long.toUnsignedString(new SecureRandom().nextLong(), Character.MAX_RADIX) + "[";

    private static final Pattern MARK_PATTERN = Pattern.compile(Pattern.quote(MARK));
    private static final String CSI = "\u001b[";

    private final OutputStream out;
    /** Buffers up to the end of the line or a flush, so that a character or a mark is never split. */
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();

    public CleanStream(OutputStream out) {
        this.out = out;
    }

    /** Returns a control sequence that reaches the terminal, such as {@code 31m} for red. */
    static String sequence(String code) {
        return MARK + code;
    }

    /** Returns text whose control sequences reach the terminal. The text must contain no input from outside. */
    static String trusted(String text) {
        return text.replace(CSI, MARK);
    }

    /** Returns the text as it is sent to the terminal. */
    static String clean(String text) {
        return Arrays.stream(MARK_PATTERN.split(text, -1))
                .map(Controls::escaped)
                .collect(Collectors.joining(CSI));
    }

    /** Returns a writer that flushes after each line. */
    public PrintWriter writer() {
        return new PrintWriter(new OutputStreamWriter(this, StandardCharsets.UTF_8), true);
    }

    @Override
    public synchronized void write(int b) throws IOException {
        line.write(b);
        if (b == '\n') {
            forward();
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
            forward();
        }
        line.write(bytes, end, offset + length - end);
    }

    private void forward() throws IOException {
        out.write(clean(line.toString(StandardCharsets.UTF_8)).getBytes(StandardCharsets.UTF_8));
        line.reset();
    }

    @Override
    public synchronized void flush() throws IOException {
        forward();
        out.flush();
    }
}
