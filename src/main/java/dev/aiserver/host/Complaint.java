package dev.aiserver.host;

/** The words of another program, made part of a sentence. */
public final class Complaint {
    private Complaint() {}

    /** Their first line that says something, without the full stop: the sentence has its own. */
    public static String of(String words) {
        return words.lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty())
                .findFirst()
                .orElse("")
                .replaceFirst("[.\\s]+$", "");
    }
}
