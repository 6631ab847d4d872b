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
 * Sees to it that nobody else listens where the services will. On a Mac a second server may bind the same port without
 * any error, so a bind that succeeds would prove nothing.
 */
final class PortCheck {
    private final Host host;
    private final Launchd launchd;

    PortCheck(Host host, Launchd launchd) {
        this.host = host;
        this.launchd = launchd;
    }

    /** What it will ask. */
    static Prefetch prefetch(ServerSpec spec, Launchd launchd) {
        return Lsof.prefetch(List.of(spec.ollama().port(), spec.proxy().port()))
                .and(launchd.prefetch(List.of(Layout.OLLAMA, Layout.HAPROXY)));
    }

    /**
     * @param earlier services that the installation stops before its own start
     * @throws UserError that names each foreign listener, its owner and how to stop it
     */
    void requireFree(ServerSpec spec, String address, List<ExistingService> earlier) {
        List<Listener> listeners = new Lsof(host)
                .listeners(List.of(spec.ollama().port(), spec.proxy().port()));
        List<Integer> ours = Stream.concat(
                        Stream.of(Layout.OLLAMA, Layout.HAPROXY).map(this::pid),
                        earlier.stream().map(ExistingService::pid))
                .flatMapToInt(OptionalInt::stream)
                .boxed()
                .toList();
        List<String> inTheWay = new ArrayList<>();
        listeners.stream()
                .filter(listener -> ours.stream().noneMatch(listener::belongsTo))
                .map(listener ->
                        capital(new PortHolders(host, launchd).of(listener).description()) + ", then try again.")
                .distinct()
                .forEach(inTheWay::add);
        if (listeners.isEmpty()) {
            invisible(host, "127.0.0.1", spec.ollama().port(), inTheWay);
            invisible(host, address, spec.proxy().port(), inTheWay);
        }
        if (!inTheWay.isEmpty()) {
            throw new UserError(String.join(" ", inTheWay));
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

    /** lsof without root does not see the sockets of other users. */
    private static void invisible(Host host, String address, int port, List<String> inTheWay) {
        if (PortProbe.isOpen(host, address, port)) {
            inTheWay.add("Port " + port + " is in use on " + address
                    + " by a process of another user; find it with \"sudo lsof -nP -iTCP:" + port
                    + " -sTCP:LISTEN\" and stop it, then try again.");
        }
    }
}
