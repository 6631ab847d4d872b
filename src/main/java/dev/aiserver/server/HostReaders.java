package dev.aiserver.server;

import dev.aiserver.host.Host;
import dev.aiserver.host.Prefetch;
import dev.aiserver.host.ReadOnlyHost;
import dev.aiserver.host.UserError;
import dev.aiserver.plan.Observer;
import dev.aiserver.plan.StateStore;
import dev.aiserver.service.Launchd;
import java.util.Optional;

/**
 * A host that can only be looked at, and what looks at it. Where each question costs a trip, it is asked in two steps all
 * that will be asked of it: what is known beforehand, and what the receipt and the first answers lead to. What was not
 * foreseen is asked when it is needed.
 */
record HostReaders(Host host, Launchd launchd, StateStore records) {

    /** @throws UserError when another user could replace one of the tools that this would ask */
    static HostReaders on(Host host, Launchd launchd, StateStore records, Prefetch first) {
        host.tools().requireSafe();
        return new HostReaders(new ReadOnlyHost(host), launchd, records)
                .with(host.prefetch(records.prefetch().and(first)));
    }

    private HostReaders with(Host asked) {
        Host view = new ReadOnlyHost(asked);
        return new HostReaders(view, launchd.on(view), records.on(view));
    }

    /** What is installed, if that can be read. */
    Optional<Installation> installation() {
        return records.receipts().readable().map(receipt -> Installation.of(receipt, records.receipts()));
    }

    /** Having asked also what the records lead to. */
    HostReaders prefetchMore(Prefetch more) {
        Prefetch recorded = records.receipts()
                .readable()
                .map(receipt -> Observer.prefetch(receipt.resources(), launchd))
                .orElseGet(Prefetch::none);
        return with(host.prefetchMore(records.followUpPrefetch().and(recorded).and(more)));
    }
}
