package dev.aiserver.plan;

import dev.aiserver.host.Host;
import java.nio.file.Path;
import java.time.Clock;

/** All that this program keeps of itself on a host: the receipt, the journal, and the lock that guards them. */
public record Records(ReceiptStore receipts, JournalStore journals, LockFile lock) {

    /** @param directory of this program's own */
    public static Records in(Host host, Path directory, Clock clock) {
        ReceiptStore receipts = new ReceiptStore(host, directory);
        return new Records(receipts, new JournalStore(host, receipts, clock), new LockFile(host, directory, clock));
    }
}
