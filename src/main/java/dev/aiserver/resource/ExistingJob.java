package dev.aiserver.resource;

import dev.aiserver.service.Readiness;
import java.nio.file.Path;
import java.util.List;

/**
 * A job of the user that was there before: it makes room for ours, and comes back from its own file when ours are gone.
 *
 * @param addresses on which it was seen listening, {@code 127.0.0.1:11434}
 */
public record ExistingJob(String label, Path plist, List<String> addresses) implements Service {

    public ExistingJob {
        addresses = List.copyOf(addresses);
    }

    @Override
    public String id() {
        return "earlier-job:" + label;
    }

    @Override
    public String name() {
        return "earlier " + label;
    }

    /** The first to stop and the last to start: ours may have its label, and need its port. */
    @Override
    public int rank() {
        return 4000;
    }

    /** If it did not do its work before, it need not now. */
    @Override
    public boolean mustKeepRunning(State to) {
        return !to.equals(State.ABSENT) && !addresses.isEmpty();
    }

    @Override
    public void converge(Machine machine, State from, State to) {
        if (to.equals(State.ABSENT)) {
            machine.launchd().stop(label);
        } else if (mustKeepRunning(to)) {
            machine.launchd().startNoWait(label, plist, Readiness.RUNNING_IS_ENOUGH);
        } else {
            machine.launchd().load(label, plist);
        }
    }
}
