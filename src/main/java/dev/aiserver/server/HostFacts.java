package dev.aiserver.server;

import dev.aiserver.plan.Journal;
import dev.aiserver.plan.Receipt;
import dev.aiserver.resource.HostFile;
import dev.aiserver.resource.State;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * What an installation must know of the host before it can be planned.
 *
 * @param ollama the program, where it is or will be
 * @param haproxy the program, where it is or will be
 * @param address the one address on which the proxy is to listen
 * @param hostNames by which clients may call it, the configured ones first, then Tailscale's
 * @param missingPackages Homebrew formulas to install first
 * @param existing services that were here before, which the installation replaces
 * @param outdated a service that was not restarted since its program was replaced
 */
public record HostFacts(
        Path ollama,
        Path haproxy,
        String address,
        List<String> hostNames,
        Set<String> missingPackages,
        List<ExistingService> existing,
        Optional<OutdatedProcess> outdated) {

    public HostFacts {
        existing = List.copyOf(existing);
    }

    /** Without the services that an installation of this program has taken over: those are ours. */
    HostFacts without(Receipt receipt) {
        return only(service -> !service.isTakenOver(receipt));
    }

    /** Without what a transaction made that did not end. */
    HostFacts without(Journal unfinished) {
        return only(service -> unfinished.changes().stream()
                .noneMatch(change -> change.before().equals(State.ABSENT)
                        && change.resource().equals(new HostFile(service.plist()))));
    }

    private HostFacts only(Predicate<ExistingService> kept) {
        return new HostFacts(
                ollama,
                haproxy,
                address,
                hostNames,
                missingPackages,
                existing.stream().filter(kept).toList(),
                outdated);
    }
}
