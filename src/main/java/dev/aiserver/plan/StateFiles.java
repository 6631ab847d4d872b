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
import dev.aiserver.host.FileChange;
import dev.aiserver.host.FileState;
import dev.aiserver.host.FirstLine;
import dev.aiserver.host.Host;
import dev.aiserver.host.JsonLimits;
import dev.aiserver.host.Query;
import dev.aiserver.host.UserError;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** aiserver's own directory on a host, and the JSON records in it. Only the user may read them. */
final class StateFiles {
    static final int FILE_MODE = 0600;
    private static final int DIRECTORY_MODE = 0700;
    private static final int OTHERS_MAY_WRITE = 022;
    private static final int OTHERS = 077;

    private static final JsonMapper JSON = JsonLimits.mapper()
            .addModule(new SimpleModule().addSerializer(Path.class, ToStringSerializer.instance))
            .disable(MapperFeature.AUTO_DETECT_IS_GETTERS)
            .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
            .enable(SerializationFeature.INDENT_OUTPUT)
            .build();

    private final Host host;
    private final Path directory;

    StateFiles(Host host, Path directory) {
        this.host = host;
        this.directory = directory;
    }

    Path directory() {
        return directory;
    }

    Path resolve(String name) {
        return directory.resolve(name);
    }

    /** Creates the directory if it is missing. */
    void ensure() {
        ensure(directory);
    }

    private void requireSafe(Path path, FileState state, int forbidden, String access) {
        if (state instanceof FileState.Absent) {
            return;
        }
        if (!(state instanceof FileState.Directory found)) {
            String kind = state instanceof FileState.Other other ? other.kind() : "file";
            throw new UserError(path + " is a " + kind
                    + ", but aiserver needs a folder that you own there; move it away, then try again.");
        }
        if (found.owner() != host.facts().uid()) {
            throw new UserError("The folder " + path + " belongs to another user (user id " + found.owner()
                    + "), but aiserver must be able to trust its files; move it away, then try again.");
        }
        if ((found.mode() & forbidden) != 0) {
            throw new UserError(
                    ("The folder %s %s other users (mode %04o), but aiserver must be able to trust its files; if you trust"
                                    + " them, run \"chmod 700 %s\", then try again.")
                            .formatted(path, access, found.mode(), path));
        }
    }

    /** Creates a directory if it is missing. Only the user may have access to an existing one. */
    void ensure(Path path) {
        ensure(path, host.ask(Query.stat(path)));
    }

    /** Creates a directory like {@link #ensure(Path)}, from its present state. */
    void ensure(Path path, FileState state) {
        requireSafe(path, state, OTHERS, "is accessible to");
        if (state instanceof FileState.Absent) {
            try {
                host.createDirectory(path, DIRECTORY_MODE);
            } catch (UserError refused) {
                // Another process may have just created it.
                if (!(host.ask(Query.stat(path)) instanceof FileState.Directory)) {
                    throw refused;
                }
            }
        }
    }

    /**
     * Reads a record of this or an older schema, which decides what is started, stopped and deleted. The result is empty
     * if there is none. It is an error if another user can write to the directory.
     */
    <T> Query<Optional<T>> readSafely(String name, int schema, Class<T> type, Upgrade upgrade) {
        return Query.joined(parts -> {
            var folder = parts.add(Query.stat(directory));
            var file = parts.add(read(name, schema, type, upgrade));
            return results -> {
                requireSafe(directory, results.get(folder), OTHERS_MAY_WRITE, "is writable by");
                return results.get(file);
            };
        });
    }

    /** Reads a record of this or an older schema; the result is empty if there is none. */
    <T> Query<Optional<T>> read(String name, int schema, Class<T> type, Upgrade upgrade) {
        return Query.file(resolve(name)).map(state -> parse(name, state, schema, type, upgrade));
    }

    private <T> Optional<T> parse(String name, FileState state, int schema, Class<T> type, Upgrade upgrade) {
        if (state instanceof FileState.Absent) {
            return Optional.empty();
        }
        if (!(state instanceof FileState.Regular regular)) {
            throw damaged(name, "it is a " + (state instanceof FileState.Other other ? other.kind() : "folder"));
        }
        if (regular.owner() != host.facts().uid() || (regular.mode() & OTHERS_MAY_WRITE) != 0) {
            throw damaged(
                    name,
                    "another user can change it (mode %04o, user id %d)".formatted(regular.mode(), regular.owner()));
        }
        try {
            JsonNode tree = JSON.readTree(regular.content().text());
            if (!tree.isObject()) {
                throw damaged(name, "it does not contain a JSON object");
            }
            int found = tree.path("schema").asInt();
            if (found > schema) {
                throw new UserError("The file " + resolve(name) + " was written by a newer aiserver (schema " + found
                        + "); use that version.");
            }
            return Optional.of(JSON.treeToValue(found < schema ? upgrade.from(tree) : tree, type));
        } catch (JsonProcessingException e) {
            throw damaged(name, FirstLine.of(e.getOriginalMessage()));
        }
    }

    /** Converts a document of an older schema to the current one. */
    @FunctionalInterface
    interface Upgrade {
        JsonNode from(JsonNode older);
    }

    void write(String name, Record record) {
        host.write(resolve(name), json(record), FILE_MODE);
    }

    FileChange writing(String name, Record record) {
        return new FileChange.Write(resolve(name), json(record), FILE_MODE);
    }

    /** Creates a record and returns true, or returns false and changes nothing if it exists. */
    boolean create(String name, Record record) {
        return host.create(resolve(name), json(record), FILE_MODE);
    }

    /** Creates a record as {@link #create} does, and the directory if it is missing. */
    boolean createWithDirectory(String name, Record record) {
        List<FileChange> changes = new ArrayList<>();
        if (host.ask(Query.file(directory)) instanceof FileState.Absent) {
            changes.add(new FileChange.CreateDirectory(directory, DIRECTORY_MODE));
        }
        changes.add(new FileChange.Create(resolve(name), json(record), FILE_MODE));
        List<Boolean> created = new ArrayList<>();
        host.changeAll(changes, created::add);
        return created.get(created.size() - 1);
    }

    private static Content json(Record record) {
        try {
            return Content.of(JSON.writeValueAsString(record) + "\n");
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("records are plain data", e);
        }
    }

    UserError damaged(String name, String reason) {
        return new UserError(
                UserError.Kind.DAMAGED,
                "The file " + resolve(name) + " cannot be used: " + reason
                        + ". Run \"aiserver uninstall\", which then uses the known labels and paths and keeps the file; "
                        + "or move the folder " + directory + " away to install from scratch.");
    }

    /** Removes a record, and the directory if it is empty then. */
    void remove(String name) {
        List<FileChange> changes = new ArrayList<>(List.of(new FileChange.Delete(resolve(name))));
        if (host.ask(Query.file(directory)) instanceof FileState.Directory) {
            changes.add(new FileChange.Delete(directory));
        }
        host.changeAll(changes, made -> {});
    }

    /** Removes the directory if it is empty. */
    void removeIfEmpty() {
        if (host.ask(Query.file(directory)) instanceof FileState.Directory) {
            host.delete(directory);
        }
    }
}
