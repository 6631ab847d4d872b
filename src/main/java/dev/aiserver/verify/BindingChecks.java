package dev.aiserver.verify;

import dev.aiserver.agent.PortHolders;
import dev.aiserver.net.Interfaces;
import dev.aiserver.net.Listener;
import dev.aiserver.net.PortProbe;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** That nothing listens where it should not, by lsof and by trying to connect. */
final class BindingChecks {
    private BindingChecks() {}

    static List<Check> all() {
        return List.of(
                Check.onServer("bindings.ollama", "Ollama listens on loopback only", BindingChecks::ollamaOnLoopback),
                Check.onServer(
                        "bindings.engines",
                        "no model's engine can be asked past Ollama",
                        (subject, server) -> EngineListeners.among(
                                        subject.listeners(server),
                                        server.pid(ServerHost.OLLAMA),
                                        server.spec().ollama().port())
                                .outcome()),
                Check.onServer(
                        "bindings.haproxy",
                        "HAProxy listens on its one address only",
                        BindingChecks::proxyOnItsAddress),
                Check.onServer("bindings.others", "nobody else listens on these ports", BindingChecks::nobodyElse),
                Check.onServer(
                        "bindings.connect",
                        "every other address of this machine refuses a connection",
                        (subject, server) -> nothingElseAnswers(server)));
    }

    private static Outcome ollamaOnLoopback(VerifyContext subject, ServerHost server) {
        return onlyOn(
                subject,
                server,
                ServerHost.OLLAMA,
                Listener::isLoopback,
                "run \"aiserver install\": its property list must say OLLAMA_HOST=" + VerifyContext.ollamaHost(server));
    }

    private static Outcome proxyOnItsAddress(VerifyContext subject, ServerHost server) {
        String address = server.receipt().address();
        int port = server.spec().proxy().port();
        return onlyOn(
                subject,
                server,
                ServerHost.HAPROXY,
                listener -> listener.address().equals(address) && listener.port() == port,
                "run \"aiserver install\": haproxy.cfg must bind " + address + ":" + port + " and nothing else");
    }

    private static Outcome onlyOn(
            VerifyContext subject, ServerHost server, String label, Predicate<Listener> expected, String fix) {
        int pid = server.pid(label);
        List<Listener> engines = EngineListeners.among(
                        subject.listeners(server),
                        server.pid(ServerHost.OLLAMA),
                        server.spec().ollama().port())
                .listeners();
        List<Listener> listeners = subject.listeners(server).stream()
                .filter(listener -> listener.belongsTo(pid) && !engines.contains(listener))
                .toList();
        if (listeners.isEmpty()) {
            return new Outcome.Failed("the process of " + label + " (pid " + pid + ") listens on nothing", fix);
        }
        return listeners.stream().allMatch(expected)
                ? new Outcome.Passed(names(listeners))
                : new Outcome.Failed(names(listeners), fix);
    }

    private static Outcome nobodyElse(VerifyContext subject, ServerHost server) {
        int uid = server.host().facts().uid();
        int ollama = server.pid(ServerHost.OLLAMA);
        int haproxy = server.pid(ServerHost.HAPROXY);
        List<Integer> ports =
                List.of(server.spec().ollama().port(), server.spec().proxy().port());
        List<Listener> others = subject.listeners(server).stream()
                .filter(listener -> ports.contains(listener.port()))
                .filter(listener ->
                        listener.uid() != uid || !(listener.belongsTo(ollama) || listener.belongsTo(haproxy)))
                .toList();
        return others.isEmpty()
                ? new Outcome.Passed("both services run as user id " + uid)
                : held(new PortHolders(server.host(), server.launchd()), others);
    }

    private static Outcome held(PortHolders holders, List<Listener> others) {
        List<PortHolders.Holder> held =
                others.stream().map(holders::of).distinct().toList();
        return new Outcome.Failed(
                held.stream().map(PortHolders.Holder::who).collect(Collectors.joining("; ")),
                held.stream().map(PortHolders.Holder::advice).distinct().collect(Collectors.joining("; "))
                        + "; it answers instead of your server");
    }

    /** Sees also what lsof hides: sockets of other users. */
    private static Outcome nothingElseAnswers(ServerHost server) {
        int proxy = server.spec().proxy().port();
        int ollama = server.spec().ollama().port();
        String own = server.receipt().address();
        List<InetSocketAddress> others = new ArrayList<>();
        for (String address : new Interfaces(server.host()).addresses()) {
            boolean loopback = address.startsWith("127.") || address.equals("::1");
            for (int port : new TreeSet<>(List.of(proxy, ollama))) {
                boolean expected = address.equals(own) && port == proxy || loopback && port == ollama;
                if (!expected) {
                    others.add(InetSocketAddress.createUnresolved(address, port));
                }
            }
        }
        Map<InetSocketAddress, PortProbe.Attempt> attempts = PortProbe.attempts(server.host(), others);
        String fix = "find it with \"sudo lsof -nP -iTCP:" + proxy + "\" and stop it";
        List<String> untried = those(attempts, PortProbe.Attempt.UNTRIED);
        Assertions findings = new Assertions();
        those(attempts, PortProbe.Attempt.OPEN)
                .forEach(address -> findings.demand(false, address + " accepts connections"));
        Outcome outcome = findings.outcome(others.size() + " refused", fix);
        return outcome instanceof Outcome.Passed && !untried.isEmpty()
                ? new Outcome.Warned("no way leads to " + String.join(", ", untried) + " to try it", fix)
                : outcome;
    }

    private static List<String> those(Map<InetSocketAddress, PortProbe.Attempt> attempts, PortProbe.Attempt kind) {
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
