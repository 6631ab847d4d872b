package dev.aiserver.plan;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.aiserver.host.Content;
import dev.aiserver.host.FileChange;
import dev.aiserver.host.FileState;
import dev.aiserver.host.Host;
import dev.aiserver.host.Prefetch;
import dev.aiserver.host.UserError;
import dev.aiserver.resource.Contents;
import dev.aiserver.resource.State;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Keeps the receipt on the host that it speaks of, and the contents of the files that were overwritten, each under its
 * digest.
 */
public final class ReceiptStore {
    private static final String RECEIPT = "receipt.json";
    private static final String NEXT = "receipt.next.json";

    private final Host host;
    private final StateFiles files;
    private final ManagedScope scope;

    /**
     * @param directory of this program's own, made when it is first needed
     * @param scope of what a receipt may name
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

    /** Where an overwritten content with this digest is kept. */
    public Path backup(String digest) {
        return backups().resolve(digest);
    }

    /**
     * The receipt, if there is one; the contents that its entries may bring back are added to {@code contents}.
     *
     * @throws UserError when it cannot be read or a content is missing
     */
    public Optional<Receipt> load(Contents contents) {
        Optional<Receipt> receipt = read();
        receipt.ifPresent(known -> known.entries().stream()
                .map(Receipt.Entry::before)
                .filter(State.File.class::isInstance)
                .forEach(before -> contents.add(backedUp(((State.File) before).digest()))));
        return receipt;
    }

    /** What {@link #load} will ask of a host that has answered what the receipt holds. */
    public Prefetch followUpPrefetch() {
        return Prefetch.ofFiles(readable().stream()
                .flatMap(receipt -> receipt.entries().stream())
                .map(Receipt.Entry::before)
                .filter(State.File.class::isInstance)
                .map(before -> backup(((State.File) before).digest()))
                .toList());
    }

    /** The receipt without the contents that it speaks of; empty also when it cannot be read. */
    public Optional<Receipt> readable() {
        try {
            return read();
        } catch (UserError unreadable) {
            return Optional.empty();
        }
    }

    /**
     * The receipt without the contents that it speaks of.
     *
     * @throws UserError when it cannot be read
     */
    public Optional<Receipt> read() {
        files.requireSafe();
        Optional<Receipt> receipt = files.read(RECEIPT, Receipt.SCHEMA, Receipt.class, ReceiptStore::ofVersion010);
        receipt.flatMap(this::foreign).ifPresent(name -> {
            throw files.damaged(RECEIPT, Receipt.isForeign(name));
        });
        return receipt;
    }

    /** The name of a thing in it that this program cannot have changed so. */
    Optional<String> foreign(Receipt receipt) {
        return receipt.entries().stream()
                .filter(entry -> !scope.covers(receipt, new Change(entry.resource(), entry.before(), entry.after())))
                .map(entry -> entry.resource().name())
                .findFirst();
    }

    /** That version noted which changes had ended; of a service whose change had not, nothing is known. */
    private static JsonNode ofVersion010(JsonNode older) {
        ((ObjectNode) older).put("schema", Receipt.SCHEMA);
        for (JsonNode each : older.path("entries")) {
            boolean ended = each.path("done").asBoolean();
            if (each instanceof ObjectNode entry) {
                entry.remove("done");
                if (!ended && entry.at("/resource/kind").asText().endsWith("job")) {
                    entry.putObject("after").put("is", "failing").put("why", "its change did not end");
                }
            }
        }
        return older;
    }

    private Content backedUp(String digest) {
        if (host.file(backup(digest)) instanceof FileState.Regular regular
                && regular.content().digest().equals(digest)) {
            return regular.content();
        }
        throw files.damaged(RECEIPT, "the backup " + backup(digest) + " is missing or changed");
    }

    /** Writes a receipt whose backups are kept already. */
    void save(Receipt receipt) {
        prepare(receipt);
        makeFinal();
    }

    /** Writes it beside the present one, so that {@link #makeFinal} needs no room on the disk. */
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

    void makeFinal() {
        host.move(files.resolve(NEXT), file());
    }

    /** Whether it was not kept before. */
    boolean keep(String digest, Contents contents) {
        files.ensure();
        files.ensure(backups());
        return host.create(backup(digest), contents.get(digest), StateFiles.FILE_MODE);
    }

    void drop(String digest) {
        host.delete(backup(digest));
        host.delete(backups());
    }

    /** Puts a receipt that cannot be read out of the way, without losing it or what it speaks of. */
    public void setAside() {
        host.move(file(), damaged());
    }

    /** Where a receipt that could not be read is kept. */
    public Path damaged() {
        return files.resolve("receipt.damaged.json");
    }

    /** Removes receipt and backups: nothing is installed any more. */
    void forget() {
        host.delete(file());
        if (!(host.file(damaged()) instanceof FileState.Absent)) {
            return;
        }
        host.list(backups()).forEach(host::delete);
        host.delete(backups());
    }
}
