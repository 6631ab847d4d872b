package dev.aiserver.plan;

import dev.aiserver.host.Host;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;

/** All that this program keeps of itself on a host: the receipt, the journal, and the lock that guards them. */
public record Records(ReceiptStore receipts, JournalStore journals, LockFile lock) {

    /** @param directory of this program's own */
    public static Records in(Host host, Path directory, Clock clock) {
        ReceiptStore receipts = new ReceiptStore(host, directory);
        return new Records(receipts, new JournalStore(host, receipts, clock), new LockFile(host, directory, clock));
    }

    /** A transaction whose process died on the way; one that another process carries out right now is none. */
    public Optional<Journal> unfinished() {
        return journals.open().filter(journal -> lock.other().isEmpty());
    }
}
