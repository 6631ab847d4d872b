package dev.aiserver.plan;

import dev.aiserver.host.Foresight;
import dev.aiserver.host.Host;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;

/** All that this program keeps of itself on a host: the receipt, the journal, and the lock that guards them. */
public record Records(ReceiptStore receipts, JournalStore journals, LockFile lock) {

    /** The same, by way of what a host was asked ahead. */
    public Records on(Host view) {
        return in(view, receipts.files().directory(), lock.clock(), receipts.scope());
    }

    /** What {@link #unfinished} and the receipt will ask first. */
    public Foresight questions() {
        return Foresight.ofFiles(List.of(receipts.file(), journals.file(), lock.file()))
                .and(Foresight.ofStats(List.of(receipts.files().directory())));
    }

    /**
     * What they will ask of a host that has answered {@link #questions}; a record that cannot be read is told of by whoever
     * reads it.
     */
    public Foresight furtherQuestions() {
        return receipts.furtherQuestions().and(lock.furtherQuestions());
    }

    /**
     * @param directory of this program's own
     * @param scope of what a record may name
     */
    public static Records in(Host host, Path directory, Clock clock, Scope scope) {
        ReceiptStore receipts = new ReceiptStore(host, directory, scope);
        return new Records(receipts, new JournalStore(host, receipts, clock), new LockFile(host, directory, clock));
    }

    /** A transaction whose process died on the way; one that another process carries out right now is none. */
    public Optional<Journal> unfinished() {
        return journals.open().filter(journal -> lock.other().isEmpty());
    }
}
