package dev.aiserver.spec;

import java.util.List;
import java.util.stream.Stream;

/** How clients reach the server: this decides the one address on which the proxy listens, and who may connect. */
public sealed interface Network {

    /** Returns the ranges that clients may connect from; the machine itself may always. */
    List<Subnet> clients();

    /** The machine's own Tailscale address, asked of Tailscale at each install. */
    record Tailscale() implements Network {

        /**
         * The addresses that Tailscale gives to devices (https://tailscale.com/kb/1015/100.x-addresses). A Mac that
         * forwards IP would otherwise answer the local network on its tailnet address as well.
         */
        @Override
        public List<Subnet> clients() {
            return List.of(Subnet.of("100.64.0.0/10"));
        }
    }

    /**
     * A fixed IPv4 address of this machine, of a WireGuard tunnel or a local network.
     *
     * @param clients the ranges that clients may connect from
     */
    record Address(String address, List<Subnet> clients) implements Network {

        /** Private and link-local addresses (RFC 1918, RFC 6598, RFC 3927): nothing that comes from the internet. */
        static final List<Subnet> PRIVATE = Stream.of(
                        "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "169.254.0.0/16")
                .map(Subnet::of)
                .toList();

        public Address {
            clients = List.copyOf(clients);
        }

        /** With the clients that are let in unless a configuration says otherwise. */
        public Address(String address) {
            this(address, PRIVATE);
        }
    }

    /** Nobody but this machine itself: for a rehearsal, which must not open anything to a network. */
    record Loopback() implements Network {
        @Override
        public List<Subnet> clients() {
            return List.of();
        }
    }
}
