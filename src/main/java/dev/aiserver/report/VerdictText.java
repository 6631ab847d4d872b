package dev.aiserver.report;

import dev.aiserver.report.Console.Colour;
import dev.aiserver.verify.Outcome;
import dev.aiserver.verify.Verdict;
import java.util.List;

/** Verdicts for people: a line for each, and what to do about those that are not good. */
public final class VerdictText {
    private final Console console;

    public VerdictText(Console console) {
        this.console = console;
    }

    public String line(Verdict verdict) {
        Outcome outcome = verdict.outcome();
        if (outcome instanceof Outcome.Passed passed) {
            return "  " + console.paint(Colour.GREEN, "ok  ") + "  " + "%-62s".formatted(verdict.claim())
                    + console.paint(Colour.DIM, " " + passed.evidence());
        }
        if (outcome instanceof Outcome.Failed failed) {
            return mark(Colour.RED, "FAIL", verdict) + "\n          seen: " + failed.evidence() + "\n          do:   "
                    + failed.fix();
        }
        if (outcome instanceof Outcome.Skipped skipped) {
            return mark(Colour.YELLOW, "skip", verdict) + "\n          why:  " + skipped.reason();
        }
        return mark(Colour.RED, "????", verdict) + "\n          not found out: " + ((Outcome.Unknown) outcome).reason();
    }

    private String mark(Colour colour, String mark, Verdict verdict) {
        return "  " + console.paint(colour, mark) + "  " + verdict.id() + ": " + verdict.claim();
    }

    public String summary(List<Verdict> verdicts) {
        long passed = count(verdicts, Outcome.Passed.class);
        long failed = count(verdicts, Outcome.Failed.class);
        long skipped = count(verdicts, Outcome.Skipped.class);
        long unknown = count(verdicts, Outcome.Unknown.class);
        String numbers =
                passed + " passed, " + failed + " failed, " + skipped + " skipped, " + unknown + " not found out";
        boolean good = verdicts.stream().allMatch(Verdict::isGood);
        return console.paint(good ? Colour.GREEN : Colour.RED, good ? "Verified: " : "Not verified: ") + numbers
                + ".\n";
    }

    private static long count(List<Verdict> verdicts, Class<? extends Outcome> kind) {
        return verdicts.stream().map(Verdict::outcome).filter(kind::isInstance).count();
    }
}
