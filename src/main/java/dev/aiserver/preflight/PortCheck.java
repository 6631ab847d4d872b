package dev.aiserver.preflight;

import dev.aiserver.agent.PortHolders;
import dev.aiserver.existing.ExistingService;
import dev.aiserver.host.Query;
import dev.aiserver.host.UserError;
import dev.aiserver.layout.Layout;
import dev.aiserver.net.Listener;
import dev.aiserver.net.Lsof;
import dev.aiserver.net.PortProbe;
import dev.aiserver.service.JobStatus;
import dev.aiserver.service.LoadedJobs;
import dev.aiserver.spec.ServerSpec;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;

/**
 * Checks that no other program listens on the services' ports. On macOS a second server can bind a port that is in use
 * without an error, so a successful bind would prove nothing.
 */
final class PortCheck {
    private final LoadedJobs jobs;

    PortCheck(LoadedJobs jobs) {
        this.jobs = jobs;
    }

    /**
     * Asks whether the ports are free. It is an error, which names each other listener, its owner and how to stop it, if
     * not.
     *
     * @param earlier the existing services that the installation stops first
     */
    Query<Boolean> requireFree(ServerSpec spec, String address, List<ExistingService> earlier) {
        return Query.joined(parts -> {
                    var listeners = parts.add(Lsof.listeners(
                            List.of(spec.ollama().port(), spec.proxy().port())));
                    var own = parts.add(Query.all(Stream.of(Layout.OLLAMA, Layout.HAPROXY)
                            .map(this::pid)
                            .toList()));
                    return results -> conflicts(spec, address, earlier, results.get(listeners), results.get(own));
                })
                .then(conflicts -> conflicts)
                .map(conflicts -> {
                    if (!conflicts.isEmpty()) {
                        throw new UserError(String.join(" ", conflicts));
                    }
                    return true;
                });
    }

    private Query<List<String>> conflicts(
            ServerSpec spec,
            String address,
            List<ExistingService> earlier,
            List<Listener> listeners,
            List<OptionalInt> own) {
        if (listeners.isEmpty()) {
            return hidden("127.0.0.1", spec.ollama().port())
                    .zip(
                            hidden(address, spec.proxy().port()),
                            (ollama, proxy) -> Stream.of(ollama, proxy)
                                    .flatMap(Optional::stream)
                                    .toList());
        }
        List<Integer> expected = Stream.concat(own.stream(), earlier.stream().map(ExistingService::pid))
                .flatMapToInt(OptionalInt::stream)
                .boxed()
                .toList();
        PortHolders holders = new PortHolders(jobs);
        return Query.all(listeners.stream()
                        .filter(listener -> expected.stream().noneMatch(listener::belongsTo))
                        .map(holders::of)
                        .toList())
                .map(found -> found.stream()
                        .map(holder -> capital(holder.description()) + ", then try again.")
                        .distinct()
                        .toList());
    }

    private Query<OptionalInt> pid(String label) {
        return jobs.status(label)
                .map(status -> status instanceof JobStatus.Loaded loaded
                        ? loaded.print().pid()
                        : OptionalInt.empty());
    }

    private static String capital(String words) {
        return words.substring(0, 1).toUpperCase(Locale.ROOT) + words.substring(1);
    }

    /** Asks for a listener of another user, which lsof without root does not show. */
    private static Query<Optional<String>> hidden(String address, int port) {
        return Query.through(host -> PortProbe.isOpen(host, address, port)
                ? Optional.of("Port " + port + " is in use on " + address
                        + " by a process of another user; find it with \"sudo lsof -nP -iTCP:" + port
                        + " -sTCP:LISTEN\" and stop it, then try again.")
                : Optional.empty());
    }
}
