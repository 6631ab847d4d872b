package dev.aiserver.plan;

import dev.aiserver.host.Command;
import dev.aiserver.host.FileState;
import dev.aiserver.host.Trouble;
import dev.aiserver.resource.Contents;
import dev.aiserver.resource.HostFile;
import dev.aiserver.resource.Machine;
import dev.aiserver.resource.Service;
import dev.aiserver.resource.State;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** Carries transactions out: all of one, or nothing. */
public final class Applier {
    private final Machine machine;
    private final Records records;
    private final Interruption interruption;
    private final Consumer<Change> progress;

    /** @param progress is told each change when it has been made */
    public Applier(Machine machine, Records records, Interruption interruption, Consumer<Change> progress) {
        this.machine = machine;
        this.records = records;
        this.interruption = interruption;
        this.progress = progress;
    }

    /** How a transaction ended. */
    public sealed interface Result {

        record Applied(Receipt receipt) implements Result {}

        /** Everything is as before. */
        record RolledBack(Change failed, String reason) implements Result {}

        /** The person wanted it to end; everything is as before. */
        record Interrupted() implements Result {}

        /**
         * Some of it could not be undone; the journal still knows it.
         *
         * @param left what could not be undone
         */
        record Stuck(Change failed, String reason, List<Left> left) implements Result {}
    }

    /**
     * A change that could not be undone.
     *
     * @param back to how it was
     * @param reason why that failed
     * @param byHand how a person does it: commands in their order
     */
    public record Left(Change back, String reason, List<Command> byHand) {}

    /**
     * Makes all changes. A failure undoes what was begun, the failed change included.
     *
     * @throws Trouble when not even the journal can be written, and so nothing was changed
     */
    public Result apply(Transaction transaction) {
        interruption.check();
        if (!transaction.plan().isEmpty()) {
            return carryOut(records.journals().begin(transaction));
        }
        if (transaction.after().isEmpty()) {
            records.receipts().forget();
            records.journals().clear();
        } else if (!transaction.after().equals(transaction.before())) {
            records.receipts().save(transaction.after());
        }
        return new Result.Applied(transaction.after());
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
    public Optional<Result> getAll(List<Change> packages) {
        for (Change change : packages) {
            try {
                change.resource().converge(machine, change.before(), change.after());
                progress.accept(change);
            } catch (Trouble trouble) {
                return Optional.of(
                        interruption.isRequested()
                                ? new Result.Interrupted()
                                : new Result.RolledBack(change, trouble.sentence()));
            }
        }
        return Optional.empty();
    }

    private Result carryOut(Journal begun) {
        Journal journal = begun;
        List<Change> made = new ArrayList<>();
        for (Change change : journal.changes()) {
            try {
                interruption.check();
                requireUntouched(change);
                made.add(change);
                if (change.resource() instanceof Service) {
                    journal = journal.beginning(change.resource());
                    records.journals().write(journal);
                }
                change.resource().converge(machine, change.before(), change.after());
                progress.accept(change);
            } catch (Trouble trouble) {
                return undone(journal, made, change, trouble);
            }
        }
        interruption.acknowledge();
        try {
            records.journals().makeFinal(journal);
            records.journals().clear();
        } catch (Trouble trouble) {
            if (records.journals().open().isPresent()) {
                return undone(journal, made, made.get(made.size() - 1), trouble);
            }
            throw new Trouble(
                    "Everything was done, but not all that it needed could be cleared away: " + trouble.sentence(),
                    trouble);
        }
        return new Result.Applied(journal.after());
    }

    /** What somebody has written since the plan was made is not overwritten, and not undone either. */
    private void requireUntouched(Change change) {
        if (change.resource() instanceof HostFile file
                && !state(file).equals(change.before())
                && !state(file).equals(change.after())) {
            throw new Trouble(file.path() + " was written by something else meanwhile; look at it, then try again.");
        }
    }

    private Result undone(Journal journal, List<Change> made, Change failed, Trouble trouble) {
        boolean interrupted = interruption.isRequested();
        List<Left> left = takeBack(journal, made);
        if (!left.isEmpty()) {
            return new Result.Stuck(failed, interrupted ? "interrupted" : trouble.sentence(), left);
        }
        return interrupted ? new Result.Interrupted() : new Result.RolledBack(failed, trouble.sentence());
    }

    /**
     * Undoes a transaction whose process died on the way.
     *
     * @return what could not be undone
     */
    public List<Left> undo(Journal journal) {
        return takeBack(
                journal,
                journal.changes().stream()
                        .filter(change -> hasBegun(journal, change))
                        .toList());
    }

    private boolean hasBegun(Journal journal, Change change) {
        return !(change.resource() instanceof Service) || journal.hasBegun(change.resource());
    }

    private State state(HostFile file) {
        return machine.host().file(file.path()) instanceof FileState.Regular regular
                ? new State.File(regular.content().digest(), regular.mode())
                : State.ABSENT;
    }

    private List<Left> takeBack(Journal journal, List<Change> made) {
        interruption.acknowledge();
        List<Change> back = made.stream().map(Change::inverse).toList();
        List<Left> left = new ArrayList<>();
        for (Change change : Plan.of(back, new Contents()).changes()) {
            try {
                if (isStillOurs(change)) {
                    change.resource().converge(machine, change.before(), change.after());
                }
            } catch (Trouble trouble) {
                left.add(new Left(change, trouble.sentence(), change.resource().byHand(machine, change.after())));
            }
        }
        if (left.isEmpty()) {
            discard(journal);
        }
        return left;
    }

    /** A file that the transaction has not changed yet needs no undoing; one that somebody has written since gets none. */
    private boolean isStillOurs(Change back) {
        return !(back.resource() instanceof HostFile file) || state(file).equals(back.before());
    }

    private void discard(Journal journal) {
        try {
            records.journals().discard(journal);
        } catch (Trouble trouble) {
            throw new Trouble(
                    "Everything that was begun was undone, but not all that it needed could be cleared away: "
                            + trouble.sentence(),
                    trouble);
        }
    }
}
