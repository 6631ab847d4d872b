package dev.aiserver.report;

/** Sanitizes text from any source for an XML or HTML document. */
final class PlainText {
    /** Limits evidence, because a whole response of a server would bury the rest of the page. */
    private static final int LONGEST = 2_000;

    private static final int REPLACEMENT = 0xFFFD;

    private PlainText() {}

    /** Returns the text without characters that XML or HTML forbids or that reorder text, cut to a bounded length. */
    static String of(String text) {
        String legal = text.replace("\r\n", "\n")
                .codePoints()
                .map(c -> isLegal(c) ? c : REPLACEMENT)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
        int length = legal.codePointCount(0, legal.length());
        return length <= LONGEST
                ? legal
                : legal.substring(0, legal.offsetByCodePoints(0, LONGEST))
                        + "… (%d characters more)".formatted(length - LONGEST);
    }

    /** Accepts the Char production of XML 1.0, less the characters that are escaped for a terminal. */
    private static boolean isLegal(int c) {
        return Character.getType(c) != Character.SURROGATE && (c & 0xFFFE) != 0xFFFE && !Controls.isEscaped(c);
    }
}
