package dev.aiserver.verify;

import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * What was proved of a server in time that had to be waited for anyway: that forbidden requests are refused, which takes
 * hundreds of them. Only what was good counts; all else is left to be proved when it is its turn.
 */
public final class HeadStart {
    private static final String GROUP = "blocked.";

    private final Subject subject;
    private Map<String, Verdict> proved = Map.of();

    public HeadStart(Client client) {
        this.subject = Subject.seenFromOutside(client);
    }

    /** @param limit for all of it; what is not done by then is left */
    public void use(Duration limit) {
        List<Check> checks = Checks.of(subject.client()).stream()
                .filter(check -> check.id().startsWith(GROUP) && check.traits().isEmpty())
                .toList();
        proved = Runner.ahead(subject, checks, limit);
    }

    Subject subject() {
        return subject;
    }

    Map<String, Verdict> proved() {
        return proved;
    }
}
