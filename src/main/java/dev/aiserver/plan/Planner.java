package dev.aiserver.plan;

import dev.aiserver.resource.Contents;
import dev.aiserver.resource.Resource;
import dev.aiserver.resource.State;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** Compares the desired with the actual state. It changes nothing. */
public final class Planner {
    private Planner() {}

    /** Adds the resources that only an earlier installation changed. Their desired state is the one that it found. */
    public static List<DesiredResource> complete(List<DesiredResource> targets, Receipt receipt) {
        List<DesiredResource> all = new ArrayList<>(targets);
        receipt.entries().stream()
                .filter(entry -> targets.stream()
                        .noneMatch(target ->
                                target.resource().id().equals(entry.resource().id())))
                .map(entry -> new DesiredResource(entry.resource(), entry.before()))
                .forEach(all::add);
        return List.copyOf(all);
    }

    /** @param observed returns a resource's actual state */
    public static Plan plan(List<DesiredResource> targets, Function<Resource, State> observed, Contents contents) {
        List<Change> changes = new ArrayList<>();
        List<DesiredResource> unchanged = new ArrayList<>();
        for (DesiredResource target : targets) {
            State now = observed.apply(target.resource());
            if (now.equals(target.state())) {
                unchanged.add(target);
            } else {
                changes.add(new Change(target.resource(), now, target.state()));
            }
        }
        return Plan.of(changes, unchanged, contents);
    }
}
