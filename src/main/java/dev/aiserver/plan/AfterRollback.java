package dev.aiserver.plan;

import dev.aiserver.resource.Contents;
import dev.aiserver.resource.HostFile;
import dev.aiserver.resource.Resource;
import dev.aiserver.resource.Staging;
import dev.aiserver.resource.State;
import java.util.Optional;
import java.util.function.Function;

/** Predicts the states of a host after the rollback of an unfinished transaction, which a new plan starts from. */
public record AfterRollback(Journal journal, Staging staging, Contents contents, Function<Resource, State> observed)
        implements Function<Resource, State> {

    @Override
    public State apply(Resource resource) {
        State now = observed.apply(resource);
        Optional<Change> change = journal.changes().stream()
                .filter(each -> each.resource().id().equals(resource.id()))
                .findFirst();
        change.ifPresent(this::loadContent);
        return change.map(Change::before).orElse(now);
    }

    private void loadContent(Change change) {
        if (change.resource() instanceof HostFile file && change.before() instanceof State.File before) {
            staging.content(file.path(), before).ifPresent(contents::add);
        }
    }
}
