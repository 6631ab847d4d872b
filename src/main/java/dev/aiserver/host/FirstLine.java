package dev.aiserver.host;

/** The words of another program, made part of a sentence. */
public final class FirstLine {
    private FirstLine() {}

    /** Of a line; what has more to say is no sentence. */
    private static final int MAX_LENGTH = 500;

    /** Their first line that says something, without the full stop: the sentence has its own. */
    public static String of(String text) {
        String line = text.lines()
                .map(String::strip)
                .filter(each -> !each.isEmpty())
                .findFirst()
                .orElse("");
        return line.length() > MAX_LENGTH ? line.substring(0, MAX_LENGTH) + "…" : line.replaceFirst("[.\\s]+$", "");
    }
}
