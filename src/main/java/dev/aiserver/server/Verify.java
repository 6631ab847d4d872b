package dev.aiserver.server;

import dev.aiserver.host.Host;
import dev.aiserver.host.ReadOnlyHost;
import dev.aiserver.host.Trouble;
import dev.aiserver.plan.ReceiptStore;
import dev.aiserver.service.Launchd;
import dev.aiserver.verify.Check;
import dev.aiserver.verify.Checks;
import dev.aiserver.verify.Outcome;
import dev.aiserver.verify.Subject;
import dev.aiserver.verify.Verdict;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Proves an installed server, claim by claim. */
public final class Verify {
    private final Host host;
    private final Launchd launchd;
    private final ReceiptStore store;

    public Verify(Host host, Launchd launchd, ReceiptStore store) {
        this.host = host;
        this.launchd = launchd;
        this.store = store;
    }

    /**
     * @param progress is told each verdict as it is found
     * @throws Trouble when nothing is installed
     */
    public List<Verdict> verify(Consumer<Verdict> progress) {
        Installation installation = Installation.load(store);
        Subject subject = new Subject(new ReadOnlyHost(host), launchd, installation.receipt(), installation.spec());
        List<Verdict> verdicts = new ArrayList<>();
        for (Check check : Checks.of(subject)) {
            Verdict verdict = new Verdict(check.id(), check.claim(), prove(check, subject));
            verdicts.add(verdict);
            progress.accept(verdict);
        }
        return verdicts;
    }

    private static Outcome prove(Check check, Subject subject) {
        try {
            return check.prove(subject);
        } catch (Trouble trouble) {
            return new Outcome.Unknown(trouble.sentence());
        } catch (IOException e) {
            return new Outcome.Unknown("no answer: " + e.getMessage());
        }
    }
}
