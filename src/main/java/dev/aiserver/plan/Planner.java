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

    /** With what an earlier installation changed and this one does not name: that goes back to how it was found. */
    public static List<Target> complete(List<Target> targets, Receipt receipt) {
        List<Target> all = new ArrayList<>(targets);
        receipt.entries().stream()
                .filter(entry -> targets.stream()
                        .noneMatch(target ->
                                target.resource().id().equals(entry.resource().id())))
                .map(entry -> new Target(entry.resource(), entry.before()))
                .forEach(all::add);
        return List.copyOf(all);
    }

    /** @param observed how each resource is now */
    public static Plan plan(List<Target> targets, Function<Resource, State> observed, Contents contents) {
        List<Change> changes = new ArrayList<>();
        List<Resource> unchanged = new ArrayList<>();
        for (Target target : targets) {
            State now = observed.apply(target.resource());
            if (now.equals(target.state())) {
                unchanged.add(target.resource());
            } else {
                changes.add(new Change(target.resource(), now, target.state()));
            }
        }
        return Plan.of(changes, unchanged, contents);
    }
}
