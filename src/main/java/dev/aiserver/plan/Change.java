package dev.aiserver.plan;

import com.fasterxml.jackson.annotation.JsonIgnore;
import dev.aiserver.resource.BrewPackage;
import dev.aiserver.resource.ExistingJob;
import dev.aiserver.resource.Job;
import dev.aiserver.resource.LoginItem;
import dev.aiserver.resource.OneShotJob;
import dev.aiserver.resource.Resource;
import dev.aiserver.resource.Service;
import dev.aiserver.resource.State;
import java.util.List;

/** One difference between a host's actual and desired state. */
public record Change(Resource resource, State before, State after) {

    /** Describes the change to people. */
    public enum Verb {
        INSTALL,
        CREATE,
        UPDATE,
        DELETE,
        START,
        RESTART,
        RELOAD,
        STOP,
        ENABLE,
        DISABLE
    }

    public Verb verb() {
        boolean gone = after.equals(State.ABSENT);
        boolean fresh = before.equals(State.ABSENT);
        if (resource instanceof Job job) {
            return gone ? Verb.STOP : fresh ? Verb.START : job.reloads(before, after) ? Verb.RELOAD : Verb.RESTART;
        }
        if (resource instanceof OneShotJob || resource instanceof ExistingJob) {
            return gone ? Verb.STOP : fresh ? Verb.START : Verb.RESTART;
        }
        if (resource instanceof LoginItem) {
            return gone ? Verb.DISABLE : Verb.ENABLE;
        }
        if (resource instanceof BrewPackage) {
            return Verb.INSTALL;
        }
        return gone ? Verb.DELETE : fresh ? Verb.CREATE : Verb.UPDATE;
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
