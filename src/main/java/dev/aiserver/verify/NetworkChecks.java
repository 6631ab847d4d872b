package dev.aiserver.verify;

import dev.aiserver.net.AddressState;
import dev.aiserver.net.HttpAnswer;
import dev.aiserver.net.Tailscale;
import dev.aiserver.spec.Network;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** That the address is still the one that clients know. */
final class NetworkChecks {
    private static final long SECONDS_TO_RESOLVE = 3;

    private NetworkChecks() {}

    static List<Check> all(Client client) {
        Stream<Check> names = client.hostNames().stream()
                .map(name -> Check.of(
                        "network.name." + name,
                        "the name " + name + " means the server",
                        subject -> named(subject, name)));
        Stream<Check> own = Stream.of(
                Check.onServer(
                        "network.tailscale",
                        "Tailscale is connected, with the address that was installed",
                        (subject, server) -> tailscale(server)),
                Check.onServer(
                        "network.address",
                        "the address is on an interface of this machine",
                        (subject, server) -> address(server)));
        return Stream.concat(own, names).toList();
    }

    private static Outcome tailscale(Server server) {
        if (!(server.spec().network() instanceof Network.Tailscale)) {
            return new Outcome.Skipped("the configuration has a fixed address; network.mode: tailscale would use one");
        }
        AddressState state = server.address();
        if (state instanceof AddressState.Disconnected || state instanceof AddressState.Changed) {
            return new Outcome.Failed(state.problem(), state.remedy());
        }
        String now = new Tailscale(server.host()).node().address();
        return new Findings()
                .demand(now.equals(server.receipt().address()), "Tailscale now gives this machine " + now)
                .outcome(now, "run \"aiserver install\" to take the new address over");
    }

    private static Outcome address(Server server) {
        AddressState state = server.address();
        return new Findings()
                .demand(state instanceof AddressState.Present, state.problem())
                .outcome(server.receipt().address(), state.remedy());
    }

    private static Outcome named(Subject subject, String name) throws IOException {
        if (subject.server().isPresent() && !(subject.server().get().spec().network() instanceof Network.Tailscale)) {
            return new Outcome.Skipped("without Tailscale each client knows the name by itself; prove it there with "
                    + "\"aiserver verify --url http://" + subject.host() + "\"");
        }
        List<String> addresses = addresses(name);
        if (addresses.isEmpty()) {
            return new Outcome.Warned(
                    name + " means no address on this machine",
                    "name the server so in the Tailscale admin console, and have MagicDNS on");
        }
        String shown = String.join(", ", addresses);
        Findings findings = new Findings();
        if (subject.server().isPresent()) {
            String expected = subject.server().get().receipt().address();
            findings.demand(addresses.contains(expected), name + " means " + shown + ", not " + expected);
        } else {
            HttpAnswer answer = subject.send(subject.client().knock().call(Answers.FOREIGN_HOST));
            findings.demand(
                    Answers.isFromProxy(answer),
                    name + " means " + shown + ", where no proxy of aiserver answers: " + Answers.shown(answer));
        }
        return findings.outcome(shown, "another machine has that name: rename one of the two");
    }

    /** Of a resolver that does not answer, nothing is learnt; it may take half a minute to say so. */
    private static List<String> addresses(String name) {
        return CompletableFuture.supplyAsync(() -> lookUp(name))
                .completeOnTimeout(List.of(), SECONDS_TO_RESOLVE, TimeUnit.SECONDS)
                .join();
    }

    private static List<String> lookUp(String name) {
        try {
            return Stream.of(InetAddress.getAllByName(name))
                    .map(InetAddress::getHostAddress)
                    .collect(Collectors.toList());
        } catch (UnknownHostException e) {
            return List.of();
        }
    }
}
