package dev.aiserver.net;

import dev.aiserver.host.Host;
import dev.aiserver.spec.Network;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/** Whether the address that a server was installed with is this machine's now; nothing can listen on it otherwise. */
public sealed interface AddressState {

    /** What is wrong, as one clause; empty when nothing is. */
    default String problem() {
        return "";
    }

    /** What to do about it, as one clause. */
    default String remedy() {
        return "";
    }

    /** An interface has it. */
    record Present() implements AddressState {}

    /** Tailscale gives this machine no address at all. */
    record Disconnected(String address, String cause, String step) implements AddressState {
        @Override
        public String problem() {
            return gone(address) + cause;
        }

        @Override
        public String remedy() {
            return "bring Tailscale up: " + step;
        }
    }

    /** Tailscale gives this machine another one. */
    record Changed(String address, String now) implements AddressState {
        @Override
        public String problem() {
            return gone(address) + "Tailscale says " + now;
        }

        @Override
        public String remedy() {
            return "run \"aiserver install\" to take that address over";
        }
    }

    /** Tailscale gives it to this machine, but to no network interface: it runs in userspace networking. */
    record WithoutInterface(String address) implements AddressState {
        @Override
        public String problem() {
            return "Tailscale runs in userspace networking: no network interface has " + address
                    + ", so nothing can listen on it, and the tailnet reaches every loopback port of this machine instead,"
                    + " also Ollama's";
        }

        @Override
        public String remedy() {
            return "run tailscaled with a network interface (without --tun=userspace-networking), or use the Tailscale app";
        }
    }

    /** No interface has it, and Tailscale does not say why, or has no part in it. */
    record Absent(String address) implements AddressState {
        @Override
        public String problem() {
            return gone(address) + "no network interface has it";
        }

        @Override
        public String remedy() {
            return "bring the VPN up, or correct the address in the configuration and run \"aiserver install\"";
        }
    }

    private static String gone(String address) {
        return address + " is not on this machine now: ";
    }

    /** @throws dev.aiserver.host.UserError when the host does not say which addresses it has */
    static AddressState of(Host host, Network network, String address) {
        return of(
                address,
                new Interfaces(host).addresses(),
                network instanceof Network.Tailscale ? Optional.of(new Tailscale(host)::status) : Optional.empty());
    }

    /**
     * @param interfaces the addresses that this machine has
     * @param tailscale asked only when none of them is the one; empty where the address is not of a tailnet
     */
    static AddressState of(String address, Set<String> interfaces, Optional<Supplier<Tailscale.Answer>> tailscale) {
        if (interfaces.contains(address)) {
            return new Present();
        }
        Optional<Tailscale.Answer> answer = tailscale.map(Supplier::get);
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
