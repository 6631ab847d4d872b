package dev.aiserver.verify;

import dev.aiserver.host.Attempt;
import dev.aiserver.host.Query;
import dev.aiserver.net.AddressState;
import dev.aiserver.net.Interfaces;
import dev.aiserver.net.RawHttpClient;
import dev.aiserver.net.RawHttpRequest;
import dev.aiserver.net.RawHttpResponse;
import dev.aiserver.net.Tailscale;
import dev.aiserver.spec.Network;
import dev.aiserver.value.Subnet;
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
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Checks that clients still reach the server by its address and names, and that others do not. */
final class NetworkChecks {
    private static final long RESOLVE_TIMEOUT_SECONDS = 3;
    private static final Subnet LOOPBACK = Subnet.of("127.0.0.0/8");
    private static final Subnet ANY_IPV4 = Subnet.of("0.0.0.0/0");

    private static final int MIN_DAYS_TO_EXPIRY = 30;

    private static final Pattern TARGET_PORT = Pattern.compile("(?:.*:)?(\\d{1,5})(?:/.*)?");

    private static final Outcome NO_TAILSCALE =
            new Outcome.Skipped("the configuration uses a fixed address, not network.mode: tailscale");

    private NetworkChecks() {}

    static List<Check> all(ServerView client) {
        Stream<Check> names = client.hostNames().stream()
                .map(name -> Check.of(
                        "network.name." + name, name + " resolves to the server", context -> resolves(context, name)));
        Stream<Check> own = Stream.of(
                Check.onServer(
                        "network.tailscale",
                        "Tailscale is connected and has the installed address",
                        onTailnet(NetworkChecks::tailscale)),
                Check.onServer(
                        "network.machine-name",
                        "the proxy accepts this machine's Tailscale name",
                        onTailnet(NetworkChecks::machineName)),
                Check.onServer(
                        "network.key-expiry",
                        "this machine's Tailscale key does not expire soon",
                        onTailnet(server -> Tailscale.node().map(NetworkChecks::keyExpiry))),
                Check.onServer(
                        "network.serve",
                        "Tailscale forwards nothing to Ollama or the proxy",
                        onTailnet(NetworkChecks::serve)),
                Check.onServer(
                        "network.address",
                        "the server's address is on an interface of this machine",
                        server -> server.address().map(state -> address(server, state))),
                Check.onServer(
                        "network.clients",
                        "only configured clients can connect",
                        server -> Interfaces.addresses(server.identity()).attempt(),
                        NetworkChecks::onlyClients));
        return Stream.concat(own, names).toList();
    }

    private static Function<ServerHost, Query<Outcome>> onTailnet(Function<ServerHost, Query<Outcome>> check) {
        return server ->
                server.spec().network() instanceof Network.Tailscale ? check.apply(server) : Query.of(NO_TAILSCALE);
    }

    private static Query<Outcome> tailscale(ServerHost server) {
        return server.address()
                .zip(
                        Tailscale.node().attempt(),
                        (state, node) -> tailscale(state, node, server.receipt().address()));
    }

    private static Outcome tailscale(AddressState state, Attempt<Tailscale.Node> node, String installed) {
        if (state instanceof AddressState.Disconnected
                || state instanceof AddressState.Changed
                || state instanceof AddressState.WithoutInterface) {
            return new Outcome.Failed(state.problem(), state.remedy());
        }
        String now = node.get().address();
        return new Assertions()
                .require(now.equals(installed), "Tailscale now assigns this machine the address " + now)
                .outcome(now, "run \"aiserver install\" to use the new address");
    }

    private static Query<Outcome> machineName(ServerHost server) {
        return Tailscale.node().map(node -> machineName(node, server.receipt().hostNames()));
    }

    private static Outcome machineName(Tailscale.Node node, List<String> known) {
        List<String> unknown = node.namesNotIn(known);
        return new Assertions()
                .require(
                        unknown.isEmpty(),
                        "Tailscale now names this machine " + String.join(" and ", unknown)
                                + ", and the proxy rejects that name with 421")
                .outcome(
                        node.dnsName().isEmpty() ? "Tailscale has no name for this machine" : node.dnsName(),
                        "run \"aiserver install\" to add the name to the proxy");
    }

    private static Outcome keyExpiry(Tailscale.Node node) {
        Optional<Instant> expiry = node.keyExpiry();
        if (expiry.isEmpty()) {
            return new Outcome.Passed("the key does not expire");
        }
        long days = Duration.between(Instant.now(), expiry.get()).toDays();
        return days >= MIN_DAYS_TO_EXPIRY
                ? new Outcome.Passed("the key expires in " + days + " days")
                : new Outcome.Warned(
                        "the key expires on " + expiry.get() + "; after that no client can reach the server",
                        "log in again with \"tailscale up --force-reauth\", or disable key expiry for this machine "
                                + "in the Tailscale admin console");
    }

    /**
     * Rejects "tailscale serve": it connects from loopback, so the proxy and Ollama take each of its clients for local.
     */
    private static Query<Outcome> serve(ServerHost server) {
        List<Integer> ports =
                List.of(server.spec().ollama().port(), server.spec().proxy().port());
        return Tailscale.forwardings().map(targets -> {
            List<String> forwarded = targets.stream()
                    .filter(target -> ports.contains(port(target)))
                    .toList();
            return new Assertions()
                    .require(forwarded.isEmpty(), "Tailscale forwards to " + String.join(", ", forwarded))
                    .outcome(
                            "Tailscale forwards nothing",
                            "check \"tailscale serve status\", then run \"tailscale serve reset\"");
        });
    }

    /** Returns the port of a target such as {@code http://127.0.0.1:11434/x} or {@code 11434}, or 0 without a port. */
    static int port(String target) {
        Matcher matcher = TARGET_PORT.matcher(target);
        return matcher.matches() ? Integer.parseInt(matcher.group(1)) : 0;
    }

    private static Outcome address(ServerHost server, AddressState state) {
        return new Assertions()
                .require(state instanceof AddressState.Present, state.problem())
                .outcome(server.receipt().address(), state.remedy());
    }

    /** Connects from another address of this machine, which stands for a machine that is not a configured client. */
    private static Outcome onlyClients(VerifyContext context, ServerHost server, Attempt<Set<String>> addresses)
            throws IOException {
        List<Subnet> clients = server.spec().network().clients();
        if (!server.host().isLocal()) {
            return new Outcome.Skipped(
                    "only the server can connect from another address: run \"aiserver verify\" there");
        }
        Optional<String> foreign = addresses.get().stream()
                .filter(ANY_IPV4::contains)
                .filter(address -> !LOOPBACK.contains(address))
                .filter(address -> !address.equals(server.receipt().address()))
                .filter(address -> clients.stream().noneMatch(range -> range.contains(address)))
                .findFirst();
        if (foreign.isEmpty()) {
            return new Outcome.Skipped(
                    "every address of this machine belongs to a configured client, so there is no other address to "
                            + "connect from");
        }
        List<RawHttpResponse> responses = responsesTo(
                context.client().livenessRequest().request(context.host()),
                context.proxy(server).from(InetAddress.getByName(foreign.get())));
        return new Assertions()
                .require(
                        responses.isEmpty(),
                        "a connection from " + foreign.get() + " returns "
                                + responses.stream()
                                        .map(ProxyResponses::shown)
                                        .findFirst()
                                        .orElse(""))
                .outcome(
                        "a connection from " + foreign.get() + " is refused",
                        "run \"aiserver install\" to rewrite haproxy.cfg");
    }

    /**
     * Returns the responses; none if the proxy closes the connection, which it may do before it is established here.
     */
    private static List<RawHttpResponse> responsesTo(RawHttpRequest request, RawHttpClient proxy) throws IOException {
        try {
            return proxy.sendAndReadResponses(request.bytes(), 1);
        } catch (BindException | ConnectException e) {
            throw e;
        } catch (SocketException e) {
            return List.of();
        }
    }

    private static Outcome resolves(VerifyContext context, String name) throws IOException {
        if (context.server().isPresent() && !(context.server().get().spec().network() instanceof Network.Tailscale)) {
            return new Outcome.Skipped("without Tailscale each client resolves the name itself; run this on a client: "
                    + "\"aiserver verify --url http://" + context.host() + "\"");
        }
        List<String> addresses = addresses(name);
        if (addresses.isEmpty() && isAdditional(context, name)) {
            return new Outcome.Skipped(
                    "an additional name does not have to resolve on the server; run this check on a client");
        }
        if (addresses.isEmpty()) {
            return new Outcome.Warned(
                    name + " does not resolve on this machine",
                    "give the server this name in the Tailscale admin console, and turn MagicDNS on");
        }
        String shown = String.join(", ", addresses);
        Assertions assertions = new Assertions();
        if (context.server().isPresent()) {
            String expected = context.server().get().receipt().address();
            if (isAdditional(context, name) && !addresses.contains(expected)) {
                return new Outcome.Skipped(name + " resolves to " + shown
                        + " here; an additional name may lead to the server through another machine");
            }
            assertions.require(addresses.contains(expected), name + " resolves to " + shown + ", not to " + expected);
        } else {
            RawHttpResponse response =
                    context.send(context.client().livenessRequest().request(ProxyResponses.FOREIGN_HOST));
            assertions.require(
                    ProxyResponses.isFromProxy(response),
                    name + " resolves to " + shown + ", where no aiserver proxy answers: "
                            + ProxyResponses.shown(response));
        }
        return assertions.outcome(shown, "another machine has this name: rename one of the two");
    }

    private static boolean isAdditional(VerifyContext context, String name) {
        return context.server().stream()
                .anyMatch(server -> server.spec().names().contains(name));
    }

    /** Returns the addresses of a name; none if the resolver does not answer in time (it may take half a minute). */
    private static List<String> addresses(String name) {
        return CompletableFuture.supplyAsync(() -> lookUp(name))
                .completeOnTimeout(List.of(), RESOLVE_TIMEOUT_SECONDS, TimeUnit.SECONDS)
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
