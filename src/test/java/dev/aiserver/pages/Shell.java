package dev.aiserver.pages;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Command lines as pages write them: words, quotes, and what a shell does with the output, which is left out. */
final class Shell {
    private static final Pattern WORD = Pattern.compile("'([^']*)'|\"([^\"]*)\"|([^\\s'\">|&;#]+)|([>|&;#].*)");

    /** The options that {@code ./install} handles itself and does not pass to aiserver. */
    private static final List<String> OF_THE_SCRIPT = List.of("--test");

    private Shell() {}

    /** Returns the arguments that aiserver gets from this line; empty when the line does not run it. */
    static Optional<String[]> argumentsOfAiserver(String line) {
        List<String> words = words(line);
        if (words.isEmpty()) {
            return Optional.empty();
        }
        List<String> arguments = new ArrayList<>(words.subList(1, words.size()));
        switch (words.get(0)) {
            case "aiserver" -> {}
            case "./install", "./uninstall" -> {
                arguments.removeAll(OF_THE_SCRIPT);
                arguments.add(0, words.get(0).substring(2));
            }
            default -> {
                return Optional.empty();
            }
        }
        return Optional.of(arguments.toArray(String[]::new));
    }

    private static List<String> words(String line) {
        List<String> words = new ArrayList<>();
        Matcher matcher = WORD.matcher(line.strip());
        while (matcher.find() && matcher.group(4) == null) {
            words.add(
                    matcher.group(1) != null
                            ? matcher.group(1)
                            : matcher.group(2) != null ? matcher.group(2) : matcher.group(3));
        }
        return words;
    }
}
