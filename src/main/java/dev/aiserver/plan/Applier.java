package dev.aiserver.plan;

import dev.aiserver.host.UserError;
import dev.aiserver.resource.Machine;
import dev.aiserver.resource.Service;
import dev.aiserver.service.Launchd;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** Applies transactions: all changes or none. */
public final class Applier {
    private final Machine machine;
    private final StateStore records;
    private final Interruption interruption;
    private final Consumer<Change> progress;
    private final Runnable finalCheck;
    private final List<Change> kept = new ArrayList<>();

    Applier(
            Machine machine,
            StateStore records,
            Interruption interruption,
            Consumer<Change> progress,
            Runnable finalCheck) {
        this.machine = machine;
        this.records = records;
        this.interruption = interruption;
        this.progress = progress;
        this.finalCheck = finalCheck;
    }

    /** The end of a transaction. */
    public sealed interface Result {

        /** Returns what the case for this end makes of it. */
        <T> T to(Cases<T> cases);

        /** One method for each end of a transaction. */
        interface Cases<T> {
            T applied(Applied result);

            T rolledBack(RolledBack result);

            T interrupted(Interrupted result);

            T rollbackIncomplete(RollbackIncomplete result);

            T lost(Lost result);
        }

        record Applied(Receipt receipt) implements Result {
            @Override
            public <T> T to(Cases<T> cases) {
                return cases.applied(this);
            }
        }

        /**
         * The transaction failed and was rolled back.
         *
         * @param kept packages that were installed and stay
         */
        record RolledBack(Change failed, String reason, List<Change> kept) implements Result {
            @Override
            public <T> T to(Cases<T> cases) {
                return cases.rolledBack(this);
            }
        }

        /**
         * The user interrupted the transaction, and it was rolled back.
         *
         * @param kept packages that were installed and stay
         */
        record Interrupted(List<Change> kept) implements Result {
            @Override
            public <T> T to(Cases<T> cases) {
                return cases.interrupted(this);
            }
        }

        /**
         * The transaction failed, and some changes could not be rolled back. The journal still lists them.
         *
         * @param failures the changes that could not be rolled back
         */
        record RollbackIncomplete(Change failed, String reason, List<Rollback.Failure> failures) implements Result {
            @Override
            public <T> T to(Cases<T> cases) {
                return cases.rollbackIncomplete(this);
            }
        }

        /**
         * The connection to the host was lost, so nothing could be rolled back either. The journal on the host lists the
         * changes that were started.
         */
        record Lost(Change during, String reason) implements Result {
            @Override
            public <T> T to(Cases<T> cases) {
                return cases.lost(this);
            }
        }
    }

    /**
     * Makes all changes. After a failure, rolls back every change that was started, including the failed one.
     *
     * @throws UserError if the journal cannot be written; then nothing was changed
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
                // The journal may have been written on the host before the connection was lost.
                return new Result.Lost(first, error.sentence());
            }
            if (kept.isEmpty()) {
                throw error;
            }
            return rolledBack(first, error);
        }
        return makeChanges(journal);
    }

    /** Makes the changes of a transaction whose process died before it finished. */
    public Result finish(Journal journal) {
        return makeChanges(journal);
    }

    /**
     * Installs packages, which stay even after a rollback.
     *
     * @return the failed result, or empty if all were installed
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

    private Result makeChanges(Journal begun) {
        Journal journal = begun;
        List<Change> made = new ArrayList<>();
        List<Change> changes = journal.changes();
        while (made.size() < changes.size()) {
            Change change = changes.get(made.size());
            try {
                interruption.check();
                List<Change> fileChanges = Batch.of(changes.subList(made.size(), changes.size()));
                if (fileChanges.isEmpty()) {
                    made.add(change);
                    if (change.resource() instanceof Service) {
                        journal = journal.beginning(change.resource());
                        records.journals().write(journal);
                    }
                    change.resource().converge(machine, change.before(), change.after());
                    progress.accept(change);
                } else {
                    new Batch(machine, interruption, progress, made).make(fileChanges);
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
            records.journals().commit(journal);
            records.journals().clear();
        } catch (UserError error) {
            if (machine.host().ask(records.journals().open()).isPresent()) {
                return rollBack(journal, made, made.get(made.size() - 1), error);
            }
            throw new UserError(
                    "All changes were made, but temporary files in "
                            + records.receipts().files().directory() + " could not be removed: " + error.sentence(),
                    error);
        }
        return new Result.Applied(journal.after());
    }

    /** Rolls back if a started service has exited or the final check fails; returns empty if all is well. */
    private Optional<Result> verifyServices(Journal journal, List<Change> made) {
        List<Change> started = made.stream().filter(Change::mustKeepRunning).toList();
        Change last = started.isEmpty() ? made.get(made.size() - 1) : started.get(started.size() - 1);
        try {
            for (Launchd.Exited ended : machine.launchd().exited(Change.labels(started))) {
                Change failed = started.stream()
                        .filter(change -> change.concerns(ended.label()))
                        .findFirst()
                        .orElse(last);
                return Optional.of(rollBack(journal, made, failed, ended.error()));
            }
            interruption.check();
            finalCheck.run();
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
            List<Rollback.Failure> failures = new Rollback(machine, records).undo(journal, made);
            return failures.isEmpty()
                    ? rolledBack(failed, error)
                    : new Result.RollbackIncomplete(failed, reason, failures);
        } catch (UserError later) {
            if (later.isConnectionLost()) {
                return new Result.Lost(failed, later.sentence());
            }
            throw later;
        }
    }

    /** Returns the result of a transaction after its complete rollback. */
    public Result rolledBack(Change failed, UserError error) {
        List<Change> packages = List.copyOf(kept);
        return interruption.isRequested()
                ? new Result.Interrupted(packages)
                : new Result.RolledBack(failed, error.sentence(), packages);
    }
}
