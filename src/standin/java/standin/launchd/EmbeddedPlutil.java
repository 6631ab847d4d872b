package standin.launchd;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Implements the parts of {@code plutil} that aiserver uses, for machines without that command. */
public final class EmbeddedPlutil {
    private static final String USAGE = "No files specified.\n";

    /**
     * Runs one plutil command: {@code -lint [-s] FILE...} or {@code -convert xml1 -o - -}.
     *
     * @param argv arguments, without the word {@code plutil} itself; a FILE of {@code -} is standard input
     * @param stdin bytes on standard input
     */
    public ProgramResult run(List<String> argv, byte[] stdin) {
        if (argv.equals(List.of("-convert", "xml1", "-o", "-", "-"))) {
            return converted(stdin);
        }
        List<String> files = argv.stream()
                .filter(argument -> !List.of("-lint", "-s", "--").contains(argument))
                .toList();
        if (files.isEmpty() || !argv.contains("-lint")) {
            return ProgramResult.of(1, "", USAGE);
        }
        StringBuilder output = new StringBuilder();
        boolean allGood = true;
        for (String file : files) {
            String verdict = verdict(file, stdin);
            boolean good = verdict.equals("OK");
            allGood &= good;
            if (!good || !argv.contains("-s")) {
                output.append(file.equals("-") ? "<stdin>" : file)
                        .append(": ")
                        .append(verdict)
                        .append('\n');
            }
        }
        return ProgramResult.of(allGood ? 0 : 1, output.toString(), "");
    }

    private static ProgramResult converted(byte[] stdin) {
        try {
            return ProgramResult.of(0, PropertyListReader.parse(stdin).toXMLPropertyList(), "");
        } catch (LaunchdFailure e) {
            return ProgramResult.of(1, "", "<stdin>: Property List error: Unexpected character\n");
        }
    }

    private static String verdict(String file, byte[] stdin) {
        try {
            PropertyListReader.parse(file.equals("-") ? stdin : Files.readAllBytes(Path.of(file)));
            return "OK";
        } catch (IOException e) {
            return "file does not exist or is not readable or is not a regular file";
        } catch (LaunchdFailure e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            return "Property List error: " + cause.getMessage()
                    + " / JSON error: Invalid value around line 1, column 0.";
        }
    }
}
