package dev.aiserver.plan;

import dev.aiserver.host.Content;
import dev.aiserver.host.Query;
import dev.aiserver.resource.HostFile;
import dev.aiserver.resource.Resource;
import dev.aiserver.resource.Staging;
import dev.aiserver.resource.State;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Predicts the states of a host after the rollback of an unfinished transaction, which a new plan starts from. */
public record AfterRollback(Journal journal, Function<Resource, State> observed) implements Function<Resource, State> {

    @Override
    public State apply(Resource resource) {
        State now = observed.apply(resource);
        Optional<Change> change = journal.changes().stream()
                .filter(each -> each.resource().id().equals(resource.id()))
                .findFirst();
        return change.map(Change::before).orElse(now);
    }

    /** Returns the states that a plan starts from: after the rollback of an unfinished transaction, or as observed. */
    public static Function<Resource, State> of(Optional<Journal> unfinished, Function<Resource, State> observed) {
        return unfinished
                .<Function<Resource, State>>map(journal -> new AfterRollback(journal, observed))
                .orElse(observed);
    }

    /** Asks for the contents that the rollback restores, as far as they are staged. */
    public static Query<List<Content>> contents(Journal journal, Staging staging) {
        List<Query<Optional<Content>>> staged = new ArrayList<>();
        for (Change change : journal.changes()) {
            if (change.resource() instanceof HostFile file && change.before() instanceof State.File before) {
                staged.add(staging.content(file.path(), before));
            }
        }
        return Query.present(staged);
    }
}
