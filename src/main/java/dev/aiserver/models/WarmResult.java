package dev.aiserver.models;

import dev.aiserver.models.WarmModels.Outcome;
import dev.aiserver.server.CommandOutcome;
import dev.aiserver.server.UseCaseResult;
import java.util.List;
import java.util.Optional;

/** The result of warming models. */
public record WarmResult(List<WarmModels.Result> models) implements UseCaseResult {

    @Override
    public CommandOutcome outcome() {
        if (has(Outcome.EVICTED)) {
            return CommandOutcome.EVICTED;
        }
        return has(Outcome.FAILED) ? CommandOutcome.FAILED : CommandOutcome.WARMED;
    }

    private boolean has(Outcome outcome) {
        return models.stream().anyMatch(model -> model.outcome() == outcome);
    }

    /** Returns the first model that is not loaded; empty if all are. */
    public Optional<WarmModels.Result> firstFailure() {
        return models.stream().filter(model -> !model.isGood()).findFirst();
    }
}
