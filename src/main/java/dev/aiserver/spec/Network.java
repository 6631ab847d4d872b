package dev.aiserver.spec;

import dev.aiserver.value.Subnet;
import java.util.List;
import java.util.stream.Stream;

/** The network over which clients reach the server. It decides the one address on which the proxy listens, and who may connect. */
public sealed interface Network {
    /** The range that Tailscale assigns to devices (https://tailscale.com/kb/1015/100.x-addresses). */
    Subnet TAILNET = Subnet.of("100.64.0.0/10");

    /** Returns the mode's name in a configuration. */
    String mode();

    /** Returns the network with these values. If the file has a network, nothing of the base remains. */
    static Network of(Settings settings) {
        if (!settings.has(ConfigurationKeys.NETWORK_MODE)) {
            return settings.base().map(ServerSpec::network).orElseGet(Tailscale::new);
        }
        return switch (settings.own(ConfigurationKeys.NETWORK_MODE)) {
            case "tailscale" -> new Tailscale();
            case "loopback" -> new Loopback();
            default ->
                new Address(
                        settings.own(ConfigurationKeys.NETWORK_ADDRESS),
                        settings.own(ConfigurationKeys.NETWORK_CLIENTS));
        };
    }

    /** Returns the address ranges that clients may connect from. The machine itself may always connect. */
    List<Subnet> clients();

    /** Returns whether clients connect through a tailnet. */
    default boolean isTailnet() {
        return false;
    }

    /** The machine's Tailscale address, read from Tailscale at each install. */
    record Tailscale() implements Network {
        @Override
        public String mode() {
            return "tailscale";
        }

        /**
         * Returns Tailscale's range. Without this limit, a Mac that forwards IP would also answer the local network on its
         * tailnet address.
         */
        @Override
        public List<Subnet> clients() {
            return List.of(TAILNET);
        }

        @Override
        public boolean isTailnet() {
            return true;
        }
    }

    /**
     * A fixed IPv4 address of this machine, in a WireGuard tunnel or a local network.
     *
     * @param clients the address ranges that clients may connect from
     */
    record Address(String address, List<Subnet> clients) implements Network {

        /** Private and link-local ranges (RFC 1918, RFC 6598, RFC 3927). No client on the internet has such an address. */
        static final List<Subnet> PRIVATE = Stream.of(
                        "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "169.254.0.0/16")
                .map(Subnet::of)
                .toList();

        public Address {
            clients = List.copyOf(clients);
        }

        @Override
        public String mode() {
            return "address";
        }

        /** Creates an address that accepts the default clients, {@link #PRIVATE}. */
        public Address(String address) {
            this(address, PRIVATE);
        }
    }

    /** Only this machine can connect. A rehearsal uses this mode, because it must not open a port to a network. */
    record Loopback() implements Network {
        @Override
        public String mode() {
            return "loopback";
        }

        @Override
        public List<Subnet> clients() {
            return List.of();
        }
    }
}
