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

/** Gives checks access to the machine that the server runs on. */
public record ServerHost(Host host, Launchd launchd, Receipt receipt, ServerSpec spec) {
    static final String OLLAMA = "com.ollama";
    static final String HAPROXY = "com.haproxy";

    /** Returns the queries that the checks need on any machine. */
    public static Prefetch prefetch(Host host, Launchd launchd) {
        return ServiceChecks.prefetch(host, launchd)
                .and(Interfaces.prefetch(host.facts()))
                .and(Tailscale.prefetch())
                .and(PrivacyChecks.prefetch(launchd))
                .and(host.facts().isMac() ? HeadlessChecks.prefetch() : Prefetch.none());
    }

    /** Returns the queries that depend on the results of {@link #prefetch}. */
    public Prefetch followUpPrefetch() {
        return ServiceChecks.followUpPrefetch(this)
                .and(Lsof.prefetch())
                .and(
                        spec.network() instanceof Network.Tailscale
                                ? new Tailscale(host).followUpPrefetch()
                                : Prefetch.none());
    }

    /** Returns this machine with the results of all queries that the checks need. */
    public ServerHost prefetched(Prefetch more) {
        ServerHost first = refreshed(prefetch(host, launchd).and(more));
        return first.on(first.host().prefetchMore(first.followUpPrefetch()));
    }

    /** Returns this machine with fresh results of these queries only; earlier results are discarded. */
    ServerHost refreshed(Prefetch queries) {
        return on(host.prefetch(queries));
    }

    private ServerHost on(Host view) {
        return new ServerHost(view, launchd.on(view), receipt, spec);
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

    /**
     * Returns launchd's state of an installed job that is running.
     *
     * @throws UserError if the job is not running
     */
    LaunchctlPrint running(String label) {
        if (launchd.status(label) instanceof JobStatus.Loaded loaded
                && loaded.print().isRunning()) {
            return loaded.print();
        }
        throw new UserError("the job " + label + " is not running");
    }

    int pid(String label) {
        return running(label).pid().orElseThrow();
    }

    /** Returns the listeners on all ports, as far as this user can see them. */
    List<Listener> listeners() {
        return new Lsof(host).listeners();
    }

    /** Reads the property list of an installed job from disk. */
    PropertyList propertyList(String label) {
        if (host.file(job(label).plist()) instanceof FileState.Regular file) {
            return PropertyList.parse(file.content().text());
        }
        throw new UserError(job(label).plist() + " is missing; run \"aiserver install\"");
    }

    /** Returns the log files of both services, as their property lists name them. */
    LogFiles logs() {
        return new LogFiles(Stream.of(OLLAMA, HAPROXY)
                .flatMap(label -> logs(label).stream())
                .toList());
    }

    /** Returns the log files of one service. */
    List<Path> logs(String label) {
        PropertyList plist = propertyList(label);
        return Stream.of(plist.value("StandardOutPath"), plist.value("StandardErrorPath"))
                .filter(path -> !path.isEmpty())
                .distinct()
                .map(Path::of)
                .toList();
    }

    /** Returns the state of the address that HAProxy listens on. */
    AddressState address() {
        return AddressState.of(host, spec.network(), receipt.address());
    }
}
