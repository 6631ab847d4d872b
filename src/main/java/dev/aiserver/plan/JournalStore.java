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
 * Keeps the journal of a transaction on the host that it changes. Before the first change all is written down that
 * finishing and undoing need. The renaming of the new receipt makes the transaction final: until then it can be undone,
 * afterwards only what it needed is left to be cleared away.
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
     * The transaction that has begun and not ended, if there is one.
     *
     * @throws UserError when it cannot be read
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
            return Optional.of("nobody can do \"" + journal.operation() + "\"");
        }
        if (!journal.backups().stream().allMatch(Content::isDigest)) {
            return Optional.of("it names a backup that is none");
        }
        Stream<String> foreign = journal.changes().stream()
                .filter(change -> !isOurs(journal, installs ? change : change.inverse()))
                .map(change -> change.resource().name());
        return Stream.of(
                        receipts.foreign(journal.before()).stream(),
                        receipts.foreign(journal.after()).stream(),
                        foreign)
                .flatMap(names -> names)
                .map(Receipt::isForeign)
                .findFirst();
    }

    /** What it takes away belongs to the configuration before, and what it makes to that after. */
    private boolean isOurs(Journal journal, Change change) {
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

    /** When this fails nothing of it stays, and nothing else was changed. */
    Journal begin(Transaction transaction) {
        String since = clock.instant().truncatedTo(ChronoUnit.SECONDS).toString();
        List<String> kept = new ArrayList<>();
        try {
            Host now = host.prefetch(prefetch());
            List<FileChange> remains = remains(now);
            if (!remains.isEmpty()) {
                host.changeAll(remains, made -> {});
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
                            .filter(digest -> receipts.keep(digest, contents))
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
            kept.forEach(receipts::drop);
            files.removeIfEmpty();
            throw error;
        }
    }

    /** What somebody else wrote there, which no backup holds yet. */
    private static Optional<String> overwritten(Change change, Transaction transaction) {
        boolean ours = transaction.before().recorded(change.resource()).equals(Optional.of(change.before()));
        return change.before() instanceof State.File file
                        && !ours
                        && !transaction.after().isEmpty()
                ? Optional.of(file.digest())
                : Optional.empty();
    }

    void write(Journal journal) {
        files.write(JOURNAL, journal);
    }

    /** All changes have been made: from here on there is no way back. */
    void makeFinal(Journal journal) {
        if (journal.after().isEmpty()) {
            receipts.forget();
        } else {
            receipts.makeFinal();
        }
    }

    /** All changes have been undone. */
    void discard(Journal journal) {
        clear();
        journal.backups().forEach(receipts::drop);
        files.removeIfEmpty();
    }

    /** Removes what only the transaction needed; the journal first, because what is left without it harms nobody. */
    public void clear() {
        host.changeAll(remains(host.prefetch(prefetch())), made -> {});
    }

    private Prefetch prefetch() {
        return Prefetch.ofStats(List.of(staging.folder(), files.directory()))
                .and(Prefetch.ofDirectories(staging.folder(), files.directory()));
    }

    /** The directory goes too when nothing else is in it. */
    private List<FileChange> remains(Host now) {
        List<Path> there = now.list(files.directory());
        List<Path> going = Stream.of(
                        Stream.of(file(), receipts.prepared()).filter(there::contains),
                        now.list(staging.folder()).stream(),
                        Stream.of(staging.folder()).filter(there::contains),
                        Stream.of(files.directory())
                                .filter(directory -> now.stat(directory) instanceof FileState.Directory)
                                .filter(directory -> ours().containsAll(there)))
                .flatMap(paths -> paths)
                .toList();
        return going.stream()
                .map(path -> (FileChange) new FileChange.Delete(path))
                .toList();
    }

    private List<Path> ours() {
        return List.of(file(), receipts.prepared(), staging.folder());
    }
}
