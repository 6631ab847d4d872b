package dev.aiserver.app;

import dev.aiserver.server.CommandOutcome;
import dev.aiserver.server.ExitCode;
import dev.aiserver.server.UseCaseResult;
import dev.aiserver.verify.Outcome.Status;
import dev.aiserver.verify.ReachCheck;
import dev.aiserver.verify.ServerView;
import dev.aiserver.verify.Verdict;
import java.util.List;

/**
 * The result of a verification.
 *
 * @param server that was verified
 * @param unwritten an error for each report that could not be written
 */
public record VerifyResult(ServerView server, List<Verdict> verdicts, List<String> unwritten) implements UseCaseResult {

    static VerifyResult of(ServerView server, List<Verdict> verdicts) {
        return new VerifyResult(server, verdicts, List.of());
    }

    /** Returns the result after an attempt to write it to reports. */
    public VerifyResult withUnwritten(List<String> errors) {
        return new VerifyResult(server, verdicts, errors);
    }

    @Override
    public CommandOutcome outcome() {
        if (!Verdict.allGood(verdicts)) {
            return CommandOutcome.NOT_VERIFIED;
        }
        return verdicts.stream().anyMatch(verdict -> verdict.is(Status.PASSED))
                ? CommandOutcome.VERIFIED
                : CommandOutcome.NOTHING_VERIFIED;
    }

    @Override
    public ExitCode exitCode() {
        if (!unwritten.isEmpty()) {
            return ExitCode.REJECTED;
        }
        boolean unreachable =
                verdicts.stream().anyMatch(verdict -> verdict.id().equals(ReachCheck.ID) && verdict.is(Status.FAILED));
        return unreachable ? ExitCode.UNREACHABLE : outcome().exitCode();
    }
}
