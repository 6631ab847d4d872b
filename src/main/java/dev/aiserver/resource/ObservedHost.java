package dev.aiserver.resource;

import dev.aiserver.host.HostIdentity;
import dev.aiserver.host.Query;
import dev.aiserver.host.UserError;
import dev.aiserver.service.JobStatus;
import dev.aiserver.service.LaunchctlPrint;
import dev.aiserver.service.LoadedJobs;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Function;

/**
 * The facts about a host that the queries of resources need.
 *
 * @param recorded the state that an earlier transaction left a resource in; launchd keeps its own copy of a property
 *     list, so only that record shows what a job was loaded from
 */
public record ObservedHost(HostIdentity identity, Function<Resource, Optional<State>> recorded) {

    LoadedJobs jobs() {
        return new LoadedJobs(identity.uid());
    }

    /**
     * Asks for launchd's report of a job that was loaded from its own property list; the result is empty if it is not
     * loaded. It is an error if another job has the label.
     */
    Query<Optional<LaunchctlPrint>> loaded(Service service) {
        return jobs().status(service.label()).map(status -> loaded(service.label(), service.plist(), status));
    }

    private static Optional<LaunchctlPrint> loaded(String label, Path own, JobStatus status) {
        if (status instanceof JobStatus.Absent) {
            return Optional.empty();
        }
        if (!(status instanceof JobStatus.Loaded loaded)) {
            throw elsewhere(label, (JobStatus.Elsewhere) status);
        }
        Optional<Path> foreign = loaded.print().plist().filter(plist -> !plist.equals(own));
        if (foreign.isPresent()) {
            throw new UserError("The label " + label + " is in use by a job that was loaded from " + foreign.get()
                    + "; remove that job with \"launchctl bootout gui/$(id -u)/" + label + "\", then try again.");
        }
        return Optional.of(loaded.print());
    }

    private static UserError elsewhere(String label, JobStatus.Elsewhere status) {
        String target = status.domain() + "/" + label;
        String sudo = status.domain().equals("system") ? "sudo " : "";
        return new UserError("The label " + label + " is in use by a job outside your desktop session; remove that job "
                + "with \"" + sudo + "launchctl bootout " + target + "\", then try again.");
    }
}
