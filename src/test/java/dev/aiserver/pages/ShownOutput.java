package dev.aiserver.pages;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Output as a page shows it, to compare with what a command really prints. A line of "…" stands for any lines, "…"
 * within a line for any words, and a number for any number.
 */
public final class ShownOutput {
    private static final Pattern NUMBER = Pattern.compile("\\d+(?:\\.\\d+)*");

    private ShownOutput() {}

    /** Returns the shown lines that the output does not have, in their order; empty when it has all of them. */
    public static List<String> missing(String shown, String printed) {
        List<String> lines = printed.lines().map(ShownOutput::plain).toList();
        List<String> missing = new ArrayList<>();
        int at = 0;
        boolean gap = true;
        for (String line : shown.lines().toList()) {
            if (line.strip().equals("…") || line.strip().equals("...")) {
                gap = true;
                continue;
            }
            int found = at;
            while (found < lines.size()
                    && !pattern(line).matcher(lines.get(found)).matches()) {
                found++;
            }
            if (found == lines.size() || !gap && found > at) {
                missing.add(line);
            } else {
                at = found + 1;
                gap = false;
            }
        }
        return missing;
    }

    private static String plain(String line) {
        return line.replaceAll("\\s+", " ").strip();
    }

    private static Pattern pattern(String line) {
        StringBuilder regex = new StringBuilder();
        for (String part : plain(line).split("(?<=…)|(?=…)")) {
            regex.append(part.equals("…") ? ".*" : numbersFree(part));
        }
        return Pattern.compile(regex.toString());
    }

    private static String numbersFree(String part) {
        StringBuilder regex = new StringBuilder();
        String[] words = NUMBER.split(part, -1);
        for (int i = 0; i < words.length; i++) {
            regex.append(i == 0 ? "" : "\\d+(?:\\.\\d+)*").append(Pattern.quote(words[i]));
        }
        return regex.toString();
    }
}
