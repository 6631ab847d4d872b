package dev.aiserver.report;

import dev.aiserver.verify.Outcome;
import dev.aiserver.verify.Verdict;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Redacts verdicts for a file that you can share: no secrets, no user names, and no characters that XML or HTML forbids. */
final class Redacted {
    private final Redaction redaction;

    private Redacted(Redaction redaction) {
        this.redaction = redaction;
    }

    /** @param home of the user on the server, whose name may occur without the path */
    static List<Verdict> verdicts(List<Verdict> verdicts, Optional<Path> home) {
        List<String> texts = new ArrayList<>();
        home.ifPresent(folder -> texts.add(folder.toString()));
        verdicts.stream().flatMap(verdict -> texts(verdict)).forEach(texts::add);
        Redacted redacted = new Redacted(Redaction.of(texts));
        return verdicts.stream().map(redacted::verdict).toList();
    }

    private static Stream<String> texts(Verdict verdict) {
        Outcome outcome = verdict.outcome();
        return Stream.concat(Stream.of(verdict.claim()), texts(outcome));
    }

    private static Stream<String> texts(Outcome outcome) {
        if (outcome instanceof Outcome.Passed passed) {
            return Stream.of(passed.evidence());
        }
        if (outcome instanceof Outcome.Warned warned) {
            return Stream.of(warned.evidence(), warned.advice());
        }
        if (outcome instanceof Outcome.Failed failed) {
            return Stream.of(failed.evidence(), failed.fix());
        }
        return Stream.of(
                outcome instanceof Outcome.Skipped skipped
                        ? skipped.reason()
                        : ((Outcome.Inconclusive) outcome).reason());
    }

    private Verdict verdict(Verdict verdict) {
        return new Verdict(
                sanitized(verdict.id()), sanitized(verdict.claim()), outcome(verdict.outcome()), verdict.took());
    }

    private Outcome outcome(Outcome outcome) {
        if (outcome instanceof Outcome.Passed passed) {
            return new Outcome.Passed(sanitized(passed.evidence()));
        }
        if (outcome instanceof Outcome.Warned warned) {
            return new Outcome.Warned(sanitized(warned.evidence()), sanitized(warned.advice()));
        }
        if (outcome instanceof Outcome.Failed failed) {
            return new Outcome.Failed(sanitized(failed.evidence()), sanitized(failed.fix()));
        }
        return outcome instanceof Outcome.Skipped skipped
                ? new Outcome.Skipped(sanitized(skipped.reason()))
                : new Outcome.Inconclusive(sanitized(((Outcome.Inconclusive) outcome).reason()));
    }

    /** Redacts before it shortens, because a secret that is cut in two would not be recognized. */
    private String sanitized(String text) {
        return PlainText.of(redaction.apply(text));
    }
}
