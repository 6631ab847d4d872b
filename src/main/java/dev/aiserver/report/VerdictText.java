package dev.aiserver.report;

import static dev.aiserver.report.Controls.inLine;

import dev.aiserver.report.Console.Colour;
import dev.aiserver.verify.Check;
import dev.aiserver.verify.Outcome;
import dev.aiserver.verify.Verdict;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Writes verdicts for a terminal: a line for each below the name of its group, with the fix of each that failed. */
public final class VerdictText {
    /** Starts the line with the most important fix. */
    static final String FIX_FIRST = "Fix first: ";

    private final Console console;
    private String group = "";

    public VerdictText(Console console) {
        this.console = console;
    }

    /** Returns a line for each check, with what it requires. */
    public static String list(List<Check> checks) {
        return checks.stream()
                .map(check -> "%-52s %s%s%n".formatted(check.id(), check.claim(), needs(check)))
                .collect(Collectors.joining());
    }

    private static String needs(Check check) {
        String needs =
                (check.has(Check.Trait.SERVER) ? "the server " : "") + (check.has(Check.Trait.MODEL) ? "a model" : "");
        return needs.isEmpty() ? "" : " (needs " + needs.strip() + ")";
    }

    /** Returns a verdict as a line; the first of a group comes with the name of the group above it. */
    public String line(Verdict verdict) {
        String heading = verdict.group().equals(group) ? "" : console.paint(Colour.BOLD, verdict.group()) + "\n";
        group = verdict.group();
        return heading + body(verdict);
    }

    /** Returns a line for each group, and below it the verdicts that need attention. */
    public String brief(List<Verdict> verdicts) {
        Map<String, List<Verdict>> groups = verdicts.stream()
                .collect(Collectors.groupingBy(Verdict::group, LinkedHashMap::new, Collectors.toList()));
        StringBuilder text = new StringBuilder();
        groups.forEach((name, of) -> {
            boolean good = of.stream().allMatch(Verdict::isGood);
            text.append("  ")
                    .append(console.paint(good ? Colour.GREEN : Colour.RED, good ? "ok  " : "FAIL"))
                    .append("  %-12s  %s%n".formatted(name, counts(of)));
            of.stream()
                    .filter(verdict -> !verdict.isGood() || verdict.outcome() instanceof Outcome.Warned)
                    .forEach(verdict -> text.append(body(verdict)).append('\n'));
        });
        return text.toString();
    }

    private String body(Verdict verdict) {
        Outcome outcome = verdict.outcome();
        if (outcome instanceof Outcome.Passed passed) {
            return "  " + console.paint(Colour.GREEN, "ok  ") + "  " + "%-62s".formatted(claim(verdict))
                    + console.paint(Colour.DIM, " " + inLine(passed.evidence()));
        }
        if (outcome instanceof Outcome.Warned warned) {
            return mark(Colour.YELLOW, "warn", verdict) + "\n          seen: " + inLine(warned.evidence())
                    + "\n          do:   " + inLine(warned.advice());
        }
        if (outcome instanceof Outcome.Failed failed) {
            return mark(Colour.RED, "FAIL", verdict) + "\n          seen: " + inLine(failed.evidence())
                    + "\n          do:   " + inLine(failed.fix());
        }
        if (outcome instanceof Outcome.Skipped skipped) {
            return mark(Colour.YELLOW, "skip", verdict) + "\n          why:  " + inLine(skipped.reason());
        }
        return mark(Colour.RED, "????", verdict) + "\n          inconclusive: "
                + inLine(((Outcome.Inconclusive) outcome).reason());
    }

    private String mark(Colour color, String mark, Verdict verdict) {
        return "  " + console.paint(color, mark) + "  " + inLine(verdict.id()) + ": " + claim(verdict);
    }

    private static String claim(Verdict verdict) {
        return inLine(verdict.claim());
    }

    /** Returns the counts and the first fix. If every check was skipped, the result is "Nothing verified". */
    public String summary(List<Verdict> verdicts) {
        String head = console.paint(Colour.RED, "Not verified: ");
        if (verdicts.stream().allMatch(Verdict::isGood)) {
            head = count(verdicts, Outcome.Passed.class) > 0
                    ? console.paint(Colour.GREEN, "Verified: ")
                    : console.paint(Colour.YELLOW, "Nothing verified: ");
        }
        return head + counts(verdicts) + ".\n" + fixFirst(verdicts);
    }

    /** Returns how many checks ended with each status. */
    public static String counts(List<Verdict> verdicts) {
        long warnings = count(verdicts, Outcome.Warned.class);
        return count(verdicts, Outcome.Passed.class) + " passed, "
                + count(verdicts, Outcome.Failed.class) + " failed, "
                + count(verdicts, Outcome.Skipped.class) + " skipped, "
                + count(verdicts, Outcome.Inconclusive.class) + " inconclusive, "
                + (warnings == 1 ? "1 warning" : warnings + " warnings");
    }

    /** Returns the fix of the first failure: a check comes after those it depends on, so this may fix the others too. */
    private static String fixFirst(List<Verdict> verdicts) {
        for (Verdict verdict : verdicts) {
            if (verdict.outcome() instanceof Outcome.Failed failed) {
                return FIX_FIRST + inLine(failed.fix() + " (" + verdict.id() + ").") + "\n";
            }
        }
        for (Verdict verdict : verdicts) {
            if (verdict.outcome() instanceof Outcome.Inconclusive inconclusive) {
                return FIX_FIRST + "run \"aiserver verify\" again. If the check stays inconclusive, the cause is: "
                        + inLine(inconclusive.reason() + " (" + verdict.id() + ").") + "\n";
            }
        }
        return "";
    }

    private static long count(List<Verdict> verdicts, Class<? extends Outcome> kind) {
        return verdicts.stream().map(Verdict::outcome).filter(kind::isInstance).count();
    }
}
