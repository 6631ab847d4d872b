package dev.aiserver.server;

import dev.aiserver.agent.PortHolders;
import dev.aiserver.host.Host;
import dev.aiserver.host.Prefetch;
import dev.aiserver.host.UserError;
import dev.aiserver.net.Listener;
import dev.aiserver.net.Lsof;
import dev.aiserver.net.PortProbe;
import dev.aiserver.service.JobStatus;
import dev.aiserver.service.Launchd;
import dev.aiserver.spec.ServerSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.stream.Stream;

/**
 * Checks that no other program listens on the services' ports. On macOS a second server can bind a port that is in use
 * without an error, so a successful bind would prove nothing.
 */
final class PortCheck {
    private final Host host;
    private final Launchd launchd;

    PortCheck(Host host, Launchd launchd) {
        this.host = host;
        this.launchd = launchd;
    }

    /** Returns what the check reads. */
    static Prefetch prefetch(ServerSpec spec, Launchd launchd) {
        return Lsof.prefetch(List.of(spec.ollama().port(), spec.proxy().port()))
                .and(launchd.prefetch(List.of(Layout.OLLAMA, Layout.HAPROXY)));
    }

    /**
     * @param earlier the existing services that the installation stops first
     * @throws UserError that names each other listener, its owner and how to stop it
     */
    void requireFree(ServerSpec spec, String address, List<ExistingService> earlier) {
        List<Listener> listeners = new Lsof(host)
                .listeners(List.of(spec.ollama().port(), spec.proxy().port()));
        List<Integer> expected = Stream.concat(
                        Stream.of(Layout.OLLAMA, Layout.HAPROXY).map(this::pid),
                        earlier.stream().map(ExistingService::pid))
                .flatMapToInt(OptionalInt::stream)
                .boxed()
                .toList();
        List<String> conflicts = new ArrayList<>();
        listeners.stream()
                .filter(listener -> expected.stream().noneMatch(listener::belongsTo))
                .map(listener ->
                        capital(new PortHolders(host, launchd).of(listener).description()) + ", then try again.")
                .distinct()
                .forEach(conflicts::add);
        if (listeners.isEmpty()) {
            addHidden(host, "127.0.0.1", spec.ollama().port(), conflicts);
            addHidden(host, address, spec.proxy().port(), conflicts);
        }
        if (!conflicts.isEmpty()) {
            throw new UserError(String.join(" ", conflicts));
        }
    }

    private OptionalInt pid(String label) {
        return launchd.status(label) instanceof JobStatus.Loaded loaded
                ? loaded.print().pid()
                : OptionalInt.empty();
    }

    private static String capital(String words) {
        return words.substring(0, 1).toUpperCase(Locale.ROOT) + words.substring(1);
    }

    /** Adds a listener of another user, which lsof without root does not show. */
    private static void addHidden(Host host, String address, int port, List<String> conflicts) {
        if (PortProbe.isOpen(host, address, port)) {
            conflicts.add("Port " + port + " is in use on " + address
                    + " by a process of another user; find it with \"sudo lsof -nP -iTCP:" + port
                    + " -sTCP:LISTEN\" and stop it, then try again.");
        }
    }
}
