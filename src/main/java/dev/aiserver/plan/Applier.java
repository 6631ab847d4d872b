package dev.aiserver.plan;

import dev.aiserver.host.Command;
import dev.aiserver.host.FileState;
import dev.aiserver.host.Trouble;
import dev.aiserver.resource.Contents;
import dev.aiserver.resource.HostFile;
import dev.aiserver.resource.Machine;
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

        /**
         * The machine could be reached no longer, so nothing could be undone either; the journal there knows what was
         * begun.
         */
        record Lost(Change during, String reason) implements Result {}
    }

    /**
     * A change that could not be undone.
     *
     * @param back to how it was
     * @param reason why that failed
     * @param byHand how a person does it
     */
    public record Left(Change back, String reason, Command byHand) {}

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
                return Optional.of(ended(change, trouble));
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
                made.add(change);
                if (change.resource().isService()) {
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

    private Result undone(Journal journal, List<Change> made, Change failed, Trouble trouble) {
        if (isLoss(trouble)) {
            return new Result.Lost(failed, trouble.sentence());
        }
        String reason = interruption.isRequested() ? "interrupted" : trouble.sentence();
        try {
            List<Left> left = takeBack(journal, made);
            return left.isEmpty() ? ended(failed, trouble) : new Result.Stuck(failed, reason, left);
        } catch (Trouble later) {
            if (isLoss(later)) {
                return new Result.Lost(failed, later.sentence());
            }
            throw later;
        }
    }

    /** When nothing of it is left. */
    private Result ended(Change failed, Trouble trouble) {
        return interruption.isRequested()
                ? new Result.Interrupted()
                : new Result.RolledBack(failed, trouble.sentence());
    }

    private static boolean isLoss(Trouble trouble) {
        return trouble.kind() == Trouble.Kind.UNREACHABLE;
    }

    /**
     * Undoes a transaction whose process died on the way. Files that somebody has written since are left as they are.
     *
     * @return what could not be undone
     * @throws Trouble when the machine can be reached no longer; the journal there knows what is left
     */
    public List<Left> undo(Journal journal) {
        return takeBack(
                journal,
                journal.changes().stream()
                        .filter(change -> hasBegun(journal, change))
                        .toList());
    }

    private boolean hasBegun(Journal journal, Change change) {
        if (change.resource().isService()) {
            return journal.hasBegun(change.resource());
        }
        return !(change.resource() instanceof HostFile file) || state(file).equals(change.after());
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
                change.resource().converge(machine, change.before(), change.after());
            } catch (Trouble trouble) {
                if (isLoss(trouble)) {
                    throw trouble;
                }
                left.add(new Left(change, trouble.sentence(), change.resource().byHand(machine, change.after())));
            }
        }
        if (left.isEmpty()) {
            discard(journal);
        }
        return left;
    }

    private void discard(Journal journal) {
        try {
            records.journals().discard(journal);
        } catch (Trouble trouble) {
            if (isLoss(trouble)) {
                throw trouble;
            }
            throw new Trouble(
                    "Everything that was begun was undone, but not all that it needed could be cleared away: "
                            + trouble.sentence(),
                    trouble);
        }
    }
}
