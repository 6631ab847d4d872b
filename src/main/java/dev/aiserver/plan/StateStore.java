package dev.aiserver.plan;

import dev.aiserver.host.Host;
import dev.aiserver.host.Prefetch;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;

/** aiserver's own records on a host: the receipt, the journal, and the lock that guards them. */
public record StateStore(ReceiptStore receipts, JournalStore journals, LockFile lock) {

    /** Returns these records, read through another view of the host. */
    public StateStore on(Host view) {
        return in(view, receipts.files().directory(), lock.clock(), receipts.scope());
    }

    /** Returns what {@link #unfinished} and the receipt read first. */
    public Prefetch prefetch() {
        return Prefetch.ofFiles(List.of(receipts.file(), journals.file(), lock.file()))
                .and(Prefetch.ofStats(List.of(receipts.files().directory())));
    }

    /**
     * Returns what they read after the answers to {@link #prefetch} are known. An unreadable record is not an error here;
     * the code that reads it reports the error.
     */
    public Prefetch followUpPrefetch() {
        return receipts.followUpPrefetch().and(lock.followUpPrefetch());
    }

    /**
     * @param directory aiserver's own directory
     * @param scope what a record may name
     */
    public static StateStore in(Host host, Path directory, Clock clock, ManagedScope scope) {
        ReceiptStore receipts = new ReceiptStore(host, directory, scope);
        return new StateStore(receipts, new JournalStore(host, receipts, clock), new LockFile(host, directory, clock));
    }

    /** Returns a transaction whose process died before it finished. One that another process is running does not count. */
    public Optional<Journal> unfinished() {
        return journals.open().filter(journal -> lock.other().isEmpty());
    }
}
