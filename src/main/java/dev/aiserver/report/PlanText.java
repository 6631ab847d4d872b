package dev.aiserver.report;

import com.github.difflib.DiffUtils;
import com.github.difflib.UnifiedDiffUtils;
import dev.aiserver.plan.Change;
import dev.aiserver.plan.Plan;
import dev.aiserver.report.Console.Colour;
import dev.aiserver.resource.Contents;
import dev.aiserver.resource.HostFile;
import dev.aiserver.resource.State;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** A plan for people: a line for each change, and the difference of each file. */
public final class PlanText {
    private static final int CONTEXT_LINES = 3;

    private final Console console;
    private final Path home;

    /** @param home that is written as {@code ~} */
    public PlanText(Console console, Path home) {
        this.console = console;
        this.home = home;
    }

    public String list(Plan plan) {
        return plan.changes().stream().map(change -> "  " + line(change) + "\n").collect(Collectors.joining());
    }

    public String line(Change change) {
        String verb = change.verb().name().toLowerCase(Locale.ROOT);
        return console.paint(colour(change.verb()), "%-8s".formatted(verb)) + " "
                + tilde(change.resource().name()) + why(change);
    }

    private static String why(Change change) {
        return change.before() instanceof State.Failing failing ? "  (now: " + failing.why() + ")" : "";
    }

    private String tilde(String name) {
        return name.startsWith(home + "/")
                ? "~" + name.substring(home.toString().length())
                : name;
    }

    private static Colour colour(Change.Verb verb) {
        return switch (verb) {
            case INSTALL, CREATE, START -> Colour.GREEN;
            case UPDATE, RESTART, RELOAD -> Colour.YELLOW;
            case DELETE, STOP -> Colour.RED;
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
        String name = tilde(change.resource().name());
        List<String> before = lines(change.before(), contents);
        List<String> after = lines(change.after(), contents);
        String modes = modes(change);
        List<String> diff = UnifiedDiffUtils.generateUnifiedDiff(
                change.before() instanceof State.File ? name : "/dev/null",
                change.after() instanceof State.File ? name : "/dev/null",
                before,
                DiffUtils.diff(before, after),
                CONTEXT_LINES);
        return modes + diff.stream().map(line -> painted(line) + "\n").collect(Collectors.joining());
    }

    private static String modes(Change change) {
        if (change.before() instanceof State.File from
                && change.after() instanceof State.File to
                && from.mode() != to.mode()) {
            return "mode %04o -> %04o\n".formatted(from.mode(), to.mode());
        }
        return "";
    }

    private String painted(String line) {
        if (line.startsWith("+")) {
            return console.paint(Colour.GREEN, line);
        }
        return line.startsWith("-") ? console.paint(Colour.RED, line) : line;
    }

    private static List<String> lines(State state, Contents contents) {
        if (!(state instanceof State.File file)) {
            return List.of();
        }
        byte[] bytes = contents.get(file.digest()).bytes();
        for (byte each : bytes) {
            if (each == 0) {
                return List.of("(binary, " + bytes.length + " bytes, sha256 "
                        + file.digest().substring(0, 12) + ")");
            }
        }
        return new String(bytes, StandardCharsets.UTF_8).lines().toList();
    }
}
