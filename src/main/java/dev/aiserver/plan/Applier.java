package dev.aiserver.plan;

import dev.aiserver.host.Trouble;
import dev.aiserver.resource.Machine;
import dev.aiserver.resource.State;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** Carries plans out, writing the receipt ahead of each change. */
public final class Applier {
    private final Machine machine;
    private final ReceiptStore store;
    private final Consumer<Change> progress;

    /** @param progress is told each change when it has been made */
    public Applier(Machine machine, ReceiptStore store, Consumer<Change> progress) {
        this.machine = machine;
        this.store = store;
        this.progress = progress;
    }

    /** How applying a plan ended. */
    public sealed interface Result {

        record Applied(Receipt receipt) implements Result {}

        /** Everything is as before. */
        record RolledBack(Change failed, String reason) implements Result {}

        /** @param left what could not be undone, a sentence each */
        record Stuck(Change failed, String reason, List<String> left) implements Result {}
    }

    /** What became of a plan whose changes do not depend on one another's success. */
    public record Outcome(List<Change> done, List<Failure> failures) {}

    /** A change that could not be made. */
    public record Failure(Change change, String reason) {}

    /**
     * All of the plan, or nothing: a failure undoes what was begun, the failed change included.
     *
     * @param before the receipt of earlier changes
     * @param header says which version, configuration and address this plan comes from
     * @throws Trouble when not even the receipt can be written, and so nothing was changed
     */
    public Result apply(Plan plan, Receipt before, Receipt header) {
        Receipt receipt = before.from(header);
        if (plan.isEmpty() && receipt.equals(before)) {
            return new Result.Applied(receipt);
        }
        try {
            store.save(receipt, machine.contents());
        } catch (Trouble trouble) {
            store.restore(before, machine.contents());
            throw trouble;
        }
        List<Change> begun = new ArrayList<>();
        for (Change change : plan.changes()) {
            begun.add(change);
            try {
                receipt = make(change, receipt);
            } catch (Trouble trouble) {
                Outcome undone = undo(begun, plan, underWay(change, receipt));
                return ended(undone, before, change, trouble);
            }
        }
        return new Result.Applied(receipt);
    }

    /** With a change that failed: its undoing must not take what it was bringing for how it was found. */
    private static Receipt underWay(Change change, Receipt receipt) {
        return change.resource().isOurs() ? receipt.begun(change) : receipt;
    }

    private Outcome undo(List<Change> begun, Plan plan, Receipt receipt) {
        List<Change> back = begun.stream()
                .filter(change -> change.resource().isOurs())
                .map(Change::inverse)
                .toList();
        return applyEach(Plan.of(back, plan.contents()), receipt);
    }

    private Result ended(Outcome removal, Receipt before, Change failed, Trouble trouble) {
        if (removal.failures().isEmpty()) {
            store.restore(before, machine.contents());
            return new Result.RolledBack(failed, trouble.sentence());
        }
        return new Result.Stuck(
                failed,
                trouble.sentence(),
                removal.failures().stream().map(Failure::reason).toList());
    }

    /** Makes every change that can be made, and goes on after one that cannot. */
    public Outcome applyEach(Plan plan, Receipt before) {
        Receipt receipt = before;
        List<Change> done = new ArrayList<>();
        List<Failure> failures = new ArrayList<>();
        for (Change change : plan.changes()) {
            try {
                receipt = make(change, receipt);
                done.add(change);
            } catch (Trouble trouble) {
                failures.add(new Failure(change, trouble.sentence()));
            }
        }
        return new Outcome(done, failures);
    }

    private Receipt make(Change change, Receipt before) {
        if (!change.resource().isOurs()) {
            change.resource().converge(machine, change.before(), change.after());
            progress.accept(change);
            return before;
        }
        if (change.before() instanceof State.File overwritten
                && !before.recorded(change.resource()).equals(Optional.of(overwritten))) {
            store.keep(overwritten.digest(), machine.contents());
        }
        Receipt begun = before.begun(change);
        store.save(begun, machine.contents());
        change.resource().converge(machine, change.before(), change.after());
        Receipt ended = begun.ended(change);
        store.save(ended, machine.contents());
        progress.accept(change);
        return ended;
    }
}
