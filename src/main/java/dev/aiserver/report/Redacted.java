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
        verdicts.stream().flatMap(Redacted::texts).forEach(texts::add);
        Redacted redacted = new Redacted(Redaction.of(texts));
        return verdicts.stream().map(redacted::verdict).toList();
    }

    private static Stream<String> texts(Verdict verdict) {
        Outcome outcome = verdict.outcome();
        return Stream.of(verdict.claim(), outcome.evidence(), outcome.advice());
    }

    private Verdict verdict(Verdict verdict) {
        return new Verdict(
                sanitized(verdict.id()),
                sanitized(verdict.claim()),
                verdict.outcome().with(this::sanitized),
                verdict.took());
    }

    /** Redacts before it shortens, because a secret that is cut in two would not be recognized. */
    private String sanitized(String text) {
        return PlainText.of(redaction.apply(text));
    }
}
