package dev.aiserver.server;

import dev.aiserver.plan.Receipt;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/**
 * What an installation must know of the host before it can be planned.
 *
 * @param ollama the program, where it is or will be
 * @param haproxy the program, where it is or will be
 * @param address the one address on which the proxy is to listen
 * @param hostNames by which clients may call it, the configured one first, then Tailscale's
 * @param missingPackages Homebrew formulas to install first
 * @param earlier services that were here before, which the installation replaces
 */
public record Surroundings(
        Path ollama,
        Path haproxy,
        String address,
        List<String> hostNames,
        Set<String> missingPackages,
        List<EarlierService> earlier) {

    public Surroundings {
        earlier = List.copyOf(earlier);
    }

    /** Without the services that an installation of this program has taken over: those are ours. */
    Surroundings besides(Receipt receipt) {
        return new Surroundings(
                ollama,
                haproxy,
                address,
                hostNames,
                missingPackages,
                earlier.stream()
                        .filter(service -> !service.isTakenOver(receipt))
                        .toList());
    }
}
