package dev.aiserver.app;

import dev.aiserver.plan.Applier;
import dev.aiserver.plan.Change;
import dev.aiserver.plan.Plan;
import dev.aiserver.plan.Rollback;
import dev.aiserver.resource.Contents;
import dev.aiserver.server.CommandOutcome;
import java.util.List;
import java.util.Optional;

/** An install or uninstall did not succeed after it had begun. */
public sealed interface ChangeFailure extends InstallResult, UninstallResult {

    /** Returns the plan that was not carried out; empty if the failure came before its first change. */
    Plan plan();

    /** Returns why it did not succeed, in one sentence. */
    String reason();

    /** Returns the change that failed, if one did. */
    default Optional<Change> failedChange() {
        return Optional.empty();
    }

    /** Returns the changes that were made and stay. */
    default List<Change> kept() {
        return List.of();
    }

    /** Returns what the case for this failure makes of it. */
    <T> T to(Cases<T> cases);

    @Override
    default <T> T to(InstallResult.Cases<T> cases) {
        return cases.failed(this);
    }

    @Override
    default <T> T to(UninstallResult.Cases<T> cases) {
        return cases.failed(this);
    }

    /** One method for each kind of failure. */
    interface Cases<T> {
        T rolledBack(RolledBack failure);

        T interrupted(Interrupted failure);

        T unreachable(Unreachable failure);

        T rollbackIncomplete(RollbackIncomplete failure);
    }

    /**
     * A change failed, and all changes were rolled back.
     *
     * @param kept packages that were installed and stay
     */
    record RolledBack(Plan plan, Change failed, String reason, List<Change> kept) implements ChangeFailure {
        @Override
        public Optional<Change> failedChange() {
            return Optional.of(failed);
        }

        @Override
        public CommandOutcome outcome() {
            return CommandOutcome.ROLLED_BACK;
        }

        @Override
        public <T> T to(Cases<T> cases) {
            return cases.rolledBack(this);
        }
    }

    /**
     * You interrupted it, and all changes were rolled back.
     *
     * @param kept packages that were installed and stay
     */
    record Interrupted(Plan plan, List<Change> kept) implements ChangeFailure {
        @Override
        public String reason() {
            return "interrupted";
        }

        @Override
        public CommandOutcome outcome() {
            return CommandOutcome.INTERRUPTED;
        }

        @Override
        public <T> T to(Cases<T> cases) {
            return cases.interrupted(this);
        }
    }

    /** The connection to the host was lost during a change. The next install or uninstall there continues. */
    record Unreachable(Plan plan, Change during, String reason) implements ChangeFailure {
        @Override
        public CommandOutcome outcome() {
            return CommandOutcome.CONNECTION_LOST;
        }

        @Override
        public <T> T to(Cases<T> cases) {
            return cases.unreachable(this);
        }
    }

    /**
     * Not everything could be rolled back.
     *
     * @param failed the change that failed; empty if the rollback was that of an earlier, unfinished transaction
     * @param failures what could not be rolled back
     */
    record RollbackIncomplete(Plan plan, Optional<Change> failed, String reason, List<Rollback.Failure> failures)
            implements ChangeFailure {
        @Override
        public Optional<Change> failedChange() {
            return failed;
        }

        /** Returns the result if an earlier, unfinished transaction cannot be rolled back. */
        static RollbackIncomplete ofUnfinished(List<Rollback.Failure> failures) {
            return new RollbackIncomplete(
                    Plan.of(List.of(), new Contents()),
                    Optional.empty(),
                    "the unfinished transaction could not be rolled back",
                    failures);
        }

        @Override
        public CommandOutcome outcome() {
            return CommandOutcome.ROLLBACK_INCOMPLETE;
        }

        @Override
        public <T> T to(Cases<T> cases) {
            return cases.rollbackIncomplete(this);
        }
    }

    /** Returns the failure of a transaction; empty if it succeeded. */
    static Optional<ChangeFailure> of(Applier.Result result, Plan plan) {
        return result.to(new OfPlan(plan));
    }

    /** Returns the failure of a plan for each end of its transaction. */
    record OfPlan(Plan plan) implements Applier.Result.Cases<Optional<ChangeFailure>> {
        @Override
        public Optional<ChangeFailure> applied(Applier.Result.Applied result) {
            return Optional.empty();
        }

        @Override
        public Optional<ChangeFailure> rolledBack(Applier.Result.RolledBack result) {
            return Optional.of(new RolledBack(plan, result.failed(), result.reason(), result.kept()));
        }

        @Override
        public Optional<ChangeFailure> interrupted(Applier.Result.Interrupted result) {
            return Optional.of(new Interrupted(plan, result.kept()));
        }

        @Override
        public Optional<ChangeFailure> rollbackIncomplete(Applier.Result.RollbackIncomplete result) {
            return Optional.of(
                    new RollbackIncomplete(plan, Optional.of(result.failed()), result.reason(), result.failures()));
        }

        @Override
        public Optional<ChangeFailure> lost(Applier.Result.Lost result) {
            return Optional.of(new Unreachable(plan, result.during(), result.reason()));
        }
    }
}
