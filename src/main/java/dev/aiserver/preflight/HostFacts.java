package dev.aiserver.preflight;

import dev.aiserver.existing.ExistingService;
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
 * The facts about a host that an install plan needs.
 *
 * @param ollama the path of the program, now or after its installation
 * @param haproxy the path of the program, now or after its installation
 * @param address the one address on which the proxy will listen
 * @param hostNames the names that clients may use: the configured ones first, then Tailscale's
 * @param missingPackages the Homebrew formulas to install first
 * @param existing the existing services that the installation takes over
 * @param outdated a service that still runs an older version of its program
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

    /** Returns the facts without the services that aiserver has already replaced by its own. */
    public HostFacts without(Receipt receipt) {
        return only(service -> !service.isTakenOver(receipt));
    }

    /** Returns the facts without the services that an unfinished transaction created. */
    public HostFacts without(Journal unfinished) {
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
