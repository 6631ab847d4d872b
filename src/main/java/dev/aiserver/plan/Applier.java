package dev.aiserver.plan;

import dev.aiserver.host.Command;
import dev.aiserver.host.FileChange;
import dev.aiserver.host.FileState;
import dev.aiserver.host.Foresight;
import dev.aiserver.host.Trouble;
import dev.aiserver.resource.Contents;
import dev.aiserver.resource.Directory;
import dev.aiserver.resource.HostFile;
import dev.aiserver.resource.Machine;
import dev.aiserver.resource.Service;
import dev.aiserver.resource.State;
import java.nio.file.Path;
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
            return begin(transaction);
        }
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
        try {
            journal = records.journals().begin(transaction);
        } catch (Trouble trouble) {
            if (isLoss(trouble)) {
                // The journal may have been written there all the same.
                return new Result.Lost(transaction.plan().changes().get(0), trouble.sentence());
            }
            throw trouble;
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
        List<Change> changes = journal.changes();
        while (made.size() < changes.size()) {
            Change change = changes.get(made.size());
            try {
                interruption.check();
                List<Change> ofFiles = ofFiles(changes.subList(made.size(), changes.size()));
                if (ofFiles.isEmpty()) {
                    made.add(change);
                    if (change.resource() instanceof Service) {
                        journal = journal.beginning(change.resource());
                        records.journals().write(journal);
                    }
                    change.resource().converge(machine, change.before(), change.after());
                    progress.accept(change);
                } else {
                    together(ofFiles, made);
                }
            } catch (Trouble trouble) {
                return undone(journal, made, made.isEmpty() ? change : made.get(made.size() - 1), trouble);
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
    private static void requireUntouched(Machine now, Change change) {
        if (change.resource() instanceof HostFile file
                && !state(now, file).equals(change.before())
                && !state(now, file).equals(change.after())) {
            throw new Trouble(file.path() + " was written by something else meanwhile; look at it, then try again.");
        }
    }

    private static List<Change> ofFiles(List<Change> changes) {
        return changes.stream()
                .takeWhile(change -> change.resource() instanceof HostFile || change.resource() instanceof Directory)
                .toList();
    }

    /** @param made is given each that has begun; the one that fails is the last */
    private void together(List<Change> changes, List<Change> made) {
        List<Path> paths = changes.stream().map(Applier::path).toList();
        Machine now = machine.askedAhead(Foresight.ofFiles(paths));
        changes.forEach(change -> requireUntouched(now, change));
        List<Change> due = new ArrayList<>();
        List<FileChange> steps = new ArrayList<>();
        for (Change change : changes) {
            Optional<FileChange> step = change.resource().fileChange(now, change.after());
            step.ifPresent(steps::add);
            if (step.isPresent()) {
                due.add(change);
            } else {
                made.add(change);
                progress.accept(change);
            }
        }
        for (int done = 0; done < due.size(); ) {
            done += together(due.subList(done, due.size()), steps.subList(done, due.size()), made);
        }
    }

    private static Path path(Change change) {
        return change.resource() instanceof HostFile file ? file.path() : ((Directory) change.resource()).path();
    }

    /** @return how many were made: all, or up to one that was refused though it is as it shall be */
    private int together(List<Change> due, List<FileChange> steps, List<Change> made) {
        int before = made.size();
        made.add(due.get(0));
        try {
            machine.host().changeAll(steps, found -> {
                int done = made.size() - before;
                Change change = due.get(done - 1);
                if (!found && !isAsItShallBe(change)) {
                    throw machine.stage().isGone(change.resource().name());
                }
                progress.accept(change);
                if (done < due.size()) {
                    interruption.check();
                    made.add(due.get(done));
                }
            });
            return due.size();
        } catch (Trouble refused) {
            int done = made.size() - before;
            if (interruption.isRequested()) {
                due.stream().skip(done).filter(this::wasMade).forEach(made::add);
                throw refused;
            }
            if (!isAsItShallBe(due.get(done - 1))) {
                throw refused;
            }
            progress.accept(due.get(done - 1));
            return done;
        }
    }

    /** Of a file with a content this can be seen; anything else that was refused is not. */
    private boolean isAsItShallBe(Change change) {
        return change.resource() instanceof HostFile file
                && change.after() instanceof State.File
                && state(file).equals(change.after());
    }

    /** Of what nobody refused it can be seen of folders too. */
    private boolean wasMade(Change change) {
        if (change.resource() instanceof Directory directory) {
            boolean there = machine.host().file(directory.path()) instanceof FileState.Directory;
            return there == change.after().equals(State.PRESENT);
        }
        return change.resource() instanceof HostFile file && state(file).equals(change.after());
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
     * Undoes a transaction whose process died on the way.
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
        return !(change.resource() instanceof Service) || journal.hasBegun(change.resource());
    }

    private State state(HostFile file) {
        return state(machine, file);
    }

    private static State state(Machine machine, HostFile file) {
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

    /** A file that the transaction has not changed yet needs no undoing; one that somebody has written since gets none. */
    private boolean isStillOurs(Change back) {
        return !(back.resource() instanceof HostFile file) || state(file).equals(back.before());
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
