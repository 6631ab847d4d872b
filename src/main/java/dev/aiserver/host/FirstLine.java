package dev.aiserver.host;

/** Shortens another program's message so that it fits into a sentence. */
public final class FirstLine {
    private FirstLine() {}

    /** Longer lines are cut. */
    private static final int MAX_LENGTH = 500;

    /** Returns the first line that is not blank, without its full stop: the sentence has its own. */
    public static String of(String text) {
        String line = text.lines()
                .map(String::strip)
                .filter(each -> !each.isEmpty())
                .findFirst()
                .orElse("");
        return line.length() > MAX_LENGTH ? line.substring(0, MAX_LENGTH) + "…" : line.replaceFirst("[.\\s]+$", "");
    }
}
