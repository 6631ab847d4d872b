package dev.aiserver.plan;

import dev.aiserver.host.Content;
import dev.aiserver.host.FileChange;
import dev.aiserver.host.FileState;
import dev.aiserver.host.Host;
import dev.aiserver.host.Query;
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
import java.util.function.Supplier;
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
     * Asks for the transaction that has started and not finished; the result is empty if there is none. It is an error
     * if the journal cannot be read.
     */
    public Query<Optional<Journal>> open() {
        return Query.joined(parts -> {
            var journal = parts.add(files.readSafely(JOURNAL, Journal.SCHEMA, Journal.class, older -> older));
            var receipt = parts.add(receipts.read());
            return results -> {
                Optional<Journal> found = results.get(journal);
                found.flatMap(this::problem).ifPresent(problem -> {
                    throw files.damaged(JOURNAL, problem);
                });
                return found.filter(open -> !isFinal(open, results.attempt(receipt)));
            };
        });
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

    private static boolean isFinal(Journal journal, Supplier<Optional<Receipt>> receipt) {
        if (journal.before().equals(journal.after())) {
            return false;
        }
        return receipt.get()
                .map(journal.after()::equals)
                .orElse(journal.after().isEmpty() && !journal.before().isEmpty());
    }

    /** Writes the journal. If that fails, removes its files; nothing else was changed. */
    Journal begin(Transaction transaction) {
        String since = clock.instant().truncatedTo(ChronoUnit.SECONDS).toString();
        List<String> kept = new ArrayList<>();
        try {
            Leftovers leftovers = host.ask(leftovers());
            if (!leftovers.changes().isEmpty()) {
                host.changeAll(leftovers.changes(), made -> {});
                leftovers = host.ask(leftovers());
            }
            files.ensure(files.directory(), leftovers.directory());
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
            if (!changes.isEmpty() && leftovers.stage() instanceof FileState.Absent) {
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
        host.changeAll(host.ask(leftovers()).changes(), made -> {});
    }

    /**
     * The files that transactions have left behind.
     *
     * @param changes that remove the temporary files, and the directory if it has no other files
     */
    private record Leftovers(FileState directory, FileState stage, List<FileChange> changes) {}

    private Query<Leftovers> leftovers() {
        return Query.joined(parts -> {
            var directory = parts.add(Query.stat(files.directory()));
            var stage = parts.add(Query.stat(staging.folder()));
            var files = parts.add(Query.list(this.files.directory()));
            var staged = parts.add(Query.list(staging.folder()));
            return results -> new Leftovers(
                    results.get(directory),
                    results.get(stage),
                    cleanup(results.get(directory), results.get(files), results.get(staged)));
        });
    }

    private List<FileChange> cleanup(FileState directory, List<Path> present, List<Path> staged) {
        return Stream.of(
                        Stream.of(file(), receipts.prepared()).filter(present::contains),
                        staged.stream(),
                        Stream.of(staging.folder()).filter(present::contains),
                        Stream.of(files.directory())
                                .filter(folder -> directory instanceof FileState.Directory)
                                .filter(folder -> temporaryFiles().containsAll(present)))
                .flatMap(paths -> paths)
                .map(path -> (FileChange) new FileChange.Delete(path))
                .toList();
    }

    private List<Path> temporaryFiles() {
        return List.of(file(), receipts.prepared(), staging.folder());
    }
}
