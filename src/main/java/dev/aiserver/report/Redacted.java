package dev.aiserver.report;

import dev.aiserver.verify.Outcome;
import dev.aiserver.verify.Verdict;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Verdicts fit for a file that is sent on: without secrets and people, and with nothing that a document cannot hold. */
final class Redacted {
    private final Redaction redaction;

    private Redacted(Redaction redaction) {
        this.redaction = redaction;
    }

    /** @param home of the person, who may be named where the home is not */
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
        return new Verdict(fit(verdict.id()), fit(verdict.claim()), outcome(verdict.outcome()), verdict.took());
    }

    private Outcome outcome(Outcome outcome) {
        if (outcome instanceof Outcome.Passed passed) {
            return new Outcome.Passed(fit(passed.evidence()));
        }
        if (outcome instanceof Outcome.Warned warned) {
            return new Outcome.Warned(fit(warned.evidence()), fit(warned.advice()));
        }
        if (outcome instanceof Outcome.Failed failed) {
            return new Outcome.Failed(fit(failed.evidence()), fit(failed.fix()));
        }
        return outcome instanceof Outcome.Skipped skipped
                ? new Outcome.Skipped(fit(skipped.reason()))
                : new Outcome.Inconclusive(fit(((Outcome.Inconclusive) outcome).reason()));
    }

    /** Redacted first: a secret that were cut in two would no longer be known for one. */
    private String fit(String text) {
        return PlainText.of(redaction.apply(text));
    }
}
