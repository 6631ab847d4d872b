package dev.aiserver.verify;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * A proof that begins in time that has to be waited for anyway, while what is proved is still being watched. Only what is
 * good then counts; all else is left to be proved when it is its turn.
 */
public final class HeadStart {
    private final Subject subject;
    private final List<Check> checks;
    private List<Verdict> found = List.of();

    public HeadStart(Subject subject) {
        this.subject = subject;
        this.checks = Checks.of(subject.client());
    }

    /** @param limit for all of it; what is not done by then is left */
    public void use(Duration limit) {
        found = Runner.ahead(
                subject, checks.stream().filter(HeadStart::canComeEarly).toList(), limit);
    }

    /** A model may take minutes. */
    private static boolean canComeEarly(Check check) {
        return !check.has(Check.Trait.MODEL) && !check.has(Check.Trait.AT_REST);
    }

    /** All verdicts, in the order of the checks. Where there was anything to doubt, everything is looked at anew. */
    public List<Verdict> complete() {
        Subject seen = found.stream().allMatch(Verdict::isGood) ? subject : subject.anew();
        return Runner.after(proved(), seen).run(checks);
    }

    Map<String, Verdict> proved() {
        return found.stream().filter(Verdict::isGood).collect(Collectors.toMap(Verdict::id, Function.identity()));
    }
}
