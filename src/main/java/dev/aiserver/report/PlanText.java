package dev.aiserver.report;

import dev.aiserver.plan.Change;
import dev.aiserver.plan.LocalEdit;
import dev.aiserver.plan.Plan;
import dev.aiserver.report.Console.Colour;
import dev.aiserver.resource.Contents;
import dev.aiserver.resource.HostFile;
import dev.aiserver.resource.State;
import dev.aiserver.resource.Verb;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/** Writes a plan for a terminal: a line for each change, and a diff of each file. */
public final class PlanText {
    private final Console console;
    private final TildePaths names;

    /** @param home folder that is written as {@code ~} */
    public PlanText(Console console, Path home) {
        this.console = console;
        this.names = new TildePaths(home);
    }

    /** Returns a line for each change. */
    public String list(Plan plan) {
        return plan.changes().stream().map(change -> "  " + line(change) + "\n").collect(Collectors.joining());
    }

    /** Returns one change as a line without indentation: verb, resource, and what to know about it. */
    public String line(Change change) {
        String verb = Json.word(change.verb());
        return console.paint(color(change.verb()), "%-8s".formatted(verb)) + " "
                + names.of(change.resource().name()) + note(change);
    }

    /** Returns one change for use in a sentence. */
    public String words(Change change) {
        return Json.word(change.verb()) + " " + names.of(change.resource().name());
    }

    /** Returns the names of the changed resources. */
    public List<String> names(List<Change> changes) {
        return changes.stream()
                .map(change -> names.of(change.resource().name()))
                .toList();
    }

    private static String note(Change change) {
        if (change.before() instanceof State.Failing failing) {
            return "  (now: " + Controls.inLine(failing.why()) + ")";
        }
        return switch (change.verb()) {
            case RELOAD -> "  (if the reload fails, restarts it, which interrupts requests in progress)";
            case RESTART -> change.before() instanceof State.Running ? "  (interrupts requests in progress)" : "";
            default -> "";
        };
    }

    private static Colour color(Verb verb) {
        return switch (verb) {
            case INSTALL, CREATE, START, ENABLE -> Colour.GREEN;
            case UPDATE, RESTART, RELOAD -> Colour.YELLOW;
            case DELETE, STOP, DISABLE -> Colour.RED;
        };
    }

    /** Returns a unified diff of every file that changes. */
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

    /**
     * Returns how many resources are unchanged, in one line.
     *
     * @param verbose whether they are listed instead
     */
    public String unchanged(Plan plan, boolean verbose) {
        if (!verbose) {
            return plan.unchanged().isEmpty() ? "" : "  " + plan.unchanged().size() + " unchanged\n";
        }
        return plan.unchanged().stream()
                .map(target -> "  " + console.paint(Colour.DIM, "none    ") + " "
                        + names.of(target.resource().name()) + "\n")
                .collect(Collectors.joining());
    }

    /** Returns the names of the locally edited files. */
    public String edited(List<LocalEdit> edits) {
        return edits.stream().map(edit -> names.of(edit.file().name())).collect(Collectors.joining(", "));
    }

    /** Returns each locally edited file beside the version that aiserver would write. */
    public String sideBySide(List<LocalEdit> edits, Plan plan) {
        return edits.stream()
                .map(edit ->
                        "\n" + console.paint(Colour.BOLD, names.of(edit.file().name()))
                                + " was edited locally. Use --keep-local to keep your version, or --overwrite to replace it:\n"
                                + Diffs.sideBySide(edit, plan.contents()).stream()
                                        .map(line -> "  " + line + "\n")
                                        .collect(Collectors.joining()))
                .collect(Collectors.joining());
    }
}
