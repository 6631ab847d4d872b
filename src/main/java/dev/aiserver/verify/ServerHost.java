package dev.aiserver.verify;

import dev.aiserver.host.FileState;
import dev.aiserver.host.Host;
import dev.aiserver.host.HostIdentity;
import dev.aiserver.host.ProgramAudit;
import dev.aiserver.host.Query;
import dev.aiserver.host.UserError;
import dev.aiserver.layout.Layout;
import dev.aiserver.net.AddressState;
import dev.aiserver.plan.Receipt;
import dev.aiserver.resource.Job;
import dev.aiserver.service.JobStatus;
import dev.aiserver.service.LaunchctlPrint;
import dev.aiserver.service.LoadedJobs;
import dev.aiserver.service.LogFiles;
import dev.aiserver.service.PropertyList;
import dev.aiserver.spec.ServerSpec;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * The machine that the server runs on, for checks.
 *
 * @param receipt of the installation
 * @param spec its configuration
 */
public record ServerHost(Host host, Receipt receipt, ServerSpec spec) {
    static final List<String> LABELS = List.of(Layout.OLLAMA, Layout.HAPROXY);

    HostIdentity identity() {
        return host.facts();
    }

    LoadedJobs jobs() {
        return new LoadedJobs(identity().uid());
    }

    /** Returns the installed job with this label. */
    Job job(String label) {
        return receipt.resources().stream()
                .filter(Job.class::isInstance)
                .map(Job.class::cast)
                .filter(job -> job.label().equals(label))
                .findFirst()
                .orElseThrow(() ->
                        new UserError("the receipt has no job " + label + "; run \"aiserver install\" to repair it"));
    }

    /** Asks for launchd's state of an installed job that is running. It is an error if it is not. */
    Query<LaunchctlPrint> running(String label) {
        return jobs().status(label).map(status -> {
            if (status instanceof JobStatus.Loaded loaded && loaded.print().isRunning()) {
                return loaded.print();
            }
            throw new UserError("the job " + label + " is not running");
        });
    }

    Query<Integer> pid(String label) {
        return running(label).map(print -> print.pid().orElseThrow());
    }

    /** Asks for the property list of an installed job, as it is on disk. */
    Query<PropertyList> propertyList(String label) {
        Path plist = job(label).plist();
        return Query.file(plist).map(state -> {
            if (state instanceof FileState.Regular file) {
                return PropertyList.parse(file.content().text());
            }
            throw new UserError(plist + " is missing; run \"aiserver install\"");
        });
    }

    /** Asks for the log files of both services, as their property lists name them. */
    Query<LogFiles> logs() {
        return logs(Layout.OLLAMA)
                .zip(
                        logs(Layout.HAPROXY),
                        (ollama, haproxy) -> new LogFiles(
                                Stream.concat(ollama.stream(), haproxy.stream()).toList()));
    }

    /** Asks for the log files of one service. */
    Query<List<Path>> logs(String label) {
        return propertyList(label)
                .map(plist -> Stream.of(plist.value("StandardOutPath"), plist.value("StandardErrorPath"))
                        .filter(path -> !path.isEmpty())
                        .distinct()
                        .map(Path::of)
                        .toList());
    }

    /** Asks for the state of the address that HAProxy listens on. */
    Query<AddressState> address() {
        return AddressState.query(identity(), spec.network(), receipt.address());
    }

    /** Asks which programs of the running services are missing or could be replaced by another user. */
    Query<ProgramAudit> programs() {
        return Query.all(LABELS.stream().map(label -> jobs().status(label)).toList())
                .then(statuses -> ProgramAudit.query(
                        statuses.stream()
                                .filter(JobStatus.Loaded.class::isInstance)
                                .flatMap(status -> ((JobStatus.Loaded) status).print().program().stream())
                                .toList(),
                        identity()));
    }
}
