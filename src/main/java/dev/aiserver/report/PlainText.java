package dev.aiserver.report;

/** Text from anywhere, made fit to stand in a document that a person reads. */
final class PlainText {
    /** Enough for any evidence that helps; a whole answer of a server would bury the rest of the page. */
    private static final int LONGEST = 2_000;

    private static final int REPLACEMENT = 0xFFFD;

    private PlainText() {}

    /** Without the characters that neither XML nor HTML may hold or that reorder what is read, and of bounded length. */
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

    /** XML 1.0's Char, less what is spelled out for a terminal. */
    private static boolean isLegal(int c) {
        return Character.getType(c) != Character.SURROGATE && (c & 0xFFFE) != 0xFFFE && !Controls.isSpelledOut(c);
    }
}
