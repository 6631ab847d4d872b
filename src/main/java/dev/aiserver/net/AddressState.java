package dev.aiserver.net;

import dev.aiserver.host.HostIdentity;
import dev.aiserver.host.Query;
import dev.aiserver.spec.Network;
import java.util.Optional;
import java.util.Set;

/**
 * The state of the address that the server was installed with. If this machine no longer has it, nothing can listen
 * there.
 */
public sealed interface AddressState {

    /** Returns what is wrong, as one clause; empty when nothing is. */
    default String problem() {
        return "";
    }

    /** Returns what to do about it, as one clause. */
    default String remedy() {
        return "";
    }

    /** An interface has it. */
    record Present() implements AddressState {}

    /** Tailscale gives this machine no address. */
    record Disconnected(String address, String cause, String step) implements AddressState {
        @Override
        public String problem() {
            return missing(address) + cause;
        }

        @Override
        public String remedy() {
            return "bring Tailscale up: " + step;
        }
    }

    /** Tailscale gives this machine another address. */
    record Changed(String address, String now) implements AddressState {
        @Override
        public String problem() {
            return missing(address) + "its address in the tailnet is " + now;
        }

        @Override
        public String remedy() {
            return "run \"aiserver install\" to switch to that address";
        }
    }

    /**
     * Tailscale assigns the address to this machine, but to no network interface: it runs in userspace networking mode.
     */
    record WithoutInterface(String address) implements AddressState {
        @Override
        public String problem() {
            return "Tailscale runs in userspace networking mode: no network interface has " + address
                    + ", so nothing can listen on it, and the tailnet can reach every loopback port of this machine,"
                    + " including Ollama's";
        }

        @Override
        public String remedy() {
            return "run tailscaled with a network interface (without --tun=userspace-networking), or use the Tailscale app";
        }
    }

    /** No interface has the address, and Tailscale does not explain why or is not used. */
    record Absent(String address) implements AddressState {
        @Override
        public String problem() {
            return missing(address) + "no network interface has it";
        }

        @Override
        public String remedy() {
            return "bring the VPN up, or correct the address in the configuration and run \"aiserver install\"";
        }
    }

    private static String missing(String address) {
        return address + " is not on this machine now: ";
    }

    /**
     * Asks for the state of an address on a host. Tailscale is asked only when no interface has the address. It is an
     * error when the host's addresses cannot be read.
     */
    static Query<AddressState> query(HostIdentity identity, Network network, String address) {
        return Interfaces.addresses(identity)
                .then(interfaces -> interfaces.contains(address) || !(network instanceof Network.Tailscale)
                        ? Query.of(of(address, interfaces, Optional.empty()))
                        : Tailscale.status().map(answer -> of(address, interfaces, Optional.of(answer))));
    }

    /**
     * Determines the state from what the host reports.
     *
     * @param interfaces the addresses that this machine has
     * @param answer of Tailscale; empty when the address is not part of a tailnet
     */
    static AddressState of(String address, Set<String> interfaces, Optional<Tailscale.Answer> answer) {
        if (interfaces.contains(address)) {
            return new Present();
        }
        if (answer.isPresent() && answer.get() instanceof Tailscale.Disconnected disconnected) {
            return new Disconnected(address, disconnected.cause(), disconnected.step());
        }
        if (answer.isEmpty()) {
            return new Absent(address);
        }
        Tailscale.Node node = answer.get().node();
        if (!node.address().equals(address)) {
            return new Changed(address, node.address());
        }
        return node.userspace() ? new WithoutInterface(address) : new Absent(address);
    }
}
