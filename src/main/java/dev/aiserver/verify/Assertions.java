package dev.aiserver.verify;

import java.util.ArrayList;
import java.util.List;

/** Collects the problems of several requirements that belong to one claim. */
final class Assertions {
    private final List<String> problems = new ArrayList<>();

    Assertions require(boolean satisfied, String problem) {
        if (!satisfied) {
            problems.add(problem);
        }
        return this;
    }

    boolean hold() {
        return problems.isEmpty();
    }

    Outcome outcome(String evidence, String fix) {
        return problems.isEmpty() ? new Outcome.Passed(evidence) : new Outcome.Failed(String.join("; ", problems), fix);
    }
}
