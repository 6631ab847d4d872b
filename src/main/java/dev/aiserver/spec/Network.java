package dev.aiserver.spec;

/** How clients reach the server: this decides the one address on which the proxy listens. */
public sealed interface Network {

    /** The machine's own Tailscale address, asked of Tailscale at each install. */
    record Tailscale() implements Network {}

    /** A fixed IPv4 address of this machine, of a WireGuard tunnel or a local network. */
    record Address(String address) implements Network {}

    /** Nobody but this machine itself: for a rehearsal, which must not open anything to a network. */
    record Loopback() implements Network {}
}
