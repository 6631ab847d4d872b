package dev.aiserver.plan;

import dev.aiserver.host.Attempt;
import dev.aiserver.host.Content;
import dev.aiserver.host.Host;
import dev.aiserver.host.Query;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
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

        /** Returns the receipt that a plan starts from: an unfinished transaction is rolled back first. */
        public Optional<Receipt> base() {
            Optional<Journal> unfinished = unfinished();
            return unfinished.isPresent()
                    ? unfinished.map(Journal::before).filter(before -> !before.isEmpty())
                    : receipt.get();
        }
    }

    /** Asks for the contents that a plan from these records may restore. It is an error if a backup is missing. */
    public Query<List<Content>> contents(Records read) {
        return read.unfinished()
                .map(journal -> AfterRollback.contents(journal, journals.staging()))
                .orElseGet(() -> receipts.backups(read.base().orElse(Receipt.NONE)));
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
