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
 * A read-only view of a host, with launchd and aiserver's records on it. On a remote host each read costs a network round
 * trip, so reads are prefetched in two steps: those that are known in advance, and those that follow from the receipt and
 * the first answers. Other reads happen when they are needed.
 */
record HostReaders(Host host, Launchd launchd, StateStore records) {

    /** @throws UserError if another user could replace one of the tools that aiserver runs */
    static HostReaders on(Host host, Launchd launchd, StateStore records, Prefetch first) {
        host.tools().requireSafe();
        return new HostReaders(new ReadOnlyHost(host), launchd, records)
                .with(host.prefetch(records.prefetch().and(first)));
    }

    private HostReaders with(Host prefetched) {
        Host view = new ReadOnlyHost(prefetched);
        return new HostReaders(view, launchd.on(view), records.on(view));
    }

    /** Returns the installation, or empty if there is none or its receipt cannot be read. */
    Optional<Installation> installation() {
        return records.receipts().readable().map(receipt -> Installation.of(receipt, records.receipts()));
    }

    /** Returns readers that have also prefetched what the records refer to. */
    HostReaders prefetchMore(Prefetch more) {
        Prefetch recorded = records.receipts()
                .readable()
                .map(receipt -> Observer.prefetch(receipt.resources(), launchd))
                .orElseGet(Prefetch::none);
        return with(host.prefetchMore(records.followUpPrefetch().and(recorded).and(more)));
    }
}
