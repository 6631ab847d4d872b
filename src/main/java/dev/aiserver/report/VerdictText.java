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

/** Verdicts for people: a line for each under the name of its group, and what to do about those that are not good. */
public final class VerdictText {
    /** How the line begins that says what to mend. */
    static final String DO_FIRST = "Do first: ";

    private final Console console;
    private String group = "";

    public VerdictText(Console console) {
        this.console = console;
    }

    /** Which checks there are, with what each needs. */
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

    /** The first of a group comes with the group's name above it. */
    public String line(Verdict verdict) {
        String heading = verdict.group().equals(group) ? "" : console.paint(Colour.BOLD, verdict.group()) + "\n";
        group = verdict.group();
        return heading + body(verdict);
    }

    /** A line for each group, and below it what is not right in it. */
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
        return mark(Colour.RED, "????", verdict) + "\n          not found out: "
                + inLine(((Outcome.Inconclusive) outcome).reason());
    }

    private String mark(Colour colour, String mark, Verdict verdict) {
        return "  " + console.paint(colour, mark) + "  " + inLine(verdict.id()) + ": " + claim(verdict);
    }

    private static String claim(Verdict verdict) {
        return inLine(verdict.claim());
    }

    /** How many, and the one thing to do first; where all was skipped, nothing is verified. */
    public String summary(List<Verdict> verdicts) {
        String head = console.paint(Colour.RED, "Not verified: ");
        if (verdicts.stream().allMatch(Verdict::isGood)) {
            head = count(verdicts, Outcome.Passed.class) > 0
                    ? console.paint(Colour.GREEN, "Verified: ")
                    : console.paint(Colour.YELLOW, "Nothing verified: ");
        }
        return head + counts(verdicts) + ".\n" + doFirst(verdicts);
    }

    /** How many ended in which way. */
    public static String counts(List<Verdict> verdicts) {
        long warned = count(verdicts, Outcome.Warned.class);
        return count(verdicts, Outcome.Passed.class) + " passed, "
                + count(verdicts, Outcome.Failed.class) + " failed, "
                + count(verdicts, Outcome.Skipped.class) + " skipped, "
                + count(verdicts, Outcome.Inconclusive.class) + " not found out"
                + (warned > 0 ? ", " + warned + " to know about" : "");
    }

    /** Checks stand in the order from the ground up, so the first that failed may be the cause of the others. */
    private static String doFirst(List<Verdict> verdicts) {
        for (Verdict verdict : verdicts) {
            if (verdict.outcome() instanceof Outcome.Failed failed) {
                return DO_FIRST + inLine(failed.fix() + " (" + verdict.id() + ").") + "\n";
            }
        }
        for (Verdict verdict : verdicts) {
            if (verdict.outcome() instanceof Outcome.Inconclusive unknown) {
                return "Do first: verify again; if it stays so, this stands in the way: "
                        + inLine(unknown.reason() + " (" + verdict.id() + ").") + "\n";
            }
        }
        return "";
    }

    private static long count(List<Verdict> verdicts, Class<? extends Outcome> kind) {
        return verdicts.stream().map(Verdict::outcome).filter(kind::isInstance).count();
    }
}
