package dev.aiserver.report;

import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Characters that steer a terminal or the order of reading instead of being read. Text from a machine, a server, a file
 * or a person may hold any of them.
 */
public final class Controls {
    private static final Pattern LINE_BREAKS = Pattern.compile("\\R\\s*+");

    private Controls() {}

    /** Whether this one is a control character (C0, DEL, C1), breaks a line as one, or turns the direction of writing. */
    static boolean isOne(int c) {
        return Character.getType(c) == Character.CONTROL
                || c == 0x061C
                || c == 0x200E
                || c == 0x200F
                || c >= 0x2028 && c <= 0x202E
                || c >= 0x2066 && c <= 0x2069;
    }

    /**
     * The text with each of them spelled out, but for new lines and tabs. This is how JSON spells them, so a JSON
     * document still says the same.
     */
    static String spelledOut(String text) {
        if (text.chars().noneMatch(Controls::isSpelledOut)) {
            return text;
        }
        StringBuilder spelled = new StringBuilder();
        text.chars().forEach(c -> {
            if (isSpelledOut(c)) {
                spelled.append(String.format(Locale.ROOT, "\\u%04x", c));
            } else {
                spelled.append((char) c);
            }
        });
        return spelled.toString();
    }

    /** But for new lines and tabs. */
    static boolean isSpelledOut(int c) {
        return isOne(c) && c != '\n' && c != '\t';
    }

    /** The text as a part of one line, where a line of its own would look like the program's. */
    public static String inLine(String text) {
        return LINE_BREAKS.matcher(text).replaceAll(" ");
    }

    /** A question, which may hold the other side's words, for a terminal that is written to past every stream. */
    public static String prompt(String text) {
        return spelledOut(inLine(text));
    }

    /** A sentence and the list that may follow it: what else begins a line goes on in the one before. */
    public static String sentence(String text) {
        return text.replaceAll("\\R(?!  - )", " ");
    }
}
