package dev.aiserver.app;

import dev.aiserver.server.CommandOutcome;
import dev.aiserver.server.Uninstall.PlannedUninstall;
import dev.aiserver.server.UseCaseResult;

/** The result of an uninstall. */
public sealed interface UninstallResult extends UseCaseResult
        permits Declined, ChangeFailure, UninstallResult.Uninstalled {

    /** Returns what the case for this result makes of it. */
    <T> T to(Cases<T> cases);

    /** One method for each kind of result. */
    interface Cases<T> {
        T uninstalled(Uninstalled result);

        T declined();

        T failed(ChangeFailure failure);
    }

    /**
     * All changes were made, if there were any.
     *
     * @param purged whether the logs were deleted
     */
    record Uninstalled(PlannedUninstall planned, boolean purged) implements UninstallResult {
        @Override
        public CommandOutcome outcome() {
            return planned.changesNothing() ? CommandOutcome.UNCHANGED : CommandOutcome.UNINSTALLED;
        }

        @Override
        public <T> T to(Cases<T> cases) {
            return cases.uninstalled(this);
        }
    }
}
