package dev.aiserver.report;

import dev.aiserver.plan.Change;
import dev.aiserver.plan.LocalEdit;
import dev.aiserver.plan.Plan;
import dev.aiserver.report.Console.Colour;
import dev.aiserver.resource.Contents;
import dev.aiserver.resource.HostFile;
import dev.aiserver.resource.State;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** A plan for people: a line for each change, and the difference of each file. */
public final class PlanText {
    private final Console console;
    private final TildePaths names;

    /** @param home that is written as {@code ~} */
    public PlanText(Console console, Path home) {
        this.console = console;
        this.names = new TildePaths(home);
    }

    public String list(Plan plan) {
        return plan.changes().stream().map(change -> "  " + line(change) + "\n").collect(Collectors.joining());
    }

    public String line(Change change) {
        String verb = change.verb().name().toLowerCase(Locale.ROOT);
        return console.paint(colour(change.verb()), "%-8s".formatted(verb)) + " "
                + names.of(change.resource().name()) + why(change);
    }

    /** For sentences. */
    public String words(Change change) {
        return change.verb().name().toLowerCase(Locale.ROOT) + " "
                + names.of(change.resource().name());
    }

    /** Of what is changed. */
    public List<String> names(List<Change> changes) {
        return changes.stream()
                .map(change -> names.of(change.resource().name()))
                .toList();
    }

    private static String why(Change change) {
        if (change.before() instanceof State.Failing failing) {
            return "  (now: " + Controls.inLine(failing.why()) + ")";
        }
        return switch (change.verb()) {
            case RELOAD -> "  (is restarted, which ends the answers that it is giving, only if it does not reload)";
            case RESTART ->
                change.before() instanceof State.Running ? "  (ends the answers that it is giving now)" : "";
            default -> "";
        };
    }

    private static Colour colour(Change.Verb verb) {
        return switch (verb) {
            case INSTALL, CREATE, START, ENABLE -> Colour.GREEN;
            case UPDATE, RESTART, RELOAD -> Colour.YELLOW;
            case DELETE, STOP, DISABLE -> Colour.RED;
        };
    }

    /** A unified diff of every file that changes. */
    public String diffs(Plan plan) {
        return plan.changes().stream()
                .filter(change -> change.resource() instanceof HostFile)
                .map(change -> "\n" + diff(change, plan.contents()))
                .collect(Collectors.joining());
    }

    private String diff(Change change, Contents contents) {
        String name = change.resource().name();
        return Diffs.unified(change, contents).stream()
                .map(line -> line.equals("--- " + name) || line.equals("+++ " + name)
                        ? line.substring(0, 4) + names.of(name)
                        : line)
                .map(line -> painted(line) + "\n")
                .collect(Collectors.joining());
    }

    private String painted(String line) {
        if (line.startsWith("+")) {
            return console.paint(Colour.GREEN, line);
        }
        return line.startsWith("-") ? console.paint(Colour.RED, line) : line;
    }

    /** What stays as it is. */
    public String unchanged(Plan plan) {
        return plan.unchanged().stream()
                .map(target -> "  " + console.paint(Colour.DIM, "none    ") + " "
                        + names.of(target.resource().name()) + "\n")
                .collect(Collectors.joining());
    }

    /** The names of edited files. */
    public String edited(List<LocalEdit> edits) {
        return edits.stream().map(edit -> names.of(edit.file().name())).collect(Collectors.joining(", "));
    }

    /** Each edited file as its editor left it, beside what this program would write. */
    public String sideBySide(List<LocalEdit> edits, Plan plan) {
        return edits.stream()
                .map(edit ->
                        "\n" + console.paint(Colour.BOLD, names.of(edit.file().name()))
                                + " was edited since it was installed; --keep-local or --overwrite decides:\n"
                                + Diffs.sideBySide(edit, plan.contents()).stream()
                                        .map(line -> "  " + line + "\n")
                                        .collect(Collectors.joining()))
                .collect(Collectors.joining());
    }
}
