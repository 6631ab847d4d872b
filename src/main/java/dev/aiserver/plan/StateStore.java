package dev.aiserver.plan;

import dev.aiserver.host.Attempt;
import dev.aiserver.host.Host;
import dev.aiserver.host.Query;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;

/** aiserver's own records on a host: the receipt, the journal, and the lock that guards them. */
public record StateStore(ReceiptStore receipts, JournalStore journals, LockFile lock) {

    /**
     * @param directory aiserver's own directory
     * @param scope what a record may name
     */
    public static StateStore in(Host host, Path directory, Clock clock, ManagedScope scope) {
        ReceiptStore receipts = new ReceiptStore(host, directory, scope);
        return new StateStore(receipts, new JournalStore(host, receipts, clock), new LockFile(host, directory, clock));
    }

    /**
     * The contents of the records. A record that cannot be read is an error where it is used.
     *
     * @param receipt without its backups; empty if nothing is installed
     * @param journal of a transaction that has started and not finished
     * @param holder the other process that is changing the installation
     */
    public record Records(
            Attempt<Optional<Receipt>> receipt,
            Attempt<Optional<Journal>> journal,
            Attempt<Optional<LockFile.Holder>> holder) {

        /** Returns a transaction whose process died before it finished. One that another process is running does not count. */
        public Optional<Journal> unfinished() {
            return journal.get().filter(open -> holder.get().isEmpty());
        }
    }

    public Query<Records> read() {
        return Query.joined(parts -> {
            var receipt = parts.add(receipts.read());
            var journal = parts.add(journals.open());
            var holder = parts.add(lock.other());
            return results -> new Records(results.attempt(receipt), results.attempt(journal), results.attempt(holder));
        });
    }
}
