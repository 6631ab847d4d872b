package dev.aiserver.resource;

import dev.aiserver.host.Query;
import dev.aiserver.service.Readiness;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A job of the user from before the installation. The installation stops it, and the uninstall starts it again from its own
 * property list.
 *
 * @param addresses where it was listening, such as {@code 127.0.0.1:11434}
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
        return "existing " + label;
    }

    /** Stops first and starts last, because aiserver's job may have the same label or port. */
    @Override
    public int rank() {
        return 4000;
    }

    /** Requires nothing of a job that was not listening before. */
    @Override
    public boolean mustKeepRunning(State to) {
        return !to.equals(State.ABSENT) && !addresses.isEmpty();
    }

    /** Counts the job as absent if its label now belongs to aiserver's job, which was loaded from another file. */
    @Override
    public Query<Observation> query(ObservedHost host) {
        return host.jobs()
                .status(label)
                .map(status -> Observation.of(status.ofUser()
                        .filter(print -> print.plist().equals(Optional.of(plist)))
                        .map(print -> State.PRESENT)
                        .orElse(State.ABSENT)));
    }

    @Override
    public <T> T to(Cases<T> cases) {
        return cases.existingJob(this);
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
