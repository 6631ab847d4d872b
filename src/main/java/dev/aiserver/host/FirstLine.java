package dev.aiserver.host;

/** The words of another program, made part of a sentence. */
public final class FirstLine {
    private FirstLine() {}

    /** Of a line; what has more to say is no sentence. */
    private static final int LONGEST = 500;

    /** Their first line that says something, without the full stop: the sentence has its own. */
    public static String of(String words) {
        String line = words.lines()
                .map(String::strip)
                .filter(each -> !each.isEmpty())
                .findFirst()
                .orElse("");
        return line.length() > LONGEST ? line.substring(0, LONGEST) + "…" : line.replaceFirst("[.\\s]+$", "");
    }
}
