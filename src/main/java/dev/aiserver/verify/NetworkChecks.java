package dev.aiserver.verify;

import dev.aiserver.net.AddressState;
import dev.aiserver.net.Interfaces;
import dev.aiserver.net.RawHttpClient;
import dev.aiserver.net.RawHttpRequest;
import dev.aiserver.net.RawHttpResponse;
import dev.aiserver.net.Tailscale;
import dev.aiserver.spec.Network;
import dev.aiserver.spec.Subnet;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** That the address is still the one that clients know. */
final class NetworkChecks {
    private static final long SECONDS_TO_RESOLVE = 3;
    private static final Subnet LOOPBACK = Subnet.of("127.0.0.0/8");
    private static final Subnet ANY_IPV4 = Subnet.of("0.0.0.0/0");

    private static final int DAYS_OF_WARNING = 30;

    private static final Pattern PORT_OF_A_TARGET = Pattern.compile("(?:.*:)?(\\d{1,5})(?:/.*)?");

    private static final Outcome NO_TAILSCALE =
            new Outcome.Skipped("the configuration has a fixed address; network.mode: tailscale would use one");

    private NetworkChecks() {}

    static List<Check> all(ServerView client) {
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
                        "network.machine-name",
                        "the proxy knows the name by which Tailscale knows this machine",
                        (subject, server) -> machineName(server)),
                Check.onServer(
                        "network.key-expiry",
                        "this machine need not log in to its tailnet again soon",
                        (subject, server) -> keyExpiry(server)),
                Check.onServer(
                        "network.serve",
                        "Tailscale itself forwards nothing to Ollama or to the proxy",
                        (subject, server) -> serve(server)),
                Check.onServer(
                        "network.address",
                        "the address is on an interface of this machine",
                        (subject, server) -> address(server)),
                Check.onServer(
                        "network.clients", "only addresses of its clients may connect", NetworkChecks::onlyClients));
        return Stream.concat(own, names).toList();
    }

    private static Outcome tailscale(ServerHost server) {
        if (!(server.spec().network() instanceof Network.Tailscale)) {
            return NO_TAILSCALE;
        }
        AddressState state = server.address();
        if (state instanceof AddressState.Disconnected
                || state instanceof AddressState.Changed
                || state instanceof AddressState.WithoutInterface) {
            return new Outcome.Failed(state.problem(), state.remedy());
        }
        String now = new Tailscale(server.host()).node().address();
        return new Assertions()
                .demand(now.equals(server.receipt().address()), "Tailscale now gives this machine " + now)
                .outcome(now, "run \"aiserver install\" to take the new address over");
    }

    private static Outcome machineName(ServerHost server) {
        if (!(server.spec().network() instanceof Network.Tailscale)) {
            return NO_TAILSCALE;
        }
        Tailscale.Node node = new Tailscale(server.host()).node();
        List<String> unknown = node.namesNotIn(server.receipt().hostNames());
        return new Assertions()
                .demand(
                        unknown.isEmpty(),
                        "Tailscale now calls it " + String.join(" and ", unknown)
                                + ", and who uses that name is refused with 421")
                .outcome(
                        node.dnsName().isEmpty() ? "Tailscale has no name for it" : node.dnsName(),
                        "run \"aiserver install\" to have the proxy know it");
    }

    private static Outcome keyExpiry(ServerHost server) {
        if (!(server.spec().network() instanceof Network.Tailscale)) {
            return NO_TAILSCALE;
        }
        Optional<Instant> expiry = new Tailscale(server.host()).node().keyExpiry();
        if (expiry.isEmpty()) {
            return new Outcome.Passed("its key does not expire");
        }
        long days = Duration.between(Instant.now(), expiry.get()).toDays();
        return days >= DAYS_OF_WARNING
                ? new Outcome.Passed("its key expires in " + days + " days")
                : new Outcome.Warned(
                        "its key expires on " + expiry.get() + "; from then on no client reaches the server",
                        "log in again with \"tailscale up --force-reauth\", or disable key expiry for this machine in the "
                                + "Tailscale admin console");
    }

    /** It connects from this machine's loopback: whoever it lets in, the proxy's rules or Ollama's see a local client. */
    private static Outcome serve(ServerHost server) {
        if (!(server.spec().network() instanceof Network.Tailscale)) {
            return NO_TAILSCALE;
        }
        List<Integer> ours =
                List.of(server.spec().ollama().port(), server.spec().proxy().port());
        List<String> forwarded = new Tailscale(server.host())
                .forwardings().stream()
                        .filter(target -> ours.contains(port(target)))
                        .toList();
        return new Assertions()
                .demand(forwarded.isEmpty(), "it forwards to " + String.join(", ", forwarded))
                .outcome("nothing", "see \"tailscale serve status\", then take it back with \"tailscale serve reset\"");
    }

    /** Of a target such as {@code http://127.0.0.1:11434/x}, {@code localhost:11434} or {@code 11434}; 0 without one. */
    static int port(String target) {
        Matcher matcher = PORT_OF_A_TARGET.matcher(target);
        return matcher.matches() ? Integer.parseInt(matcher.group(1)) : 0;
    }

    private static Outcome address(ServerHost server) {
        AddressState state = server.address();
        return new Assertions()
                .demand(state instanceof AddressState.Present, state.problem())
                .outcome(server.receipt().address(), state.remedy());
    }

    /** Other addresses of the machine stand for other machines: what comes from them has no other way to be told. */
    private static Outcome onlyClients(VerifyContext subject, ServerHost server) throws IOException {
        List<Subnet> clients = server.spec().network().clients();
        if (!server.host().isLocal()) {
            return new Outcome.Skipped(
                    "only the server itself can ask from a foreign address: run \"aiserver verify\" there");
        }
        Optional<String> foreign = new Interfaces(server.host())
                .addresses().stream()
                        .filter(ANY_IPV4::contains)
                        .filter(address -> !LOOPBACK.contains(address))
                        .filter(address -> !address.equals(server.receipt().address()))
                        .filter(address -> clients.stream().noneMatch(range -> range.contains(address)))
                        .findFirst();
        if (foreign.isEmpty()) {
            return new Outcome.Skipped("this machine has no address of its own that is not a client's, to ask from");
        }
        List<RawHttpResponse> answers = answersTo(
                subject.client().knock().call(subject.host()),
                subject.proxy(server).from(InetAddress.getByName(foreign.get())));
        return new Assertions()
                .demand(
                        answers.isEmpty(),
                        answers.stream().map(ProxyResponses::shown).findFirst().orElse("") + " from " + foreign.get())
                .outcome(
                        "a connection from " + foreign.get() + " is refused",
                        "run \"aiserver install\" to write haproxy.cfg again");
    }

    /** The proxy may close a connection before this side knows that it has been made. */
    private static List<RawHttpResponse> answersTo(RawHttpRequest call, RawHttpClient probe) throws IOException {
        try {
            return probe.sendAndReadResponses(call.bytes(), 1);
        } catch (BindException | ConnectException e) {
            throw e;
        } catch (SocketException e) {
            return List.of();
        }
    }

    private static Outcome named(VerifyContext subject, String name) throws IOException {
        if (subject.server().isPresent() && !(subject.server().get().spec().network() instanceof Network.Tailscale)) {
            return new Outcome.Skipped("without Tailscale each client knows the name by itself; prove it there with "
                    + "\"aiserver verify --url http://" + subject.host() + "\"");
        }
        List<String> addresses = addresses(name);
        if (addresses.isEmpty() && isFurther(subject, name)) {
            return new Outcome.Skipped("a further name need not mean anything on the server; prove it on a client");
        }
        if (addresses.isEmpty()) {
            return new Outcome.Warned(
                    name + " means no address on this machine",
                    "name the server so in the Tailscale admin console, and have MagicDNS on");
        }
        String shown = String.join(", ", addresses);
        Assertions findings = new Assertions();
        if (subject.server().isPresent()) {
            String expected = subject.server().get().receipt().address();
            if (isFurther(subject, name) && !addresses.contains(expected)) {
                return new Outcome.Skipped(name + " means " + shown
                        + " here, and a further name may lead to the server " + "by way of another machine");
            }
            findings.demand(addresses.contains(expected), name + " means " + shown + ", not " + expected);
        } else {
            RawHttpResponse answer = subject.send(subject.client().knock().call(ProxyResponses.FOREIGN_HOST));
            findings.demand(
                    ProxyResponses.isFromProxy(answer),
                    name + " means " + shown + ", where no proxy of aiserver answers: " + ProxyResponses.shown(answer));
        }
        return findings.outcome(shown, "another machine has that name: rename one of the two");
    }

    private static boolean isFurther(VerifyContext subject, String name) {
        return subject.server().stream()
                .anyMatch(server -> server.spec().names().contains(name));
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
