package dev.aiserver.plan;

import dev.aiserver.host.Host;
import dev.aiserver.host.Prefetch;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;

/** All that this program keeps of itself on a host: the receipt, the journal, and the lock that guards them. */
public record StateStore(ReceiptStore receipts, JournalStore journals, LockFile lock) {

    /** The same, by way of what a host was asked ahead. */
    public StateStore on(Host view) {
        return in(view, receipts.files().directory(), lock.clock(), receipts.scope());
    }

    /** What {@link #unfinished} and the receipt will ask first. */
    public Prefetch prefetch() {
        return Prefetch.ofFiles(List.of(receipts.file(), journals.file(), lock.file()))
                .and(Prefetch.ofStats(List.of(receipts.files().directory())));
    }

    /**
     * What they will ask of a host that has answered {@link #prefetch}; a record that cannot be read is told of by whoever
     * reads it.
     */
    public Prefetch followUpPrefetch() {
        return receipts.followUpPrefetch().and(lock.followUpPrefetch());
    }

    /**
     * @param directory of this program's own
     * @param scope of what a record may name
     */
    public static StateStore in(Host host, Path directory, Clock clock, ManagedScope scope) {
        ReceiptStore receipts = new ReceiptStore(host, directory, scope);
        return new StateStore(receipts, new JournalStore(host, receipts, clock), new LockFile(host, directory, clock));
    }

    /** A transaction whose process died on the way; one that another process carries out right now is none. */
    public Optional<Journal> unfinished() {
        return journals.open().filter(journal -> lock.other().isEmpty());
    }
}
