package dev.aiserver.app;

import dev.aiserver.server.CommandOutcome;
import dev.aiserver.server.ExitCode;
import dev.aiserver.server.Install.PlannedInstall;
import dev.aiserver.server.UseCaseResult;
import dev.aiserver.verify.Verdict;
import java.util.List;

/** The result of an install. */
public sealed interface InstallResult extends UseCaseResult permits Declined, ChangeFailure, InstallResult.Verified {

    /** Returns what the case for this result makes of it. */
    <T> T to(Cases<T> cases);

    /** One method for each kind of result. */
    interface Cases<T> {
        T verified(Verified result);

        T declined();

        T failed(ChangeFailure failure);
    }

    /** The server is installed as planned, and was verified. The exit code says whether the checks passed. */
    sealed interface Verified extends InstallResult {
        PlannedInstall planned();

        List<Verdict> verdicts();

        /** Returns whether the plan had changes. */
        default boolean changed() {
            return outcome() == CommandOutcome.INSTALLED;
        }

        @Override
        default ExitCode exitCode() {
            return Verdict.allGood(verdicts()) ? ExitCode.DONE : ExitCode.FINDINGS;
        }

        @Override
        default <T> T to(Cases<T> cases) {
            return cases.verified(this);
        }
    }

    /** All changes were made. */
    record Installed(PlannedInstall planned, List<Verdict> verdicts) implements Verified {
        @Override
        public CommandOutcome outcome() {
            return CommandOutcome.INSTALLED;
        }
    }

    /** There was nothing to change. */
    record Unchanged(PlannedInstall planned, List<Verdict> verdicts) implements Verified {
        @Override
        public CommandOutcome outcome() {
            return CommandOutcome.UNCHANGED;
        }
    }
}
