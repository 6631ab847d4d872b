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

/** Undoes the changes that a transaction has started, then removes its temporary files. */
public final class Rollback {
    private final Machine machine;
    private final StateStore records;

    Rollback(Machine machine, StateStore records) {
        this.machine = machine;
        this.records = records;
    }

    /**
     * A change that could not be rolled back.
     *
     * @param inverse the change to the previous state
     * @param reason why it failed
     * @param manualSteps the commands, in order, that a person can run instead
     */
    public record Failure(Change inverse, String reason, List<Command> manualSteps) {}

    /**
     * Rolls back a transaction whose process died before it finished.
     *
     * @return the changes that could not be rolled back
     * @throws UserError if the connection to the host is lost; the journal there lists what is left
     */
    List<Failure> undo(Journal journal) {
        return undo(
                journal,
                journal.changes().stream()
                        .filter(change -> !(change.resource() instanceof Service service) || journal.hasBegun(service))
                        .toList());
    }

    /** @param begun the changes of the journal that have started */
    List<Failure> undo(Journal journal, List<Change> begun) {
        List<Change> back = begun.stream().map(Change::inverse).toList();
        List<Failure> failures = new ArrayList<>();
        List<Change> started = new ArrayList<>();
        for (Change change : Plan.of(back, new Contents()).changes()) {
            try {
                if (needsUndo(change)) {
                    change.resource().converge(machine, change.before(), change.after());
                    if (change.mustKeepRunning()) {
                        started.add(change);
                    }
                }
            } catch (UserError error) {
                if (error.isConnectionLost()) {
                    throw error;
                }
                failures.add(failure(change, error));
            }
        }
        failures.addAll(failedServices(started));
        if (failures.isEmpty()) {
            discard(journal);
        }
        return failures;
    }

    private List<Failure> failedServices(List<Change> started) {
        List<Failure> failures = new ArrayList<>();
        try {
            for (Launchd.Exited ended : machine.launchd().exited(Change.labels(started))) {
                started.stream()
                        .filter(change -> change.concerns(ended.label()))
                        .forEach(change -> failures.add(failure(change, ended.error())));
            }
        } catch (UserError error) {
            if (error.isConnectionLost()) {
                throw error;
            }
            started.forEach(change -> failures.add(failure(change, error)));
        }
        return failures;
    }

    private Failure failure(Change change, UserError error) {
        return new Failure(change, error.sentence(), change.resource().manualSteps(machine, change.after()));
    }

    /** Skips a file that the transaction has not changed yet, and a file that was edited since. */
    private boolean needsUndo(Change back) {
        return !(back.resource() instanceof HostFile file) || machine.host().ask(file.isAs(back.before()));
    }

    private void discard(Journal journal) {
        try {
            records.journals().discard(journal);
        } catch (UserError error) {
            if (error.isConnectionLost()) {
                throw error;
            }
            throw new UserError(
                    "All changes were rolled back, but temporary files in "
                            + records.receipts().files().directory() + " could not be removed: " + error.sentence(),
                    error);
        }
    }
}
