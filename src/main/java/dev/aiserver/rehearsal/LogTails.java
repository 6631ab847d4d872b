package dev.aiserver.rehearsal;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Reads the last lines of a rehearsal's logs, which are deleted with its home directory. */
final class LogTails {
    private static final int BYTES = 4_000;
    private static final int LINES = 12;
    private static final int COLUMNS = 300;

    private LogTails() {}

    /** Returns the name and the last lines of each log that is not empty, safe for a terminal; empty if there are none. */
    static String of(Path folder) {
        if (!Files.isDirectory(folder)) {
            return "";
        }
        try (Stream<Path> logs = Files.list(folder)) {
            return logs.sorted()
                    .filter(Files::isRegularFile)
                    .map(LogTails::section)
                    .collect(Collectors.joining());
        } catch (IOException e) {
            return "\nCould not read the logs of the rehearsal: " + e.getMessage() + "\n";
        }
    }

    private static String section(Path log) {
        String name = String.valueOf(log.getFileName());
        try (RandomAccessFile file = new RandomAccessFile(log.toFile(), "r")) {
            long skipped = Math.max(0, file.length() - BYTES);
            file.seek(skipped);
            byte[] end = new byte[(int) (file.length() - skipped)];
            file.readFully(end);
            List<String> lines = new String(end, StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.isBlank())
                    .toList();
            String shown = lines.stream()
                    .skip(Math.max(0, lines.size() - LINES))
                    .map(line -> "  " + plain(line) + "\n")
                    .collect(Collectors.joining());
            return shown.isEmpty() ? "" : "\nLast lines of " + name + ":\n" + shown;
        } catch (IOException e) {
            return "\nCould not read " + name + ": " + e.getMessage() + "\n";
        }
    }

    /** Replaces the characters that a terminal would obey instead of showing. */
    private static String plain(String line) {
        return line.codePoints()
                .limit(COLUMNS)
                .map(each -> switch (Character.getType(each)) {
                    case Character.CONTROL, Character.FORMAT, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR ->
                        each == '\t' ? ' ' : '?';
                    default -> each;
                })
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }
}
