package dev.aiserver.plan;

import dev.aiserver.host.Command;
import dev.aiserver.host.UserError;
import dev.aiserver.resource.Contents;
import dev.aiserver.resource.HostFile;
import dev.aiserver.resource.Machine;
import dev.aiserver.resource.Service;
import dev.aiserver.service.Launchd;
import java.util.ArrayList;
import java.util.List;

/** Takes back what a transaction has begun, and then what only the transaction needed. */
public final class Rollback {
    private final Machine machine;
    private final StateStore records;

    Rollback(Machine machine, StateStore records) {
        this.machine = machine;
        this.records = records;
    }

    /**
     * A change that could not be undone.
     *
     * @param back to how it was
     * @param reason why that failed
     * @param byHand how a person does it: commands in their order
     */
    public record Failure(Change inverse, String reason, List<Command> manualSteps) {}

    /**
     * All that has begun of a transaction whose process died on the way.
     *
     * @throws UserError when the machine can be reached no longer; the journal there knows what is left
     */
    List<Failure> undo(Journal journal) {
        return undo(
                journal,
                journal.changes().stream()
                        .filter(change -> !(change.resource() instanceof Service service) || journal.hasBegun(service))
                        .toList());
    }

    /** @param begun of the changes in the journal */
    List<Failure> undo(Journal journal, List<Change> begun) {
        List<Change> back = begun.stream().map(Change::inverse).toList();
        List<Failure> left = new ArrayList<>();
        List<Change> going = new ArrayList<>();
        for (Change change : Plan.of(back, new Contents()).changes()) {
            try {
                if (isStillOurs(change)) {
                    change.resource().converge(machine, change.before(), change.after());
                    if (change.mustKeepRunning()) {
                        going.add(change);
                    }
                }
            } catch (UserError error) {
                if (error.isConnectionLost()) {
                    throw error;
                }
                left.add(left(change, error));
            }
        }
        left.addAll(failedServices(going));
        if (left.isEmpty()) {
            discard(journal);
        }
        return left;
    }

    private List<Failure> failedServices(List<Change> going) {
        List<Failure> left = new ArrayList<>();
        try {
            for (Launchd.Ended ended : machine.launchd().exited(Change.labels(going))) {
                going.stream()
                        .filter(change -> change.is(ended.label()))
                        .forEach(change -> left.add(left(change, ended.error())));
            }
        } catch (UserError error) {
            if (error.isConnectionLost()) {
                throw error;
            }
            going.forEach(change -> left.add(left(change, error)));
        }
        return left;
    }

    private Failure left(Change change, UserError error) {
        return new Failure(change, error.sentence(), change.resource().manualSteps(machine, change.after()));
    }

    /** A file that the transaction has not changed yet needs no undoing; one that somebody has written since gets none. */
    private boolean isStillOurs(Change back) {
        return !(back.resource() instanceof HostFile file) || file.isAs(back.before(), machine.host());
    }

    private void discard(Journal journal) {
        try {
            records.journals().discard(journal);
        } catch (UserError error) {
            if (error.isConnectionLost()) {
                throw error;
            }
            throw new UserError(
                    "Everything that was begun was undone, but not all that it needed could be cleared away: "
                            + error.sentence(),
                    error);
        }
    }
}
