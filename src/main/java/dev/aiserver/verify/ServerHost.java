package dev.aiserver.verify;

import dev.aiserver.host.FileState;
import dev.aiserver.host.Host;
import dev.aiserver.host.Prefetch;
import dev.aiserver.host.UserError;
import dev.aiserver.net.AddressState;
import dev.aiserver.net.Interfaces;
import dev.aiserver.net.Listener;
import dev.aiserver.net.Lsof;
import dev.aiserver.net.Tailscale;
import dev.aiserver.plan.Receipt;
import dev.aiserver.resource.Job;
import dev.aiserver.service.JobStatus;
import dev.aiserver.service.LaunchctlPrint;
import dev.aiserver.service.Launchd;
import dev.aiserver.service.LogFiles;
import dev.aiserver.service.PropertyList;
import dev.aiserver.spec.Network;
import dev.aiserver.spec.ServerSpec;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The machine that the server runs on, for checks that are carried out there. */
public record ServerHost(Host host, Launchd launchd, Receipt receipt, ServerSpec spec) {
    static final String OLLAMA = "com.ollama";
    static final String HAPROXY = "com.haproxy";

    /** What the checks will ask of any server's machine first. */
    public static Prefetch prefetch(Host host, Launchd launchd) {
        return ServiceChecks.prefetch(host, launchd)
                .and(Interfaces.prefetch(host.facts()))
                .and(Tailscale.prefetch())
                .and(PrivacyChecks.prefetch(launchd))
                .and(host.facts().isMac() ? HeadlessChecks.prefetch() : Prefetch.none());
    }

    /** What they will ask of a machine that has answered {@link #prefetch}. */
    public Prefetch followUpPrefetch() {
        return ServiceChecks.followUpPrefetch(this)
                .and(Lsof.prefetch())
                .and(
                        spec.network() instanceof Network.Tailscale
                                ? new Tailscale(host).followUpPrefetch()
                                : Prefetch.none());
    }

    /** The same machine, asked all that the checks will ask. */
    public ServerHost asked(Prefetch more) {
        ServerHost first = anew(prefetch(host, launchd).and(more));
        return first.by(first.host().prefetchMore(first.followUpPrefetch()));
    }

    /** The same machine, asked that now: what was foreseen of it earlier does not count. */
    ServerHost anew(Prefetch questions) {
        return by(host.prefetch(questions));
    }

    private ServerHost by(Host view) {
        return new ServerHost(view, launchd.on(view), receipt, spec);
    }

    Job job(String label) {
        return receipt.resources().stream()
                .filter(Job.class::isInstance)
                .map(Job.class::cast)
                .filter(job -> job.label().equals(label))
                .findFirst()
                .orElseThrow(() -> new UserError(
                        "the receipt knows no job " + label + "; run \"aiserver install\" to put it right"));
    }

    /** What launchd says of a job of ours that runs. */
    LaunchctlPrint running(String label) {
        if (launchd.status(label) instanceof JobStatus.Loaded loaded
                && loaded.print().isRunning()) {
            return loaded.print();
        }
        throw new UserError("the job " + label + " does not run");
    }

    int pid(String label) {
        return running(label).pid().orElseThrow();
    }

    /** On whatever port, as far as this user may see. */
    List<Listener> listeners() {
        return new Lsof(host).listeners();
    }

    /** The property list of a job of ours, as it stands on the disk now. */
    PropertyList propertyList(String label) {
        if (host.file(job(label).plist()) instanceof FileState.Regular file) {
            return PropertyList.parse(file.content().text());
        }
        throw new UserError(job(label).plist() + " is missing; run \"aiserver install\"");
    }

    /** The files that the two services write to, by their property lists. */
    LogFiles logs() {
        return new LogFiles(Stream.of(OLLAMA, HAPROXY)
                .flatMap(label -> logs(label).stream())
                .toList());
    }

    /** The same of one of them. */
    List<Path> logs(String label) {
        PropertyList plist = propertyList(label);
        return Stream.of(plist.value("StandardOutPath"), plist.value("StandardErrorPath"))
                .filter(path -> !path.isEmpty())
                .distinct()
                .map(Path::of)
                .toList();
    }

    /** Whether HAProxy can listen where it shall. */
    AddressState address() {
        return AddressState.of(host, spec.network(), receipt.address());
    }
}
