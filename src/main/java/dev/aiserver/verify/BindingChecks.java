package dev.aiserver.verify;

import dev.aiserver.agent.PortHolders;
import dev.aiserver.host.Query;
import dev.aiserver.layout.Layout;
import dev.aiserver.net.Interfaces;
import dev.aiserver.net.Listener;
import dev.aiserver.net.Lsof;
import dev.aiserver.net.PortProbe;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** Checks the listeners of the machine, with lsof and by connecting to every address. */
final class BindingChecks {
    private BindingChecks() {}

    static List<Check> all() {
        return List.of(
                Check.onServer("bindings.ollama", "Ollama listens on loopback only", BindingChecks::ollamaOnLoopback),
                Check.onServer(
                        "bindings.engines",
                        "model engines are reachable through Ollama only",
                        server -> Sockets.query(server)
                                .map(sockets -> sockets.engines().outcome())),
                Check.onServer(
                        "bindings.haproxy",
                        "HAProxy listens on its configured address only",
                        BindingChecks::proxyOnItsAddress),
                Check.onServer(
                        "bindings.others",
                        "no other process listens on the server's ports",
                        BindingChecks::noOtherListener),
                Check.onServer(
                        "bindings.connect",
                        "every other address of this machine refuses connections",
                        server -> Interfaces.addresses(server.identity()),
                        (context, server, addresses) -> otherAddressesRefuse(server, addresses)));
    }

    /**
     * The listeners of the machine.
     *
     * @param ollama process ID of Ollama
     */
    private record Sockets(List<Listener> listeners, int ollama, EngineListeners engines) {
        static Query<Sockets> query(ServerHost server) {
            return Lsof.listeners()
                    .zip(
                            server.pid(Layout.OLLAMA),
                            (listeners, ollama) -> new Sockets(
                                    listeners,
                                    ollama,
                                    EngineListeners.among(
                                            listeners,
                                            ollama,
                                            server.spec().ollama().port())));
        }
    }

    private static Query<Outcome> ollamaOnLoopback(ServerHost server) {
        return onlyOn(
                server,
                Layout.OLLAMA,
                Listener::isLoopback,
                "run \"aiserver install\": its property list must set OLLAMA_HOST=" + VerifyContext.ollamaHost(server));
    }

    private static Query<Outcome> proxyOnItsAddress(ServerHost server) {
        String address = server.receipt().address();
        int port = server.spec().proxy().port();
        return onlyOn(
                server,
                Layout.HAPROXY,
                listener -> listener.address().equals(address) && listener.port() == port,
                "run \"aiserver install\": haproxy.cfg must bind " + address + ":" + port + " and nothing else");
    }

    private static Query<Outcome> onlyOn(ServerHost server, String label, Predicate<Listener> expected, String fix) {
        return server.pid(label).zip(Sockets.query(server), (pid, sockets) -> {
            List<Listener> listeners = sockets.listeners().stream()
                    .filter(listener -> listener.belongsTo(pid)
                            && !sockets.engines().listeners().contains(listener))
                    .toList();
            if (listeners.isEmpty()) {
                return new Outcome.Failed("the process of " + label + " (pid " + pid + ") has no listener", fix);
            }
            return listeners.stream().allMatch(expected)
                    ? new Outcome.Passed(names(listeners))
                    : new Outcome.Failed(names(listeners), fix);
        });
    }

    private static Query<Outcome> noOtherListener(ServerHost server) {
        int uid = server.identity().uid();
        List<Integer> ports =
                List.of(server.spec().ollama().port(), server.spec().proxy().port());
        PortHolders holders = new PortHolders(server.jobs());
        return Sockets.query(server)
                .zip(
                        server.pid(Layout.HAPROXY),
                        (sockets, haproxy) -> sockets.listeners().stream()
                                .filter(listener -> ports.contains(listener.port()))
                                .filter(listener -> listener.uid() != uid
                                        || !(listener.belongsTo(sockets.ollama()) || listener.belongsTo(haproxy)))
                                .map(holders::of)
                                .toList())
                .then(Query::all)
                .map(others -> others.isEmpty()
                        ? new Outcome.Passed("both services run as user ID " + uid)
                        : held(others.stream().distinct().toList()));
    }

    private static Outcome held(List<PortHolders.Holder> found) {
        return new Outcome.Failed(
                found.stream().map(PortHolders.Holder::who).collect(Collectors.joining("; ")),
                found.stream().map(PortHolders.Holder::advice).distinct().collect(Collectors.joining("; "))
                        + "; until then it answers instead of your server");
    }

    /** Finds listeners that lsof does not show: those of other users. */
    private static Outcome otherAddressesRefuse(ServerHost server, Set<String> addresses) {
        int proxy = server.spec().proxy().port();
        int ollama = server.spec().ollama().port();
        String own = server.receipt().address();
        List<InetSocketAddress> others = new ArrayList<>();
        for (String address : addresses) {
            boolean loopback = address.startsWith("127.") || address.equals("::1");
            for (int port : new TreeSet<>(List.of(proxy, ollama))) {
                boolean expected = address.equals(own) && port == proxy || loopback && port == ollama;
                if (!expected) {
                    others.add(InetSocketAddress.createUnresolved(address, port));
                }
            }
        }
        Map<InetSocketAddress, PortProbe.Attempt> attempts = PortProbe.attempts(server.host(), others);
        String fix = "find the process with \"sudo lsof -nP -iTCP:" + proxy + "\" and stop it";
        List<String> untried = withResult(attempts, PortProbe.Attempt.UNTRIED);
        Assertions assertions = new Assertions();
        withResult(attempts, PortProbe.Attempt.OPEN)
                .forEach(address -> assertions.require(false, address + " accepts connections"));
        Outcome outcome = assertions.outcome(others.size() + " addresses refuse connections", fix);
        return outcome instanceof Outcome.Passed && !untried.isEmpty()
                ? new Outcome.Warned("could not try " + String.join(", ", untried) + ": no route", fix)
                : outcome;
    }

    private static List<String> withResult(Map<InetSocketAddress, PortProbe.Attempt> attempts, PortProbe.Attempt kind) {
        return attempts.entrySet().stream()
                .filter(entry -> entry.getValue() == kind)
                .map(Map.Entry::getKey)
                .map(address -> shown(address.getHostString()) + ":" + address.getPort())
                .toList();
    }

    private static String shown(String address) {
        return address.contains(":") ? "[" + address + "]" : address;
    }

    private static String names(List<Listener> listeners) {
        return listeners.stream().map(Listener::toString).collect(Collectors.joining(", "));
    }
}
