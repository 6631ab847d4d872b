package dev.aiserver.plan;

import dev.aiserver.host.Content;
import dev.aiserver.host.FileChange;
import dev.aiserver.host.FileState;
import dev.aiserver.host.Host;
import dev.aiserver.host.Prefetch;
import dev.aiserver.host.UserError;
import dev.aiserver.resource.Contents;
import dev.aiserver.resource.HostFile;
import dev.aiserver.resource.Staging;
import dev.aiserver.resource.State;
import java.nio.file.Path;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Stores the journal of a transaction on the host that it changes. Everything that is needed to finish or roll back is
 * written before the first change. Renaming the new receipt commits the transaction: until then it can be rolled back,
 * afterwards only temporary files remain to be removed.
 */
public final class JournalStore {
    private static final String JOURNAL = "journal.json";

    private final Host host;
    private final StateFiles files;
    private final ReceiptStore receipts;
    private final Staging staging;
    private final Clock clock;

    public JournalStore(Host host, ReceiptStore receipts, Clock clock) {
        this.host = host;
        this.receipts = receipts;
        this.files = receipts.files();
        this.staging = new Staging(host, files.resolve("stage"));
        this.clock = clock;
    }

    Path file() {
        return files.resolve(JOURNAL);
    }

    public Staging staging() {
        return staging;
    }

    /**
     * Returns the transaction that has started and not finished, or empty.
     *
     * @throws UserError if the journal cannot be read
     */
    public Optional<Journal> open() {
        files.requireSafe();
        Optional<Journal> journal = files.read(JOURNAL, Journal.SCHEMA, Journal.class, older -> older);
        journal.flatMap(this::problem).ifPresent(problem -> {
            throw files.damaged(JOURNAL, problem);
        });
        return journal.filter(open -> !isFinal(open));
    }

    private Optional<String> problem(Journal journal) {
        boolean installs = journal.operation().equals("install");
        if (!installs && !journal.operation().equals("uninstall")) {
            return Optional.of("it names the unknown operation \"" + journal.operation() + "\"");
        }
        if (!journal.backups().stream().allMatch(Content::isDigest)) {
            return Optional.of("it names a backup that is not a SHA-256 digest");
        }
        Stream<String> foreign = journal.changes().stream()
                .filter(change -> !isManaged(journal, installs ? change : change.inverse()))
                .map(change -> change.resource().name());
        return Stream.of(
                        receipts.foreign(journal.before()).stream(),
                        receipts.foreign(journal.after()).stream(),
                        foreign)
                .flatMap(names -> names)
                .map(Receipt::unmanaged)
                .findFirst();
    }

    /** Returns whether aiserver can make this change: removals belong to the old configuration, additions to the new. */
    private boolean isManaged(Journal journal, Change change) {
        return receipts.scope().covers(journal.before(), change)
                || receipts.scope().covers(journal.after(), change);
    }

    private boolean isFinal(Journal journal) {
        if (journal.before().equals(journal.after())) {
            return false;
        }
        return receipts.read()
                .map(journal.after()::equals)
                .orElse(journal.after().isEmpty() && !journal.before().isEmpty());
    }

    /** Writes the journal. If that fails, removes its files; nothing else was changed. */
    Journal begin(Transaction transaction) {
        String since = clock.instant().truncatedTo(ChronoUnit.SECONDS).toString();
        List<String> kept = new ArrayList<>();
        try {
            Host now = host.prefetch(prefetch());
            List<FileChange> cleanup = cleanup(now);
            if (!cleanup.isEmpty()) {
                host.changeAll(cleanup, made -> {});
                now = host;
            }
            files.on(now).ensure();
            Contents contents = transaction.plan().contents();
            List<FileChange> changes = new ArrayList<>();
            for (Change change : transaction.plan().changes()) {
                if (change.resource() instanceof HostFile file) {
                    Stream.of(change.before(), change.after())
                            .filter(State.File.class::isInstance)
                            .map(State.File.class::cast)
                            .map(state -> staging.write(file.path(), state, contents.get(state.digest())))
                            .forEach(changes::add);
                    overwritten(change, transaction)
                            .filter(digest -> receipts.backUp(digest, contents))
                            .ifPresent(kept::add);
                }
            }
            if (!changes.isEmpty() && now.stat(staging.folder()) instanceof FileState.Absent) {
                changes.add(0, staging.createFolder());
            }
            if (!transaction.after().isEmpty()) {
                changes.add(receipts.preparing(transaction.after()));
            }
            Journal journal = new Journal(
                    Journal.SCHEMA,
                    transaction.operation(),
                    since,
                    transaction.before(),
                    transaction.after(),
                    transaction.plan().changes(),
                    List.of(),
                    kept);
            changes.add(files.writing(JOURNAL, journal));
            host.changeAll(changes, made -> {});
            return journal;
        } catch (UserError error) {
            clear();
            kept.forEach(receipts::dropBackup);
            files.removeIfEmpty();
            throw error;
        }
    }

    /** Returns the digest of a content that aiserver did not write and will overwrite, so that it needs a backup. */
    private static Optional<String> overwritten(Change change, Transaction transaction) {
        boolean isInstalled = transaction.before().recorded(change.resource()).equals(Optional.of(change.before()));
        return change.before() instanceof State.File file
                        && !isInstalled
                        && !transaction.after().isEmpty()
                ? Optional.of(file.digest())
                : Optional.empty();
    }

    void write(Journal journal) {
        files.write(JOURNAL, journal);
    }

    /** Commits the transaction after all changes. From here on it cannot be rolled back. */
    void commit(Journal journal) {
        if (journal.after().isEmpty()) {
            receipts.forget();
        } else {
            receipts.commit();
        }
    }

    /** Removes the transaction's files and backups after a complete rollback. */
    void discard(Journal journal) {
        clear();
        journal.backups().forEach(receipts::dropBackup);
        files.removeIfEmpty();
    }

    /** Removes the transaction's temporary files, the journal first: without it, leftover files do no harm. */
    public void clear() {
        host.changeAll(cleanup(host.prefetch(prefetch())), made -> {});
    }

    private Prefetch prefetch() {
        return Prefetch.ofStats(List.of(staging.folder(), files.directory()))
                .and(Prefetch.ofDirectories(staging.folder(), files.directory()));
    }

    /** Returns the changes that remove the temporary files, and the directory if it has no other files. */
    private List<FileChange> cleanup(Host now) {
        List<Path> present = now.list(files.directory());
        List<Path> removed = Stream.of(
                        Stream.of(file(), receipts.prepared()).filter(present::contains),
                        now.list(staging.folder()).stream(),
                        Stream.of(staging.folder()).filter(present::contains),
                        Stream.of(files.directory())
                                .filter(directory -> now.stat(directory) instanceof FileState.Directory)
                                .filter(directory -> temporaryFiles().containsAll(present)))
                .flatMap(paths -> paths)
                .toList();
        return removed.stream()
                .map(path -> (FileChange) new FileChange.Delete(path))
                .toList();
    }

    private List<Path> temporaryFiles() {
        return List.of(file(), receipts.prepared(), staging.folder());
    }
}
