package dev.aiserver.plan;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.ToStringSerializer;
import dev.aiserver.host.Content;
import dev.aiserver.host.FileState;
import dev.aiserver.host.Host;
import dev.aiserver.host.Trouble;
import dev.aiserver.resource.Contents;
import dev.aiserver.resource.State;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Keeps the receipt on the host that it speaks of, and the contents of the files that were overwritten, each under its
 * digest. Only the user may read them.
 */
public final class ReceiptStore {
    private static final int DIRECTORY_MODE = 0700;
    private static final int FILE_MODE = 0600;

    private static final JsonMapper JSON = JsonMapper.builder()
            .addModule(new SimpleModule().addSerializer(Path.class, ToStringSerializer.instance))
            .disable(MapperFeature.AUTO_DETECT_IS_GETTERS)
            .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
            .enable(SerializationFeature.INDENT_OUTPUT)
            .build();

    private final Host host;
    private final Path directory;

    /** @param directory of this program's own, made when the first receipt is saved */
    public ReceiptStore(Host host, Path directory) {
        this.host = host;
        this.directory = directory;
    }

    public Path file() {
        return directory.resolve("receipt.json");
    }

    private Path backups() {
        return directory.resolve("backups");
    }

    private Path backup(String digest) {
        return backups().resolve(digest);
    }

    /**
     * The receipt, if there is one; the contents that its entries may bring back are added to {@code contents}.
     *
     * @throws Trouble when it cannot be read or a content is missing
     */
    public Optional<Receipt> load(Contents contents) {
        if (!(host.file(file()) instanceof FileState.Regular regular)) {
            return Optional.empty();
        }
        Receipt receipt = parse(regular.content().text());
        for (Receipt.Entry entry : receipt.entries()) {
            if (entry.before() instanceof State.File file) {
                contents.add(backedUp(file.digest()));
            }
        }
        return Optional.of(receipt);
    }

    private Receipt parse(String json) {
        try {
            JsonNode tree = JSON.readTree(json);
            if (!tree.isObject()) {
                throw damaged("it holds no JSON object");
            }
            int schema = tree.path("schema").asInt();
            if (schema > Receipt.SCHEMA) {
                throw new Trouble(
                        "The receipt " + file() + " is of a newer aiserver (schema " + schema + "); use that version.");
            }
            return JSON.treeToValue(tree, Receipt.class);
        } catch (JsonProcessingException e) {
            throw damaged(e.getOriginalMessage().lines().findFirst().orElse("no JSON"));
        }
    }

    private Content backedUp(String digest) {
        if (host.file(backup(digest)) instanceof FileState.Regular regular
                && regular.content().digest().equals(digest)) {
            return regular.content();
        }
        throw damaged("the backup " + backup(digest) + " is missing or changed");
    }

    private Trouble damaged(String reason) {
        return new Trouble("The receipt " + file() + " cannot be used: " + reason + ". Move the directory " + directory
                + " away; \"aiserver uninstall\" then goes by the known labels and paths.");
    }

    void save(Receipt receipt, Contents contents) {
        ensure(directory);
        for (Receipt.Entry entry : receipt.entries()) {
            if (entry.before() instanceof State.File file) {
                keep(file.digest(), contents);
            }
        }
        try {
            host.write(file(), Content.of(JSON.writeValueAsString(receipt) + "\n"), FILE_MODE);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a receipt is plain data", e);
        }
    }

    void keep(String digest, Contents contents) {
        ensure(directory);
        ensure(backups());
        if (host.file(backup(digest)) instanceof FileState.Absent) {
            host.write(backup(digest), contents.get(digest), FILE_MODE);
        }
    }

    /** Puts back the receipt of before a change that was undone. */
    void restore(Receipt before, Contents contents) {
        if (before.entries().isEmpty()) {
            forget();
        } else {
            save(before, contents);
        }
    }

    /** Removes receipt, backups and directory: nothing is installed any more. */
    public void forget() {
        if (host.file(directory) instanceof FileState.Directory) {
            host.list(backups()).forEach(host::delete);
            host.delete(backups());
            host.delete(file());
            host.delete(directory);
        }
    }

    private void ensure(Path path) {
        if (host.file(path) instanceof FileState.Absent) {
            host.createDirectory(path, DIRECTORY_MODE);
        }
    }
}
