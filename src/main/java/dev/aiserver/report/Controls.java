package dev.aiserver.report;

import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Handles characters that control a terminal or the direction of text. Text from a host, a server, a file or a user may
 * contain any of them.
 */
public final class Controls {
    private static final Pattern LINE_BREAKS = Pattern.compile("\\R\\s*+");

    private Controls() {}

    /** Returns whether this is a control character (C0, DEL, C1), a line separator or a mark of text direction. */
    static boolean isControl(int c) {
        return Character.getType(c) == Character.CONTROL
                || c == 0x061C
                || c == 0x200E
                || c == 0x200F
                || c >= 0x2028 && c <= 0x202E
                || c >= 0x2066 && c <= 0x2069;
    }

    /**
     * Returns the text with each control character but newlines and tabs as an escape. The escapes are those of JSON, so
     * the meaning of a JSON document does not change.
     */
    static String escaped(String text) {
        if (text.chars().noneMatch(Controls::isEscaped)) {
            return text;
        }
        StringBuilder escaped = new StringBuilder();
        text.chars().forEach(c -> {
            if (isEscaped(c)) {
                escaped.append(String.format(Locale.ROOT, "\\u%04x", c));
            } else {
                escaped.append((char) c);
            }
        });
        return escaped.toString();
    }

    /** Returns whether {@link #escaped} replaces this character: a control character but newline and tab. */
    static boolean isEscaped(int c) {
        return isControl(c) && c != '\n' && c != '\t';
    }

    /** Returns the text on one line, because text on a line of its own could pass for output of aiserver. */
    public static String inLine(String text) {
        return LINE_BREAKS.matcher(text).replaceAll(" ");
    }

    /** Returns a prompt that may contain text from another host, for a terminal that bypasses {@link CleanStream}. */
    public static String prompt(String text) {
        return escaped(inLine(text));
    }

    /** Returns a sentence and the list that may follow it; any other line break becomes a space. */
    public static String sentence(String text) {
        return text.replaceAll("\\R(?!  - )", " ");
    }
}
