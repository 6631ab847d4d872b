package dev.aiserver.report;

import com.github.difflib.DiffUtils;
import com.github.difflib.UnifiedDiffUtils;
import com.github.difflib.text.DiffRow;
import com.github.difflib.text.DiffRowGenerator;
import dev.aiserver.plan.Change;
import dev.aiserver.plan.LocalEdit;
import dev.aiserver.resource.Contents;
import dev.aiserver.resource.State;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** Compares texts line by line. */
final class Diffs {
    private static final int CONTEXT_LINES = 3;

    /** Limits the size of a diff: the time grows with the square of the lines, and a longer diff would not be read. */
    private static final int MOST_LINES = 5000;

    /** Limits a column, so that two of them, the mark between them and the indentation fit into 120 characters. */
    private static final int COLUMN = 57;

    private Diffs() {}

    /** Returns a unified diff, after a line with the change of mode, if any; a new or deleted script is one line. */
    static List<String> unified(Change change, Contents contents) {
        boolean oneSided = !(change.before() instanceof State.File && change.after() instanceof State.File);
        List<String> before = oneSided ? summarized(change.before(), contents) : lines(change.before(), contents);
        List<String> after = oneSided ? summarized(change.after(), contents) : lines(change.after(), contents);
        List<String> diff = new ArrayList<>(modes(change));
        diff.addAll(UnifiedDiffUtils.generateUnifiedDiff(
                change.before() instanceof State.File ? change.resource().name() : "/dev/null",
                change.after() instanceof State.File ? change.resource().name() : "/dev/null",
                before,
                DiffUtils.diff(before, after),
                CONTEXT_LINES));
        return diff;
    }

    private static List<String> modes(Change change) {
        return change.before() instanceof State.File from
                        && change.after() instanceof State.File to
                        && from.mode() != to.mode()
                ? List.of("mode %04o -> %04o".formatted(from.mode(), to.mode()))
                : List.of();
    }

    /** Returns the local edit and the text of aiserver in two columns: the lines that differ, with context. */
    static List<String> sideBySide(LocalEdit edit, Contents contents) {
        List<DiffRow> rows = DiffRowGenerator.create()
                .showInlineDiffs(false)
                .lineNormalizer(line -> line)
                .build()
                .generateDiffRows(lines(edit.current(), contents), lines(edit.desired(), contents));
        List<String> columns = new ArrayList<>();
        columns.add(row("your version", ' ', "aiserver's version"));
        boolean skipped = false;
        for (int i = 0; i < rows.size(); i++) {
            if (isNearAChange(rows, i)) {
                columns.addAll(rows(rows.get(i)));
                skipped = false;
            } else if (!skipped) {
                columns.add(row("...", ' ', "..."));
                skipped = true;
            }
        }
        return columns;
    }

    private static boolean isNearAChange(List<DiffRow> rows, int row) {
        return rows.subList(Math.max(0, row - CONTEXT_LINES), Math.min(rows.size(), row + CONTEXT_LINES + 1)).stream()
                .anyMatch(near -> near.getTag() != DiffRow.Tag.EQUAL);
    }

    private static char mark(DiffRow.Tag tag) {
        return switch (tag) {
            case EQUAL -> ' ';
            case INSERT -> '>';
            case DELETE -> '<';
            case CHANGE -> '|';
        };
    }

    /** Cuts long lines that are equal, and folds long lines that differ. */
    private static List<String> rows(DiffRow row) {
        if (row.getTag() == DiffRow.Tag.EQUAL) {
            return List.of(row(cut(row.getOldLine()), ' ', cut(row.getNewLine())));
        }
        List<String> left = folded(row.getOldLine());
        List<String> right = folded(row.getNewLine());
        return IntStream.range(0, Math.max(left.size(), right.size()))
                .mapToObj(i -> row(part(left, i), mark(row.getTag()), part(right, i)))
                .toList();
    }

    private static List<String> folded(String line) {
        String printable = printable(line);
        return IntStream.iterate(0, at -> at == 0 || at < printable.length(), at -> at + COLUMN)
                .mapToObj(at -> printable.substring(at, Math.min(at + COLUMN, printable.length())))
                .toList();
    }

    private static String part(List<String> parts, int part) {
        return part < parts.size() ? parts.get(part) : "";
    }

    private static String row(String left, char mark, String right) {
        String line = ("%-" + COLUMN + "s %c %s").formatted(left, mark, right);
        return line.stripTrailing();
    }

    private static String cut(String line) {
        String printable = printable(line);
        return printable.length() <= COLUMN ? printable : printable.substring(0, COLUMN - 1) + "…";
    }

    private static String printable(String line) {
        return line.replaceAll("\\p{Cntrl}", " ");
    }

    /** Returns a summary of a script, else its lines: a whole script is too long to review in a plan. */
    private static List<String> summarized(State state, Contents contents) {
        List<String> lines = lines(state, contents);
        return state instanceof State.File file
                        && !lines.isEmpty()
                        && lines.get(0).startsWith("#!")
                ? List.of("(script, " + lines.size() + " lines, sha256 " + shortened(file) + ")")
                : lines;
    }

    private static String shortened(State.File file) {
        return file.digest().substring(0, 12);
    }

    private static List<String> lines(State state, Contents contents) {
        if (!(state instanceof State.File file)) {
            return List.of();
        }
        byte[] bytes = contents.get(file.digest()).bytes();
        for (byte each : bytes) {
            if (each == 0) {
                return List.of("(binary, " + bytes.length + " bytes, sha256 " + shortened(file) + ")");
            }
        }
        List<String> lines = new String(bytes, StandardCharsets.UTF_8)
                .lines()
                .limit(MOST_LINES + 1L)
                .toList();
        return lines.size() > MOST_LINES
                ? List.of("(large, " + bytes.length + " bytes, sha256 " + shortened(file) + ")")
                : lines;
    }
}
