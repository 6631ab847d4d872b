package dev.aiserver.plan;

import dev.aiserver.host.UserError;
import dev.aiserver.resource.Machine;
import dev.aiserver.resource.Service;
import dev.aiserver.service.Launchd;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** Carries transactions out: all of one, or nothing. */
public final class Applier {
    private final Machine machine;
    private final StateStore records;
    private final Interruption interruption;
    private final Consumer<Change> progress;
    private final Runnable acceptance;
    private final List<Change> kept = new ArrayList<>();

    Applier(
            Machine machine,
            StateStore records,
            Interruption interruption,
            Consumer<Change> progress,
            Runnable acceptance) {
        this.machine = machine;
        this.records = records;
        this.interruption = interruption;
        this.progress = progress;
        this.acceptance = acceptance;
    }

    /** How a transaction ended. */
    public sealed interface Result {

        record Applied(Receipt receipt) implements Result {}

        /**
         * Everything is as before, but for what kept.
         *
         * @param kept what was got and is not taken away again
         */
        record RolledBack(Change failed, String reason, List<Change> kept) implements Result {}

        /**
         * The person wanted it to end; everything is as before, but for what kept.
         *
         * @param kept what was got and is not taken away again
         */
        record Interrupted(List<Change> kept) implements Result {}

        /**
         * Some of it could not be undone; the journal still knows it.
         *
         * @param left what could not be undone
         */
        record RollbackIncomplete(Change failed, String reason, List<Rollback.Failure> failures) implements Result {}

        /**
         * The machine could be reached no longer, so nothing could be undone either; the journal there knows what was
         * begun.
         */
        record Lost(Change during, String reason) implements Result {}
    }

    /**
     * Makes all changes. A failure undoes what was begun, the failed change included.
     *
     * @throws UserError when not even the journal can be written, and so nothing was changed
     */
    public Result apply(Transaction transaction) {
        if (!transaction.plan().isEmpty()) {
            return begin(transaction);
        }
        interruption.check();
        if (transaction.after().isEmpty()) {
            records.receipts().forget();
            records.journals().clear();
        } else if (!transaction.after().equals(transaction.before())) {
            records.receipts().save(transaction.after());
        }
        return new Result.Applied(transaction.after());
    }

    private Result begin(Transaction transaction) {
        Journal journal;
        Change first = transaction.plan().changes().get(0);
        try {
            interruption.check();
            journal = records.journals().begin(transaction);
        } catch (UserError error) {
            if (error.isConnectionLost()) {
                // The journal may have been written there all the same.
                return new Result.Lost(first, error.sentence());
            }
            if (kept.isEmpty()) {
                throw error;
            }
            return rolledBack(first, error);
        }
        return carryOut(journal);
    }

    /** Makes the changes of a transaction whose process died on the way. */
    public Result finish(Journal journal) {
        return carryOut(journal);
    }

    /**
     * Gets what this program does not take away again.
     *
     * @return how it failed, if it did
     */
    public Optional<Result> installPackages(List<Change> packages) {
        for (Change change : packages) {
            try {
                change.resource().converge(machine, change.before(), change.after());
                kept.add(change);
                progress.accept(change);
            } catch (UserError error) {
                return Optional.of(rolledBack(change, error));
            }
        }
        return Optional.empty();
    }

    private Result carryOut(Journal begun) {
        Journal journal = begun;
        List<Change> made = new ArrayList<>();
        List<Change> changes = journal.changes();
        while (made.size() < changes.size()) {
            Change change = changes.get(made.size());
            try {
                interruption.check();
                List<Change> ofFiles = Batch.of(changes.subList(made.size(), changes.size()));
                if (ofFiles.isEmpty()) {
                    made.add(change);
                    if (change.resource() instanceof Service) {
                        journal = journal.beginning(change.resource());
                        records.journals().write(journal);
                    }
                    change.resource().converge(machine, change.before(), change.after());
                    progress.accept(change);
                } else {
                    new Batch(machine, interruption, progress, made).make(ofFiles);
                }
            } catch (UserError error) {
                Change failed = made.isEmpty() ? change : made.get(made.size() - 1);
                if (error.kind() == UserError.Kind.REFUSED) {
                    made.remove(failed);
                }
                return rollBack(journal, made, failed, error);
            }
        }
        Optional<Result> failure = verifyServices(journal, made);
        if (failure.isPresent()) {
            return failure.get();
        }
        interruption.acknowledge();
        try {
            records.journals().makeFinal(journal);
            records.journals().clear();
        } catch (UserError error) {
            if (records.journals().open().isPresent()) {
                return rollBack(journal, made, made.get(made.size() - 1), error);
            }
            throw new UserError(
                    "Everything was done, but not all that it needed could be cleared away: " + error.sentence(),
                    error);
        }
        return new Result.Applied(journal.after());
    }

    /** What came of services that do not go on running after all, or of a result that is not accepted. */
    private Optional<Result> verifyServices(Journal journal, List<Change> made) {
        List<Change> going = made.stream().filter(Change::mustKeepRunning).toList();
        Change last = going.isEmpty() ? made.get(made.size() - 1) : going.get(going.size() - 1);
        try {
            for (Launchd.Ended ended : machine.launchd().exited(Change.labels(going))) {
                Change failed = going.stream()
                        .filter(change -> change.is(ended.label()))
                        .findFirst()
                        .orElse(last);
                return Optional.of(rollBack(journal, made, failed, ended.error()));
            }
            interruption.check();
            acceptance.run();
            interruption.check();
            return Optional.empty();
        } catch (UserError error) {
            return Optional.of(rollBack(journal, made, last, error));
        }
    }

    private Result rollBack(Journal journal, List<Change> made, Change failed, UserError error) {
        if (error.isConnectionLost()) {
            return new Result.Lost(failed, error.sentence());
        }
        String reason = interruption.isRequested() ? "interrupted" : error.sentence();
        try {
            interruption.acknowledge();
            List<Rollback.Failure> left = new Rollback(machine, records).undo(journal, made);
            return left.isEmpty() ? rolledBack(failed, error) : new Result.RollbackIncomplete(failed, reason, left);
        } catch (UserError later) {
            if (later.isConnectionLost()) {
                return new Result.Lost(failed, later.sentence());
            }
            throw later;
        }
    }

    /** When nothing is left but what kept. */
    public Result rolledBack(Change failed, UserError error) {
        List<Change> staying = List.copyOf(kept);
        return interruption.isRequested()
                ? new Result.Interrupted(staying)
                : new Result.RolledBack(failed, error.sentence(), staying);
    }
}
