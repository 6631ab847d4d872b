package dev.aiserver.plan;

import dev.aiserver.resource.Contents;
import dev.aiserver.resource.Resource;
import dev.aiserver.resource.State;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** Compares what shall be with what is; decides nothing else and touches nothing. */
public final class Planner {
    private Planner() {}

    /**
     * @param targets every resource of the installation
     * @param observed how each resource is now
     * @param receipt of earlier changes: what it names and the targets no longer do goes back to how it was found
     */
    public static Plan plan(
            List<Target> targets, Function<Resource, State> observed, Receipt receipt, Contents contents) {
        List<Target> all = new ArrayList<>(targets);
        receipt.entries().stream()
                .filter(entry -> targets.stream()
                        .noneMatch(target ->
                                target.resource().id().equals(entry.resource().id())))
                .map(entry -> new Target(entry.resource(), entry.before()))
                .forEach(all::add);
        List<Change> changes = all.stream()
                .map(target -> new Change(target.resource(), observed.apply(target.resource()), target.state()))
                .filter(change -> !change.before().equals(change.after()))
                .toList();
        return Plan.of(changes, contents);
    }
}
