package dev.aiserver.report;

import dev.aiserver.template.Renderer;
import dev.aiserver.template.ReportPage;
import dev.aiserver.template.ReportPage.Action;
import dev.aiserver.template.ReportPage.Check;
import dev.aiserver.template.ReportPage.Counts;
import dev.aiserver.template.ReportPage.Group;
import dev.aiserver.template.ReportPage.Status;
import dev.aiserver.verify.Outcome;
import dev.aiserver.verify.Verdict;
import java.nio.file.Path;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Writes verdicts as one HTML page that you can share: it needs no other file, and contains no user names. */
public final class HtmlReport {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("d MMMM yyyy, HH:mm z", Locale.ENGLISH);

    private static final String INCONCLUSIVE_FIX =
            "run \"aiserver verify\" again; if these checks stay inconclusive, each one below says why";

    /**
     * Describes what was verified, when, and by which version.
     *
     * @param server the host name that clients use
     * @param url the URL that clients use
     * @param version of aiserver
     */
    public record About(String server, String url, ZonedDateTime time, String version) {}

    private HtmlReport() {}

    /**
     * Returns the page.
     *
     * @param home of the user on the server, whose name is redacted
     */
    public static String of(List<Verdict> verdicts, About about, Optional<Path> home) {
        return new Renderer().verifyReport(page(Redacted.verdicts(verdicts, home), about));
    }

    private static ReportPage page(List<Verdict> verdicts, About about) {
        List<Check> checks = new ArrayList<>();
        Map<String, List<Check>> groups = new LinkedHashMap<>();
        for (Verdict verdict : verdicts) {
            Check check = check(checks.size() + 1, verdict);
            checks.add(check);
            groups.computeIfAbsent(verdict.group(), name -> new ArrayList<>()).add(check);
        }
        Counts counts = counts(checks);
        return new ReportPage(
                PlainText.of(about.server()),
                PlainText.of(about.url()),
                TIME.format(about.time()),
                DateTimeFormatter.ISO_OFFSET_DATE_TIME.format(about.time()),
                about.version(),
                counts.passed() > 0 && Verdict.allGood(verdicts),
                counts,
                actions(checks),
                groups.entrySet().stream()
                        .map(group -> new Group(group.getKey(), counts(group.getValue()), group.getValue()))
                        .toList());
    }

    private static Check check(int number, Verdict verdict) {
        Outcome outcome = verdict.outcome();
        Status status = Status.valueOf(outcome.status().name());
        return new Check(number, verdict.id(), verdict.claim(), status, outcome.evidence(), outcome.advice());
    }

    /** Returns the fixes in the order of the checks: a check comes after those it depends on. */
    private static List<Action> actions(List<Check> checks) {
        Map<String, List<Check>> byFix = checks.stream()
                .filter(check -> check.status() == Status.FAILED)
                .collect(Collectors.groupingBy(Check::fix, LinkedHashMap::new, Collectors.toList()));
        List<Action> actions = new ArrayList<>();
        byFix.forEach((fix, failed) -> actions.add(new Action(fix, failed)));
        List<Check> inconclusive = checks.stream()
                .filter(check -> check.status() == Status.INCONCLUSIVE)
                .toList();
        if (!inconclusive.isEmpty()) {
            actions.add(new Action(INCONCLUSIVE_FIX, inconclusive));
        }
        return actions;
    }

    private static Counts counts(List<Check> checks) {
        Map<Status, Long> numbers = checks.stream()
                .map(Check::status)
                .collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));
        return new Counts(
                numbers.getOrDefault(Status.PASSED, 0L),
                numbers.getOrDefault(Status.WARNING, 0L),
                numbers.getOrDefault(Status.FAILED, 0L),
                numbers.getOrDefault(Status.SKIPPED, 0L),
                numbers.getOrDefault(Status.INCONCLUSIVE, 0L));
    }
}
