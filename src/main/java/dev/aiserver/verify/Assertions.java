package dev.aiserver.verify;

import java.util.ArrayList;
import java.util.List;

/** What is not as it must be, of several things that one claim demands. */
final class Assertions {
    private final List<String> complaints = new ArrayList<>();

    Assertions demand(boolean fulfilled, String complaint) {
        if (!fulfilled) {
            complaints.add(complaint);
        }
        return this;
    }

    boolean isGood() {
        return complaints.isEmpty();
    }

    Outcome outcome(String evidence, String fix) {
        return complaints.isEmpty()
                ? new Outcome.Passed(evidence)
                : new Outcome.Failed(String.join("; ", complaints), fix);
    }
}
