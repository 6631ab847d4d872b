package dev.aiserver.plan;

import com.fasterxml.jackson.annotation.JsonIgnore;
import dev.aiserver.resource.Resource;
import dev.aiserver.resource.Service;
import dev.aiserver.resource.State;
import dev.aiserver.resource.Verb;
import java.util.List;

/** One difference between a host's actual and desired state. */
public record Change(Resource resource, State before, State after) {

    public Verb verb() {
        return resource.verb(before, after);
    }

    /** Returns the change that undoes this one. */
    @JsonIgnore
    public Change inverse() {
        return new Change(resource, after, before);
    }

    /** Returns whether the change starts a service that must keep running. */
    boolean mustKeepRunning() {
        return resource instanceof Service service && service.mustKeepRunning(after);
    }

    /** Returns whether the change concerns the job with this label. */
    boolean concerns(String label) {
        return resource instanceof Service service && service.label().equals(label);
    }

    static List<String> labels(List<Change> serviceChanges) {
        return serviceChanges.stream()
                .map(change -> ((Service) change.resource()).label())
                .toList();
    }

    boolean deletes() {
        return after.equals(State.ABSENT);
    }
}
