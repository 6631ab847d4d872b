package dev.aiserver.plan;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.aiserver.host.Content;
import dev.aiserver.host.FileChange;
import dev.aiserver.host.FileState;
import dev.aiserver.host.Host;
import dev.aiserver.host.Query;
import dev.aiserver.resource.Contents;
import dev.aiserver.resource.State;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Stores the receipt on the host that it describes, and backups of overwritten files by their digest.
 */
public final class ReceiptStore {
    private static final String RECEIPT = "receipt.json";
    private static final String NEXT = "receipt.next.json";

    private final Host host;
    private final StateFiles files;
    private final ManagedScope scope;

    /**
     * @param directory aiserver's own directory, created when first needed
     * @param scope what a receipt may name
     */
    public ReceiptStore(Host host, Path directory, ManagedScope scope) {
        this.host = host;
        this.files = new StateFiles(host, directory);
        this.scope = scope;
    }

    ManagedScope scope() {
        return scope;
    }

    StateFiles files() {
        return files;
    }

    public Path file() {
        return files.resolve(RECEIPT);
    }

    private Path backups() {
        return files.resolve("backups");
    }

    /** Returns the path of the backup with this digest. */
    public Path backup(String digest) {
        return backups().resolve(digest);
    }

    /**
     * Asks for the receipt without its backups; the result is empty if there is none. It is an error if it cannot be
     * read.
     */
    public Query<Optional<Receipt>> read() {
        return files.readSafely(RECEIPT, Receipt.SCHEMA, Receipt.class, ReceiptStore::ofVersion010)
                .map(receipt -> {
                    receipt.flatMap(this::foreign).ifPresent(name -> {
                        throw files.damaged(RECEIPT, Receipt.unmanaged(name));
                    });
                    return receipt;
                });
    }

    /** Asks for the backups that the receipt's entries may restore. It is an error if one is missing. */
    public Query<List<Content>> backups(Receipt receipt) {
        return Query.all(receipt.entries().stream()
                .map(Receipt.Entry::before)
                .filter(State.File.class::isInstance)
                .map(before -> backedUp(((State.File) before).digest()))
                .toList());
    }

    /** Returns the name of a resource in the receipt that aiserver cannot have changed, or empty. */
    Optional<String> foreign(Receipt receipt) {
        return receipt.entries().stream()
                .filter(entry -> !scope.covers(receipt, new Change(entry.resource(), entry.before(), entry.after())))
                .map(entry -> entry.resource().name())
                .findFirst();
    }

    /**
     * Upgrades a receipt of version 0.1.0, which recorded whether each change was done. The state of a service whose
     * change was not done is unknown.
     */
    private static JsonNode ofVersion010(JsonNode older) {
        ((ObjectNode) older).put("schema", Receipt.SCHEMA);
        for (JsonNode each : older.path("entries")) {
            boolean done = each.path("done").asBoolean();
            if (each instanceof ObjectNode entry) {
                entry.remove("done");
                if (!done && entry.at("/resource/kind").asText().endsWith("job")) {
                    entry.putObject("after").put("is", "failing").put("why", "its change was not completed");
                }
            }
        }
        return older;
    }

    private Query<Content> backedUp(String digest) {
        return Query.file(backup(digest)).map(state -> {
            if (state instanceof FileState.Regular regular
                    && regular.content().digest().equals(digest)) {
                return regular.content();
            }
            throw files.damaged(RECEIPT, "the backup " + backup(digest) + " is missing or changed");
        });
    }

    /** Writes a receipt whose backups already exist. */
    void save(Receipt receipt) {
        prepare(receipt);
        commit();
    }

    /** Writes the next receipt beside the present one, so that {@link #commit} needs no disk space. */
    void prepare(Receipt next) {
        files.ensure();
        files.write(NEXT, next);
    }

    FileChange preparing(Receipt next) {
        return files.writing(NEXT, next);
    }

    Path prepared() {
        return files.resolve(NEXT);
    }

    /** Replaces the receipt by the prepared one. */
    void commit() {
        host.move(files.resolve(NEXT), file());
    }

    /** Backs up a content and returns whether that is a new backup. */
    boolean backUp(String digest, Contents contents) {
        files.ensure();
        files.ensure(backups());
        return host.create(backup(digest), contents.get(digest), StateFiles.FILE_MODE);
    }

    void dropBackup(String digest) {
        host.delete(backup(digest));
        host.delete(backups());
    }

    /** Renames a receipt that cannot be read. The receipt and its backups are kept. */
    public void setAside() {
        host.move(file(), damaged());
    }

    /** Returns the path of a receipt that could not be read. */
    public Path damaged() {
        return files.resolve("receipt.damaged.json");
    }

    /** Removes the receipt and its backups after an uninstall. Keeps the backups of a damaged receipt. */
    void forget() {
        host.delete(file());
        if (!(host.ask(Query.file(damaged())) instanceof FileState.Absent)) {
            return;
        }
        host.ask(Query.list(backups())).forEach(host::delete);
        host.delete(backups());
    }
}
