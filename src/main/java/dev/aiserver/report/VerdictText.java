package dev.aiserver.report;

import static dev.aiserver.report.Controls.inLine;

import dev.aiserver.app.VerifyResult;
import dev.aiserver.report.Console.Colour;
import dev.aiserver.server.CommandOutcome;
import dev.aiserver.verify.Check;
import dev.aiserver.verify.Outcome.Status;
import dev.aiserver.verify.Verdict;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Writes verdicts for a terminal: a line for each below the name of its group, with the fix of each that failed. */
public final class VerdictText {
    private final Console console;
    private String group = "";

    public VerdictText(Console console) {
        this.console = console;
    }

    /** Returns the report of a verification; its details are a line for each verdict. */
    public static Report report(VerifyResult result, Console console) {
        VerdictText text = new VerdictText(console);
        String details = result.verdicts().stream()
                .map(verdict -> text.line(verdict) + "\n")
                .collect(Collectors.joining());
        List<String> errors = result.unwritten().stream().map(Controls::inLine).toList();
        return Report.of(result.exitCode(), text.summary(result.verdicts()), () -> document(result))
                .after(details)
                .noticing(errors.stream().map(error -> "aiserver: " + error).collect(Collectors.joining("\n")))
                .because(fixFirst(result.verdicts())
                        .or(() -> errors.stream().reduce((earlier, last) -> last))
                        .orElse(""));
    }

    /** Returns the document of a verification. */
    public static Map<String, Object> document(VerifyResult result) {
        return Json.document("verify", result.outcome(), Map.of("checks", Json.verdicts(result.verdicts())));
    }

    /** Returns the report of a list of checks. */
    public static Report listed(List<Check> checks) {
        return Report.of(
                CommandOutcome.LISTED.exitCode(),
                list(checks),
                () -> Json.document("verify", CommandOutcome.LISTED, Map.of("checks", Json.checks(checks))));
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
            boolean good = Verdict.allGood(of);
            text.append("  ")
                    .append(console.paint(good ? Colour.GREEN : Colour.RED, good ? "ok  " : "FAIL"))
                    .append("  %-12s  %s%n".formatted(name, counts(of)));
            of.stream()
                    .filter(verdict -> !verdict.isGood() || verdict.is(Status.WARNING))
                    .forEach(verdict -> text.append(body(verdict)).append('\n'));
        });
        return text.toString();
    }

    private String body(Verdict verdict) {
        String evidence = inLine(verdict.outcome().evidence());
        String seenAndDo = "\n          seen: " + evidence + "\n          do:   "
                + inLine(verdict.outcome().advice());
        return switch (verdict.outcome().status()) {
            case PASSED ->
                "  " + console.paint(Colour.GREEN, "ok  ") + "  " + "%-62s".formatted(claim(verdict))
                        + console.paint(Colour.DIM, " " + evidence);
            case WARNING -> mark(Colour.YELLOW, "warn", verdict) + seenAndDo;
            case FAILED -> mark(Colour.RED, "FAIL", verdict) + seenAndDo;
            case SKIPPED -> mark(Colour.YELLOW, "skip", verdict) + "\n          why:  " + evidence;
            case INCONCLUSIVE -> mark(Colour.RED, "????", verdict) + "\n          inconclusive: " + evidence;
        };
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
        if (Verdict.allGood(verdicts)) {
            head = count(verdicts, Status.PASSED) > 0
                    ? console.paint(Colour.GREEN, "Verified: ")
                    : console.paint(Colour.YELLOW, "Nothing verified: ");
        }
        return head + counts(verdicts) + ".\n"
                + fixFirst(verdicts).map(fix -> fix + "\n").orElse("");
    }

    /** Returns how many checks ended with each status. */
    public static String counts(List<Verdict> verdicts) {
        long warnings = count(verdicts, Status.WARNING);
        return count(verdicts, Status.PASSED) + " passed, "
                + count(verdicts, Status.FAILED) + " failed, "
                + count(verdicts, Status.SKIPPED) + " skipped, "
                + count(verdicts, Status.INCONCLUSIVE) + " inconclusive, "
                + (warnings == 1 ? "1 warning" : warnings + " warnings");
    }

    /**
     * Returns the fix of the first failure in one line; empty if no check failed. A check comes after those it depends on,
     * so this may fix the others too.
     */
    static Optional<String> fixFirst(List<Verdict> verdicts) {
        return first(verdicts, Status.FAILED)
                .map(verdict -> verdict.outcome().advice() + " (" + verdict.id() + ").")
                .or(() -> first(verdicts, Status.INCONCLUSIVE)
                        .map(verdict -> "run \"aiserver verify\" again. If the check stays inconclusive, the cause is: "
                                + verdict.outcome().evidence() + " (" + verdict.id() + ")."))
                .map(fix -> "Fix first: " + inLine(fix));
    }

    private static Optional<Verdict> first(List<Verdict> verdicts, Status status) {
        return verdicts.stream().filter(verdict -> verdict.is(status)).findFirst();
    }

    private static long count(List<Verdict> verdicts, Status status) {
        return verdicts.stream().filter(verdict -> verdict.is(status)).count();
    }
}
